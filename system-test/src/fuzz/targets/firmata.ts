/** Messages of the simulator's board with StandardFirmata, in a stream. Firmata has no checksum: what stands there whole is a message. */
import { MessageFinder } from '@karez/edge';
import { FirmataBoard } from '@karez/firmware-sim';
import { hexOf } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import type { Found, Target } from '../target.ts';

const LONGEST = 4_096;
/** A value or a version, or a sysex with something in it. */
const MESSAGE = /[\x90-\x9f\xe0-\xef\xf9][\0-\x7f]{2}|\xf0[\0-\x7f]{1,4094}\xf7/g;

export const firmata: Target = {
  ...{ name: 'firmata', feeding: 'stream', holdsAtMost: LONGEST - 1, marks: [0xe0, 0x90, 0xf0, 0xf7, 0xf9, 0x7f] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    let nowMs = 0;
    const finder = new MessageFinder(
      (bytes) => taken.push(hexOf(bytes)),
      () => refused++,
    );
    const board = new FirmataBoard(
      {
        analog: () => below(1_024),
        isClosed: () => below(2) === 0,
        i2c: (address) => ({ write() {}, read: (n) => Array.from({ length: n }, () => address) }),
      },
      () => nowMs,
    );
    board.take(Uint8Array.of(0xf4, 2, 11, 0xf0, 0x78, 0, 0, 0xf7));
    const questions = [
      [0xf9],
      [0xf0, 0x79, 0xf7],
      [0xf0, 0x6b, 0xf7],
      [0xf0, 0x6d, 2, 0xf7],
      [0xf0, 0x76, 0x76, 8, 0x77, 1, 8, 0, 0xf7],
      [0xc0, 1],
      [0xc3, 1],
      [0xd0, 1],
    ];
    return {
      next() {
        nowMs += 100;
        const [answer] = board.take(Uint8Array.from(questions[below(questions.length)] as number[]));
        return (answer as { bytes: Uint8Array }).bytes;
      },
      feed: (bytes) => finder.push(bytes),
      settle() {},
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
    for (const { 0: whole, index: at } of Buffer.from(bytes).toString('latin1').matchAll(MESSAGE))
      found.push({ key: Buffer.from(whole, 'latin1').toString('hex'), at, length: whole.length });
    return found;
  },
};
