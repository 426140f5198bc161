import { type KarezError, type MavlinkProfile, profileOf, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { mavlinkFrame } from '../testing/mavlink-frames.ts';
import { mutated } from '../testing/mutate.ts';
import { crcMavlink } from './crc.ts';
import { readFrame } from './frame.ts';
import { FrameFinder } from './frame-finder.ts';
import { crcExtraOf, messageById } from './messages.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((p) => [...p]));
const POSITION = {
  time_boot_ms: 123_456,
  lat: 443_000_123,
  lon: 860_500_456,
  alt: 455_250,
  relative_alt: 5_250,
  vx: 20,
  vy: 300,
  vz: -8,
  hdg: 29_998,
};
const position = mavlinkFrame('GLOBAL_POSITION_INT', POSITION);
const heartbeat = mavlinkFrame('HEARTBEAT', { base_mode: 129, system_status: 4, mavlink_version: 3 });

/** A message that no dialect has, with `payload`. */
function foreign(payload: number[], id = 60_000): Uint8Array {
  return Uint8Array.of(
    0xfd,
    payload.length,
    0,
    0,
    7,
    1,
    1,
    id & 255,
    (id >> 8) & 255,
    id >> 16,
    ...payload,
    0x12,
    0x34,
  );
}

/** A message of another dialect, whose checksum is known all the same. */
function otherDialect(payload: number[]): Uint8Array {
  const id = Number(Object.keys(messagesElsewhere)[0]);
  const head = [0xfd, payload.length, 0, 0, 7, 1, 1, id & 255, (id >> 8) & 255, id >> 16, ...payload];
  const crc = crcMavlink(Uint8Array.from(head), 1, head.length, crcExtraOf(id) as number);
  return Uint8Array.of(...head, crc & 255, crc >> 8);
}
const messagesElsewhere = Object.fromEntries(
  Array.from({ length: 60_000 }, (_, id) => id)
    .filter((id) => crcExtraOf(id) !== undefined && messageById(id) === undefined)
    .map((id) => [id, true]),
);

function finder() {
  const frames: string[] = [];
  const bad: string[] = [];
  const it = new FrameFinder(
    (frame) => frames.push(frame.name),
    (error: KarezError) => bad.push(error.code),
  );
  return { it, frames, bad };
}

describe('a frame', () => {
  test.each([1, 2] as const)('of version %d is read', (version) => {
    const frame = readFrame(
      mavlinkFrame('GLOBAL_POSITION_INT', POSITION, { version, sequence: 200, system: 17, component: 14 }),
    );
    expect(frame).toMatchObject({
      version,
      sequence: 200,
      system: 17,
      component: 14,
      id: 33,
      name: 'GLOBAL_POSITION_INT',
    });
    expect(frame.fields).toEqual(POSITION);
  });

  test('that is signed is read; the signature is passed over', () => {
    const frame = readFrame(mavlinkFrame('HEARTBEAT', { base_mode: 129 }, { key: 'secret' }));
    expect(frame.field('base_mode')).toBe(129);
  });

  test('has the zeros at its end back, arrays, text, 64 bits and negative numbers', () => {
    const battery = readFrame(
      mavlinkFrame('BATTERY_STATUS', { voltages: [4_100, 4_090], current_battery: -1, battery_remaining: -1 }),
    );
    expect(battery.field('voltages')).toEqual([4_100, 4_090, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(battery.field('voltages_ext')).toEqual([0, 0, 0, 0]);
    expect(battery.field('current_battery')).toBe(-1);
    expect(readFrame(mavlinkFrame('NAMED_VALUE_FLOAT', { name: 'flow', value: 2.5 })).fields).toEqual({
      time_boot_ms: 0,
      value: 2.5,
      name: 'flow',
    });
    expect(readFrame(mavlinkFrame('NAMED_VALUE_FLOAT', { name: 'tenletters' })).field('name')).toBe('tenletters');
    expect(readFrame(mavlinkFrame('GPS_RAW_INT', { time_usec: 9_007_199_254_740_993n })).field('time_usec')).toBe(
      9_007_199_254_740_993n,
    );
    expect(readFrame(heartbeat).field('no_such_field')).toBeUndefined();
  });

  test.each([
    ['nothing', '', 'FRAME_MALFORMED', /fe .*fd/],
    ['a start mark alone', 'fd', 'FRAME_TOO_SHORT', /1 bytes/],
    ['a head alone', 'fd1c00000701012100', 'FRAME_TOO_SHORT', /asks for 40/],
    ['flags that nobody knows', 'fd0102000701010000000000000000', 'FRAME_TOO_LONG', /./],
    ['a message that is in no dialect', Buffer.from(foreign([1])).toString('hex'), 'FRAME_UNEXPECTED', /60000/],
    // From a telemetry log that was published; no CRC_EXTRA at all gives these checksums.
    ['the published frame of version 1', 'fe0489110e3601020304ae1e', 'FRAME_CHECKSUM', /1eae, expected 1bf6/],
    ['the published frame of version 2', 'fd0400008a110e36000001020304ae1e', 'FRAME_CHECKSUM', /1eae, expected b7e7/],
  ])('with %s is refused', (_, bytes, code, reason) => {
    expect(() => readFrame(hex(bytes))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(reason) }),
    );
  });

  test('the published pair fits no CRC_EXTRA at all, nor a checksum without one', () => {
    // A telemetry log's two entries: eight bytes of time, then the frame.
    const entries = [
      hex('000502d5b1c01b65 fe0489110e3601020304ae1e'),
      hex('00051f843dd3fb80 fd0400008a11 0e360000 01020304 ae1e'),
    ];
    for (const entry of entries) {
      const frame = entry.slice(8);
      const fitting = Array.from({ length: 256 }, (_, extra) => extra).filter(
        (extra) => crcMavlink(frame, 1, frame.length - 2, extra) === 0x1eae,
      );
      expect(fitting).toEqual([]);
      // Without an extra byte: the last byte of the frame takes its place.
      expect(crcMavlink(frame, 1, frame.length - 3, frame[frame.length - 3] as number)).not.toBe(0x1eae);
    }
  });

  test('with flags that nobody knows is refused before its checksum', () => {
    const bytes = position.slice();
    bytes[2] = 4;
    expect(() => readFrame(bytes)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
  });
});

describe('a stream', () => {
  test('frames are found however the bytes are cut', () => {
    const stream = join(
      hex('0600'),
      position,
      heartbeat,
      hex('aa'),
      mavlinkFrame('HEARTBEAT', {}, { version: 1 }),
      position,
    );
    for (let cut = 0; cut <= stream.length; cut++) {
      const { it, frames, bad } = finder();
      it.push(stream.subarray(0, cut));
      it.push(stream.subarray(cut));
      expect(frames).toEqual(['GLOBAL_POSITION_INT', 'HEARTBEAT', 'HEARTBEAT', 'GLOBAL_POSITION_INT']);
      expect(bad).toEqual([]);
    }
    const { it, frames } = finder();
    for (const byte of stream) it.push(Uint8Array.of(byte));
    expect(frames.length).toBe(4);
    expect(it.waiting).toBe(0);
  });

  test('a frame that lost a byte is told, and those behind it are found', () => {
    for (let lost = 1; lost < position.length; lost++) {
      const { it, frames, bad } = finder();
      it.push(
        join(
          position.filter((_, i) => i !== lost),
          heartbeat,
          heartbeat,
          heartbeat,
        ),
      );
      if (frames.length < 3) {
        // The length itself is gone: what is behind is taken for the rest, until that is given up.
        it.giveUp();
      }
      expect(frames).toEqual(['HEARTBEAT', 'HEARTBEAT', 'HEARTBEAT']);
      // One that lost a byte of its message's number is counted as unknown.
      expect(bad.length + it.unknown.size).toBeGreaterThanOrEqual(1);
    }
  });

  test('a false start mark with a long length delays, but never hides, what is behind', () => {
    const { it, frames, bad } = finder();
    it.push(join(hex('fdff00'), heartbeat));
    expect(frames).toEqual([]);
    const head = it.head;
    it.push(heartbeat);
    expect(it.head).toBe(head);
    it.giveUp();
    expect(frames).toEqual(['HEARTBEAT', 'HEARTBEAT']);
    expect(bad).toEqual(['FRAME_TOO_SHORT']);
    expect(it.waiting).toBe(0);
  });

  test('a signature that lost bytes does not take the next frame with it', () => {
    const signed = mavlinkFrame('HEARTBEAT', { base_mode: 129 }, { key: 'a passphrase' });
    for (let lost = 1; lost <= 13; lost++) {
      const { it, frames, bad } = finder();
      it.push(join(signed.subarray(0, -lost), position, heartbeat));
      while (it.waiting > 0) it.giveUp();
      expect(frames).toEqual(['HEARTBEAT', 'GLOBAL_POSITION_INT', 'HEARTBEAT']);
      expect([bad, it.skipped]).toEqual([[], 0]);
    }
  });

  test('a message of another dialect is passed over whole, though its content looks like frames', () => {
    expect(Object.keys(messagesElsewhere).length).toBeGreaterThan(5);
    const { it, frames, bad } = finder();
    it.push(join(otherDialect([0xfd, 3, 0, 0xfe, 200, ...heartbeat]), heartbeat));
    expect(frames).toEqual(['HEARTBEAT']);
    expect(bad).toEqual([]);
    expect(it.elsewhere).toBe(1);
  });

  test('a message that nobody knows is counted by its number, not told, nor is what is in it', () => {
    const { it, frames, bad } = finder();
    const payload = [0xfd, 2, 0, 0, 1, 1, 1, 0, 0, 0, 9, 9, 9, 9];
    for (let i = 0; i < 20; i++) it.push(join(foreign(payload), heartbeat));
    it.push(foreign(payload, 60_001));
    expect([frames.length, bad]).toEqual([20, []]);
    expect([...it.unknown]).toEqual([
      [60_000, 20],
      [60_001, 1],
    ]);
    for (let id = 100_000; id < 101_000; id++) it.push(foreign(payload, id));
    expect(it.unknown.size).toBe(64);
  });

  test('each of many damaged frames is told, and once; noise is not told byte by byte', () => {
    const { it, frames, bad } = finder();
    for (let lost = 10; lost < position.length; lost++) it.push(position.filter((_, i) => i !== lost));
    it.push(heartbeat);
    expect(bad.length).toBe(position.length - 10);
    expect(frames).toEqual(['HEARTBEAT']);
    const noise = finder();
    noise.it.push(new Uint8Array(26_200).fill(0xfe));
    expect(noise.bad.length).toBeLessThan(120);
  });

  test('never more than one frame is held, whatever comes', () => {
    const { it } = finder();
    const random = seededRandom(3);
    for (let i = 0; i < 3_000; i++) {
      it.push(Uint8Array.from({ length: 60 }, () => [0xfe, 0xfd, 0xff, 0][Math.floor(random.next() * 4)] as number));
      expect(it.waiting).toBeLessThan(280);
    }
  });

  test('20,000 damaged frames: none with a wrong checksum is taken, the good one behind is always found', () => {
    const profile = profileOf('mavlink-sprayer') as MavlinkProfile;
    const good = [
      position,
      heartbeat,
      ...profile.frames.map((f) => hex(f.hex as string)),
      mavlinkFrame('VFR_HUD', { groundspeed: 3 }, { version: 1 }),
    ];
    const random = seededRandom(20_260_603);
    let told = 0;
    for (let i = 0; i < 20_000; i++) {
      const original = good[i % good.length] as Uint8Array;
      const damaged = mutated(original, random);
      const taken: string[] = [];
      const it = new FrameFinder(
        (frame) => taken.push(`${frame.name} ${frame.sequence}`),
        () => told++,
      );
      const last = mavlinkFrame('HEARTBEAT', { base_mode: 1 }, { sequence: 99 });
      const stream = join(damaged, last);
      const cut = Math.floor(random.next() * stream.length);
      it.push(stream.subarray(0, cut));
      it.push(stream.subarray(cut));
      for (let turns = 0; it.waiting > 0 && turns < 400; turns++) it.giveUp();
      expect(taken.at(-1)).toBe('HEARTBEAT 99');
      // Whatever was taken before is a frame that stands in the bytes as it was sent.
      for (const name of taken.slice(0, -1))
        expect(name).toBe(`${readFrame(original).name} ${readFrame(original).sequence}`);
    }
    expect(told).toBeGreaterThan(10_000);
  });
});
