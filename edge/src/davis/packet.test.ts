import { type DavisProfile, type KarezError, profileOf, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { mutated } from '../testing/mutate.ts';
import { crcCcitt } from './crc.ts';
import { PacketFinder, packetKind, packetValues } from './packet.ts';

const profile = profileOf('davis-vantage-pro2') as DavisProfile;
const GOOD = profile.frames.map((f) => Uint8Array.from(Buffer.from(f.hex as string, 'hex')));
const [LOOP, , LOOP2] = GOOD as [Uint8Array, Uint8Array, Uint8Array];
const ACK = Uint8Array.of(0x06);

function finder() {
  const packets: Uint8Array[] = [];
  const bad: string[] = [];
  const it = new PacketFinder(
    (_kind, bytes) => packets.push(bytes),
    (error: KarezError) => bad.push(error.code),
  );
  return { it, packets, bad };
}

/** A packet of ours with `change` made and the checksum right again. */
function sealed(base: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const bytes = base.slice();
  const view = new DataView(bytes.buffer);
  change(view);
  view.setUint16(97, crcCcitt(bytes, 0, 97));
  return bytes;
}

const value = (bytes: Uint8Array, quantity: string, clickMm?: number) => {
  const { channels, values } = packetValues(profile, packetKind(bytes), bytes, clickMm);
  return values[channels.findIndex((c) => profile.channels[c]?.quantity === quantity)];
};

describe('one packet', () => {
  test.each([
    ['nothing', new Uint8Array(0), 'FRAME_MALFORMED'],
    ['a stray ACK in front', Uint8Array.of(...ACK, ...LOOP), 'FRAME_MALFORMED'],
    ['a byte too few', LOOP.slice(0, 98), 'FRAME_TOO_SHORT'],
    ['a byte too many', Uint8Array.of(...LOOP, 0), 'FRAME_TOO_LONG'],
    ['one bit turned', LOOP.map((b, i) => (i === 50 ? b ^ 1 : b)), 'FRAME_CHECKSUM'],
    ['another packet type', sealed(LOOP, (v) => v.setUint8(4, 2)), 'FRAME_MALFORMED'],
  ])('with %s is refused', (_, bytes, code) => {
    expect(() => packetKind(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('values that the console dashes are absent', () => {
    const dashed = sealed(LOOP, (v) => {
      v.setUint16(7, 0, true);
      v.setInt16(9, 32767, true);
      v.setUint8(11, 255);
      v.setInt16(12, 32767, true);
      v.setUint8(14, 255);
      v.setUint8(15, 255);
      v.setUint16(16, 0, true);
      v.setUint8(33, 255);
      v.setUint16(41, 65535, true);
      v.setUint8(43, 255);
      v.setUint16(44, 32767, true);
      v.setUint16(50, 65535, true);
      v.setUint16(56, 65535, true);
    });
    const { channels, values } = packetValues(profile, 'LOOP', dashed);
    const present = channels.filter((_, i) => !Number.isNaN(values[i]));
    expect(present.map((c) => profile.channels[c]?.quantity)).toEqual(['battery.voltage']);
    const dashed2 = sealed(LOOP2, (v) => {
      v.setInt16(30, 255, true);
      v.setUint16(18, 32767, true);
      v.setUint16(22, 65535, true);
    });
    for (const quantity of ['air.dew-point', 'wind.speed-average', 'wind.gust'])
      expect(value(dashed2, quantity)).toBeNaN();
  });

  test('frost, calm and north are not absent', () => {
    const cold = sealed(LOOP2, (v) => {
      v.setInt16(12, -5, true);
      v.setUint8(14, 0);
      v.setUint16(16, 360, true);
      v.setUint16(18, 0, true);
      v.setInt16(30, -40, true);
      v.setUint16(44, 0, true);
    });
    expect(value(cold, 'air.temperature')).toBe(-18.06);
    expect(value(cold, 'wind.speed')).toBe(0);
    expect(value(cold, 'wind.direction')).toBe(360);
    expect(value(cold, 'wind.speed-average')).toBe(0);
    expect(value(cold, 'air.dew-point')).toBe(-40);
    expect(value(cold, 'solar.radiation')).toBe(0);
  });

  test('rain is counted in tips of the collector that the console has', () => {
    const wet = sealed(LOOP, (v) => v.setUint16(50, 25, true));
    expect(value(wet, 'rain.day')).toBe(6.35);
    expect(value(wet, 'rain.day', 0.2)).toBe(5);
  });
});

describe('a stream', () => {
  test('packets are found however the bytes are cut', () => {
    const stream = Uint8Array.of(...ACK, ...LOOP, ...ACK, ...LOOP2, ...LOOP);
    for (let cut = 0; cut <= stream.length; cut++) {
      const { it, packets, bad } = finder();
      it.push(stream.subarray(0, cut));
      it.push(stream.subarray(cut));
      expect(packets).toEqual([LOOP, LOOP2, LOOP]);
      expect(bad).toEqual([]);
    }
    const { it, packets } = finder();
    for (const byte of stream) it.push(Uint8Array.of(byte));
    expect(packets.length).toBe(3);
    expect(it.waiting).toBe(0);
  });

  test('a packet that lost a byte is told, and the next one is found', () => {
    for (let lost = 3; lost < LOOP.length; lost++) {
      const { it, packets, bad } = finder();
      it.push(Uint8Array.of(...LOOP.filter((_, i) => i !== lost), ...LOOP2, ...ACK));
      expect(packets).toEqual([LOOP2]);
      expect(bad).toEqual(['FRAME_CHECKSUM']);
    }
  });

  test('each of many damaged packets is told, and once', () => {
    const { it, packets, bad } = finder();
    for (let lost = 3; lost < 99; lost++) it.push(LOOP.filter((_, i) => i !== lost));
    it.push(LOOP2);
    expect(bad.length).toBe(96);
    expect(packets).toEqual([LOOP2]);
    const noise = finder();
    noise.it.push(Uint8Array.from({ length: 9_900 }, (_, i) => (i % 3 === 0 ? 0x4c : 0x4f)));
    expect(noise.bad.length).toBeLessThan(120);
  });

  test('never more than one packet is held, whatever comes', () => {
    const { it } = finder();
    const random = seededRandom(1);
    for (let i = 0; i < 2_000; i++) {
      it.push(Uint8Array.from({ length: 50 }, () => (random.next() < 0.5 ? 0x4c : 0x4f)));
      expect(it.waiting).toBeLessThan(99);
    }
  });

  test('a listener that throws leaves the rest of the stream readable', () => {
    let seen = 0;
    const it = new PacketFinder(
      () => {
        if (++seen === 1) throw new Error('listener');
      },
      () => {},
    );
    expect(() => it.push(Uint8Array.of(...LOOP, ...LOOP2))).toThrow('listener');
    it.push(LOOP);
    expect(seen).toBe(3);
  });

  test('20,000 damaged packets: none with a wrong checksum is taken, the good one behind is always found', () => {
    const random = seededRandom(20_260_601);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const original = GOOD[i % GOOD.length] as Uint8Array;
      const damaged = mutated(original, random);
      const { it, packets } = finder();
      const stream = Uint8Array.of(...damaged, ...LOOP2);
      const cut = Math.floor(random.next() * stream.length);
      it.push(stream.subarray(0, cut));
      it.push(stream.subarray(cut));
      expect(packets.at(-1)).toEqual(LOOP2);
      for (const packet of packets) expect(crcCcitt(packet, 0, 99)).toBe(0);
      taken += packets.length;
    }
    expect(taken).toBeGreaterThan(20_000 - 1);
  });
});
