import { describe, expect, test } from 'vitest';
import { QUANTITY_IDS, quantityOf } from './quantities.ts';
import { convertExactly, convertibleWith } from './units.ts';

const convert = (value: number, from: string, to: string, decimals: number) =>
  convertExactly(value, { from, to }, decimals);

describe('a conversion', () => {
  test.each([
    [72.5, '[degF]', 'Cel', 1, 22.5],
    [72.05, '[degF]', 'Cel', 2, 22.25],
    // A tie that doubles miss: (72.05 − 32) × 5 / 9 is 22.249999999999996 there.
    [72.05, '[degF]', 'Cel', 1, 22.3],
    [-40, '[degF]', 'Cel', 1, -40],
    [31.999, '[degF]', 'Cel', 1, 0],
    [273.15, 'K', 'Cel', 2, 0],
    [24.1, 'Cel', 'Cel', 1, 24.1],
    [0.0068869, 'm3/m3', '%', 5, 0.68869],
    [1.005, '1', '%', 1, 100.5],
    [0.18, 'dS/m', 'uS/cm', 0, 180],
    [29.92, "[in_i'Hg]", 'hPa', 2, 1013.21],
    [95.96, 'kPa', 'hPa', 1, 959.6],
    [-1.17, 'bar', 'kPa', 1, -117],
    [10, '[mi_i]/h', 'm/s', 4, 4.4704],
    [36, 'km/h', 'm/s', 1, 10],
    [1, '[kn_i]', 'm/s', 3, 0.514],
    [0.01, '[in_i]', 'mm', 3, 0.254],
    [1, '[in_i]/h', 'mm/h', 1, 25.4],
    [1, '[gal_us]/min', 'm3/h', 6, 0.227125],
    [60, 'L/min', 'm3/h', 1, 3.6],
    [1, 'rad', 'deg', 4, 57.2958],
    [3061, 'mV', 'V', 3, 3.061],
    [1e-7, 'm', 'um', 1, 0.1],
    [1e21, 'mm', 'm', 0, 1e18],
  ])('%d %s is, in %s with %d decimals, %d', (value, from, to, decimals, expected) => {
    expect(convert(value, from, to, decimals)).toBe(expected);
  });

  test('takes the steps before it into one line', () => {
    expect(convertExactly(725, { divide: 1, from: '[degF]', to: 'Cel' }, 1)).toBe(22.5);
    expect(convertExactly(0, { offset: 32, from: '[degF]', to: 'Cel' }, 1)).toBe(0);
    expect(convertExactly(4, { multiply: 0.01, from: '[in_i]', to: 'mm' }, 3)).toBe(1.016);
  });

  test('there and back is where it began, for every pair of units', () => {
    for (const { unit } of QUANTITY_IDS.map((id) => quantityOf(id) as { unit: string }))
      for (const other of convertibleWith(unit)) {
        const there = convertExactly(12.5, { from: unit, to: other }, 18);
        expect(convertExactly(there, { from: other, to: unit }, 4), `${unit} ${other}`).toBe(12.5);
      }
  });

  test('is refused between things that differ', () => {
    expect(() => convert(1, 'm', 'Cel', 1)).toThrow('m does not convert to Cel');
    expect(() => convert(1, 'furlong', 'm', 1)).toThrow('furlong does not convert to m');
    expect(() => convert(1, 'constructor', 'm', 1)).toThrow('does not convert');
  });
});

test('what converts with a unit is listed, and nothing of the prototype', () => {
  expect(convertibleWith('Cel')).toEqual(['Cel', '[degF]', 'K']);
  expect(convertibleWith('toString')).toEqual([]);
});
