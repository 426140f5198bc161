import { describe, expect, test } from 'vitest';
import {
  answered,
  driftMs,
  localOf,
  measured,
  readSettings,
  readTime,
  shiftAt,
  stampOf,
  utcOf,
} from './console-clock.ts';
import { crcCcitt } from './crc.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const at = (text: string) => Date.parse(`${text}:00Z`);

describe('stamps', () => {
  test('are day, month and year in one word, hour and minute in the other', () => {
    expect(stampOf(at('2026-06-10T09:30'))).toBe((26 * 512 + 6 * 32 + 10) * 65_536 + 930);
    for (const text of ['2000-01-01T00:00', '2026-12-31T23:59', '2028-02-29T12:05', '2099-06-01T00:30'])
      expect(localOf(stampOf(at(text)))).toBe(at(text));
  });
  test.each([
    0,
    0xffffffff,
    (26 * 512 + 13 * 32 + 1) * 65_536,
    (26 * 512 + 2 * 32 + 30) * 65_536,
    stampOf(at('2026-06-10T00:00')) + 2460,
  ])('that are no time are refused: %d', (stamp) =>
    expect(() => localOf(stamp)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' })),
  );
});

test('GETTIME is read, the example of the reference too; what is no time is not', () => {
  expect(readTime(Uint8Array.of(42, 17, 5, 28, 1, 98))).toBe(Date.UTC(1998, 0, 28, 5, 17, 42));
  expect(readTime(Uint8Array.of(0, 0, 0, 31, 6, 126))).toBeUndefined();
  expect(readTime(Uint8Array.of(60, 0, 0, 1, 6, 126))).toBeUndefined();
  expect(readTime(Uint8Array.of(0, 0, 0, 1, 0, 126))).toBeUndefined();
});

test('an answer counts once it is whole and its CRC right', () => {
  const bytes = Uint8Array.of(42, 17, 5, 28, 1, 98);
  const crc = crcCcitt(bytes, 0, 6);
  const whole = Uint8Array.of(10, 13, 6, ...bytes, crc >> 8, crc & 255);
  expect(answered(whole, 6)).toEqual(bytes);
  expect(answered(whole.subarray(0, -1), 6)).toBeUndefined();
  expect(
    answered(
      whole.map((b, i) => (i === 5 ? b ^ 1 : b)),
      6,
    ),
  ).toBeUndefined();
});

test('a zone counts where the console moves its clock by itself', () => {
  expect(readSettings(Uint8Array.of(20, 0, 0, 0, 0, 0))).toEqual({ zone: 'Europe/Berlin' });
  expect(readSettings(Uint8Array.of(20, 1, 1, 0, 0, 0))).toEqual({ zone: null });
  expect(readSettings(Uint8Array.of(20, 0, 0, 0x52, 3, 1))).toEqual({ zone: null });
  expect(readSettings(Uint8Array.of(37, 0, 0, 0, 0, 0))).toEqual({ zone: null });
});

describe('how far local time is from UTC', () => {
  const now = at('2026-06-10T12:00');
  test('is measured; a clock that is right to a few seconds is right', () => {
    expect(measured({ zone: null }, now + 6 * HOUR + 2_400, now)).toMatchObject({ shiftMs: 6 * HOUR });
    expect(driftMs(measured({ zone: null }, now + 345 * MINUTE - 2_000, now))).toBe(0);
    expect(driftMs(measured({ zone: null }, now + 2 * HOUR - 321_000, now))).toBe(-321_000);
  });

  test('moves with the zone’s daylight saving, whatever the zone’s own hour', () => {
    // The zone says Berlin, the hands say Urumqi: only the rule is taken from the zone.
    const clock = measured({ zone: 'Europe/Berlin' }, now + 6 * HOUR, now);
    expect(shiftAt(clock, at('2026-01-10T12:00'))).toBe(5 * HOUR);
    expect(shiftAt(measured({ zone: null }, now + 6 * HOUR, now), at('2026-01-10T12:00'))).toBe(6 * HOUR);
  });

  test('is told of any local time: once, never in the hour that spring leaves out, twice in the one that autumn has twice', () => {
    const clock = measured({ zone: 'Europe/Berlin' }, now + 2 * HOUR, now);
    expect(utcOf(clock, at('2026-06-10T14:00'))).toEqual([at('2026-06-10T12:00')]);
    expect(utcOf(clock, at('2026-01-10T13:00'))).toEqual([at('2026-01-10T12:00')]);
    expect(utcOf(clock, at('2026-03-29T02:30'))).toEqual([]);
    expect(utcOf(clock, at('2026-03-29T03:00'))).toEqual([at('2026-03-29T01:00')]);
    expect(utcOf(clock, at('2026-10-25T02:30'))).toEqual([at('2026-10-25T00:30'), at('2026-10-25T01:30')]);
    expect(utcOf(clock, at('2026-10-25T03:00'))).toEqual([at('2026-10-25T02:00')]);
  });
});
