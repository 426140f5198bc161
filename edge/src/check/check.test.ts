import { QUALITY } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { createChecker } from './check.ts';

const T = Date.UTC(2026, 5, 1);
const run = (quantity: string, rows: [minute: number, value: number][]) => {
  const checker = createChecker();
  return rows.map(([minute, value]) => checker.check(1, quantity, T + minute * 60_000, value));
};

describe('range', () => {
  test.each([
    [-60, 0],
    [65, 0],
    [0, 0],
    [65.1, QUALITY.RANGE],
    [-127, QUALITY.RANGE],
    [Number.NaN, QUALITY.ABSENT],
  ])('an air temperature of %d is %d', (value, bits) => expect(run('air.temperature', [[0, value]])).toEqual([bits]));

  test('an impossible value does not become the measure of the next', () => {
    expect(
      run('air.temperature', [
        [0, 20],
        [1, 999],
        [2, 20.5],
      ]),
    ).toEqual([0, QUALITY.RANGE, 0]);
  });
});

describe('rate', () => {
  test('a spike is marked, the value after it is not', () => {
    expect(
      run('air.temperature', [
        [0, 20],
        [1, 45],
        [2, 20.4],
      ]),
    ).toEqual([0, QUALITY.RATE, 0]);
  });
  test('a level that stays is believed', () => {
    expect(
      run('soil.moisture', [
        [0, 10],
        [0.1, 60],
        [0.2, 60],
        [0.3, 60.1],
        [0.4, 60],
      ]),
    ).toEqual([0, QUALITY.RATE, QUALITY.RATE, 0, 0]);
  });
  test('the same step over a long time is no jump', () => {
    expect(
      run('air.temperature', [
        [0, 5],
        [60, 25],
      ]),
    ).toEqual([0, 0]);
  });
  test('exactly at the limit passes', () => {
    expect(
      run('air.temperature', [
        [0, 20],
        [1, 25],
      ]),
    ).toEqual([0, 0]);
  });
  test('a late reading is judged by range alone and moves nothing', () => {
    expect(
      run('air.temperature', [
        [60, 20],
        [1, -20],
        [61, 20],
      ]),
    ).toEqual([0, 0, 0]);
  });
});

describe('stuck', () => {
  test('no change for hours is marked where nature does not stand still', () => {
    const rows = Array.from({ length: 38 }, (_, i): [number, number] => [i * 10, 21.3]);
    const bits = run('air.temperature', rows);
    expect(bits.indexOf(QUALITY.STUCK)).toBe(36);
    expect(
      run(
        'soil.nitrogen',
        rows.map(([m]) => [m, 18] as [number, number]),
      ).every((b) => b === 0),
    ).toBe(true);
  });
  test('the first change clears it', () => {
    expect(
      run('air.pressure', [
        [0, 1013],
        [400, 1013],
        [401, 1013.1],
      ]),
    ).toEqual([0, QUALITY.STUCK, 0]);
  });
});

test('channels do not know one another', () => {
  const checker = createChecker();
  expect(checker.check(1, 'air.temperature', T, 20)).toBe(0);
  expect(checker.check(2, 'air.temperature', T + 1000, 50)).toBe(0);
});
