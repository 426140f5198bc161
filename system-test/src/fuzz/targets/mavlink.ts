/** MAVLink frames from the simulator's sender, with any content, in a stream. */
import { FrameFinder } from '@karez/edge';
import { MAVLINK_MESSAGES, type MavlinkMessageName, MavlinkSender } from '@karez/firmware-sim';
import { ardupilotmega, common, MSG_ID_MAGIC_NUMBER, minimal } from 'node-mavlink';
import { hexOf, mavlinkSum } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { PASSED_OVER } from '../round.ts';
import type { Found, Target } from '../target.ts';

/** Header, 255 bytes, checksum, signature: what is longer is a frame, and goes at once. */
const SIGNATURE = 13;
const LONGEST = 10 + 255 + 2 + SIGNATURE;
const NAMES = Object.keys(MAVLINK_MESSAGES) as MavlinkMessageName[];
const EXTRAS = MSG_ID_MAGIC_NUMBER as unknown as Record<number, number | string | undefined>;
/** ESC_STATUS and RELAY_STATUS, which node-mavlink does not have: CRC_EXTRA of the C headers. */
const MORE: Record<number, number | undefined> = { 291: 10, 376: 199 };
/** Messages of the dialects that the gateway reads. */
const READ = new Set(
  [minimal.REGISTRY, common.REGISTRY, ardupilotmega.REGISTRY, MORE].flatMap((of) => Object.keys(of).map(Number)),
);

export const mavlink: Target = {
  ...{ name: 'mavlink', feeding: 'stream', holdsAtMost: LONGEST - 1, marks: [0xfe, 0xfd, 0, 9, 1, 33] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    const finder = new FrameFinder(
      (frame) => taken.push(hexOf(frame.bytes)),
      () => refused++,
    );
    const senders = [
      ...[1, 7, 255].map((system) => new MavlinkSender(system, 1)),
      new MavlinkSender(3, 1, { version: 1 }),
      new MavlinkSender(4, 1, { passphrase: 'a passphrase', nowMs: () => Date.UTC(2026, 0, 1) }),
    ];
    return {
      next() {
        const sender = senders[below(senders.length)] as MavlinkSender;
        const names = NAMES.filter((each) => sender.can(each));
        const name = names[below(names.length)] as MavlinkMessageName;
        // Zeros at the end are cut off, start marks in the middle are not.
        const isEven = below(3) === 0;
        const bytes = Array.from({ length: MAVLINK_MESSAGES[name][2] }, () => (isEven ? below(3) * 0xfd : below(256)));
        return sender.frame(name, (payload) => payload.u8(...bytes.map((byte) => byte & 0xff)));
      },
      feed: (bytes) => finder.push(bytes),
      settle() {
        while (finder.waiting > 0) finder.giveUp();
      },
      taken: () => taken.splice(0),
      get held() {
        return finder.waiting;
      },
      get refused() {
        return refused;
      },
      get skipped() {
        return finder.skipped;
      },
    };
  },
  oracle(bytes) {
    const found: Found[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const frame = frameAt(bytes, at);
      if (frame === undefined) continue;
      const { length, id, isSigned } = frame;
      // Where the next frame begins inside a signature, that was cut.
      let used = length;
      if (isSigned)
        for (let tail = at + length - SIGNATURE; tail < at + length && used === length; tail++)
          if (frameAt(bytes, tail) !== undefined) used = tail - at;
      found.push({ key: READ.has(id) ? hexOf(bytes.subarray(at, at + length)) : PASSED_OVER, at, length: used });
      at += used - 1;
    }
    return found;
  },
};

/** The frame that begins there, whole and with the right checksum. */
function frameAt(bytes: Uint8Array, at: number): { length: number; id: number; isSigned: boolean } | undefined {
  const isFirst = bytes[at] === 0xfe;
  if (!isFirst && bytes[at] !== 0xfd) return undefined;
  const head = isFirst ? 6 : 10;
  const flags = isFirst ? 0 : (bytes[at + 2] as number);
  if (at + head > bytes.length || flags > 1) return undefined;
  const end = at + head + (bytes[at + 1] as number);
  const length = end + 2 - at + (flags === 1 ? SIGNATURE : 0);
  if (at + length > bytes.length) return undefined;
  const id = isFirst
    ? (bytes[at + 5] as number)
    : (bytes[at + 7] as number) + (bytes[at + 8] as number) * 256 + (bytes[at + 9] as number) * 65_536;
  const extra = EXTRAS[id] ?? MORE[id];
  if (extra === undefined) return undefined;
  const sum = mavlinkSum([...bytes.subarray(at + 1, end), Number(extra)]);
  return bytes[end] === (sum & 0xff) && bytes[end + 1] === sum >> 8 ? { length, id, isSigned: flags === 1 } : undefined;
}
