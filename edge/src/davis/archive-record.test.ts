import { channelKey, type DavisProfile, profileOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { checkPage, dayChannels, recordCounts, recordStamp, recordsOf, recordValues } from './archive-record.ts';
import { crcCcitt } from './crc.ts';
import { stampRequest } from './download.ts';

const profile = profileOf('davis-vantage-pro2') as DavisProfile;

/** A record of type B with everything measured, changed by `change`. */
function record(change: (view: DataView) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(52).fill(255);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 26 * 512 + 6 * 32 + 10, true);
  view.setUint16(2, 930, true);
  view.setInt16(4, 721, true);
  view.setUint16(10, 7, true);
  view.setUint16(12, 47, true);
  view.setUint16(14, 29_985, true);
  view.setUint16(16, 970, true);
  view.setUint16(18, 114, true);
  view.setInt16(20, 730, true);
  bytes.set([57, 78, 5, 12, 3, 4, 80, 13], 22);
  bytes[42] = 0;
  change(view);
  return bytes;
}

function values(bytes: Uint8Array, day: Record<number, number> = {}, clickMm = 0.254): Record<string, number> {
  const { channels, values: numbers } = recordValues(profile, bytes, day, clickMm);
  return Object.fromEntries(
    channels.map((c, i) => [channelKey(profile.channels[c] as { quantity: string }), numbers[i] as number]),
  );
}

describe('a record', () => {
  test('gives the channels that it holds, in the console’s LOOP units', () => {
    expect(values(record())).toEqual({
      ...{ 'air.pressure': 1015.41, 'air.temperature': 22.28, 'air.humidity': 78 },
      ...{ 'wind.speed': 2.24, 'wind.speed-average': 2.24, 'wind.gust': 5.36, 'wind.direction': 90 },
      ...{ 'rain.rate': 11.938, 'solar.radiation': 970, 'solar.uv-index': 8 },
      ...{ 'indoor.temperature': 22.78, 'indoor.humidity': 57 },
    });
  });

  test('north is 360; dashes are absent, and all of the wind without a packet from the anemometer', () => {
    expect(values(record((v) => v.setUint8(27, 0)))['wind.direction']).toBe(360);
    expect(values(record((v) => v.setUint8(27, 15)))['wind.direction']).toBe(337.5);
    const dashed = values(
      record((v) => {
        for (const at of [4, 16, 20]) v.setUint16(at, 32_767, true);
        v.setUint16(14, 0, true);
        v.setUint16(18, 0, true);
        for (const at of [22, 23, 24, 27, 28]) v.setUint8(at, 255);
        v.setUint8(25, 0);
      }),
    );
    const present = Object.keys(dashed).filter((key) => !Number.isNaN(dashed[key]));
    expect(present).toEqual(['rain.rate']);
  });

  test('of type A has no direction in a calm; of no known type is refused', () => {
    const calm = record((v) => {
      v.setUint8(42, 255);
      v.setUint8(25, 0);
    });
    expect(values(calm)['wind.direction']).toBeNaN();
    expect(values(calm)['wind.gust']).toBe(0);
    expect(() => values(record((v) => v.setUint8(42, 1)))).toThrow('archive record of type 1');
  });

  test('adds to the totals of the day, in tips of the collector and thousandths of an inch', () => {
    const [rain, et] = dayChannels(profile, 300_000) as [number, number];
    expect(recordCounts(profile, record(), 300_000)).toEqual({ [rain]: 7, [et]: 13 });
    expect(dayChannels(profile, 7_200_000)).toEqual([rain]);
    expect(values(record(), { [rain]: 25, [et]: 97 }, 0.2)).toMatchObject({ 'rain.day': 5, 'et.day': 2.464 });
    expect(values(record())).not.toHaveProperty('rain.day');
  });

  test('has a stamp, or was never written', () => {
    expect(recordStamp(record())).toBe((26 * 512 + 6 * 32 + 10) * 65_536 + 930);
    expect(recordStamp(new Uint8Array(52).fill(255))).toBeUndefined();
    expect(recordStamp(new Uint8Array(52))).toBeUndefined();
  });
});

describe('a page', () => {
  const page = (sequence: number) => {
    const bytes = Uint8Array.of(
      sequence,
      ...Array.from({ length: 5 }, () => [...record()]).flat(),
      255,
      255,
      255,
      255,
      0,
      0,
    );
    new DataView(bytes.buffer).setUint16(265, crcCcitt(bytes, 0, 265));
    return bytes;
  };

  test('is checked: length, checksum, number', () => {
    expect(() => checkPage(page(3), 3)).not.toThrow();
    expect(() => checkPage(page(3).subarray(0, 266), 3)).toThrow(expect.objectContaining({ code: 'FRAME_TOO_SHORT' }));
    expect(() =>
      checkPage(
        page(3).map((b, i) => (i === 100 ? b ^ 4 : b)),
        3,
      ),
    ).toThrow(expect.objectContaining({ code: 'FRAME_CHECKSUM' }));
    expect(() => checkPage(page(3), 4)).toThrow('archive page 3, expected 4');
  });

  test('holds five records, the first ones of the first page left out', () => {
    expect(recordsOf(page(0))).toEqual(Array.from({ length: 5 }, () => record()));
    expect(recordsOf(page(0), 3)).toHaveLength(2);
  });
});

test('the stamp is sent as in the worked example of the reference, whose year counts from 1900', () => {
  expect(Buffer.from(stampRequest(0xcec603a2)).toString('hex')).toBe('c6cea203e2b4');
  expect(stampRequest(0)).toEqual(new Uint8Array(6));
});
