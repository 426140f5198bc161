import { describe, expect, test } from 'vitest';
import { hectaresAndMu, ringAreaM2 } from './area.ts';
import { decimalsOf, showBytes, showNumber, showValue, unitOf } from './number.ts';
import { ageOf, spanOf, timesFor } from './time.ts';

describe('numbers', () => {
  test('have the decimals of the quantity, a true minus and no minus before zero', () => {
    expect(showNumber(-0.84, 1, 'en')).toBe('−0.8');
    expect(showNumber(-0.04, 1, 'en')).toBe('0.0');
    expect(showNumber(1234.5, 1, 'en')).toBe('1,234.5');
    expect(showNumber(31, decimalsOf('soil.moisture'), 'zh')).toBe('31.0');
    expect(decimalsOf('soil.unheard-of', 3)).toBe(3);
    expect(unitOf('soil.ec')).toBe('µS/cm');
  });

  test('states are words, in the reader’s language; what has no word is a number', () => {
    expect(['en', 'zh'].map((language) => showValue('vehicle.mode', 6, 0, language))).toEqual(['mission', '航线作业']);
    expect(showValue('gnss.fix', 42, 0, 'en')).toBe('42');
    expect(showValue('soil.moisture', 5, 0, 'en')).toBe('5.0');
  });

  test('bytes have a fitting unit', () => {
    expect([0, 999, 1_000, 20_500_000].map((b) => showBytes(b, 'en'))).toEqual(['0 B', '999 B', '1.0 kB', '20.5 MB']);
  });
});

describe('ages', () => {
  test.each([
    [-5_000, { unit: 'now' }],
    [19_999, { unit: 'now' }],
    [29_000, { unit: 'seconds', count: 20 }],
    [60_000, { unit: 'minutes', count: 1 }],
    [3_599_000, { unit: 'minutes', count: 59 }],
    [7_200_000, { unit: 'hours', count: 2 }],
    [172_800_000, { unit: 'days', count: 2 }],
  ])('%i ms', (ms, age) => expect(ageOf(ms)).toEqual(age));

  test('spans', () => {
    expect(spanOf(0)).toEqual({ unit: 'seconds', count: 1 });
    expect(spanOf(5_400_000)).toEqual({ unit: 'hours', count: 2 });
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 10, 24, 9, 5, 7);

  test('are the farm’s own, 24 h', () => {
    const urumqi = timesFor('en-GB', 'Asia/Urumqi');
    expect(urumqi.clock(at)).toBe('15:05');
    expect(urumqi.exact(at)).toBe('24 Nov 2026, 15:05:07');
    expect(timesFor('zh', 'Asia/Urumqi').exact(at)).toBe('2026年11月24日 15:05:07');
    expect(timesFor('en-GB', 'UTC').exactClock(Date.UTC(2026, 0, 1))).toBe('00:00:00');
  });

  test('days begin at the farm’s midnight', () => {
    const urumqi = timesFor('en', 'Asia/Urumqi');
    expect(urumqi.dayStart(at)).toBe(Date.UTC(2026, 10, 23, 18));
    expect(urumqi.moment(at - 3_600_000, at)).toBe('14:05');
    expect(urumqi.moment(at - 86_400_000, at)).toBe('Nov 23 15:05');
  });

  test('an unknown zone is the reader’s own, not an error', () => {
    expect(timesFor('en', 'Mars/Base').zone).toBeUndefined();
  });
});

describe('areas', () => {
  test('a degree at the equator has the area that the sphere gives it', () => {
    const square = ringAreaM2([
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ]);
    expect(square / 1e6).toBeCloseTo(12_363.7, 0);
  });

  test('a hectare is fifteen mu, whichever way the ring runs', () => {
    // 100 m east and north at 44.3° N.
    const east = 100 / (111_195.08 * Math.cos((44.3 * Math.PI) / 180));
    const north = 100 / 111_195.08;
    const ring: [number, number][] = [
      [86, 44.3],
      [86, 44.3 + north],
      [86 + east, 44.3 + north],
      [86 + east, 44.3],
    ];
    const { hectares, mu } = hectaresAndMu(ringAreaM2(ring));
    expect(hectares).toBeCloseTo(1, 3);
    expect(mu).toBeCloseTo(15, 2);
  });
});
