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

describe('range, exactly', () => {
  test.each([
    ['air.humidity', 0, 0],
    ['air.humidity', 100, 0],
    ['air.humidity', 100.1, QUALITY.RANGE],
    ['air.humidity', -0.1, QUALITY.RANGE],
    ['rain.rate', 0, 0],
    ['soil.ph', 0, QUALITY.RANGE],
    ['position.latitude', -90, 0],
    ['soil.matric-potential', 0, 0],
    ['soil.matric-potential', 0.1, QUALITY.RANGE],
    ['sprayer.sections', 4_294_967_295, 0],
  ])('%s %d → %d', (quantity, value, bits) => expect(run(quantity, [[0, value]])).toEqual([bits]));
});

describe('rate', () => {
  test('after a gap the way that can be gone in it is allowed, and no more', () => {
    expect(
      run('soil.temperature', [
        [0, 10],
        [10, 40],
      ]),
    ).toEqual([0, 0]);
    expect(
      run('soil.temperature', [
        [0, 10],
        [10, 40.1],
      ]),
    ).toEqual([0, QUALITY.RATE]);
  });
  test('two values of one moment may differ by noise only', () => {
    expect(
      run('air.temperature', [
        [0, 20],
        [0, 20.2],
        [0, 21],
      ]),
    ).toEqual([0, 0, QUALITY.RATE]);
  });
  test('a jump within the noise is none, however short the time', () =>
    expect(
      run('soil.ph', [
        [0, 6.44],
        [0.001, 6.46],
      ]),
    ).toEqual([0, 0]));
  test('values that jump about agree on nothing', () => {
    const rows = Array.from({ length: 9 }, (_, i): [number, number] => [i * 0.1, i === 0 ? 30 : i % 2 === 0 ? 10 : 90]);
    expect(run('soil.moisture', rows).slice(1)).toEqual(new Array(8).fill(QUALITY.RATE));
  });
  test('what has no highest rate never jumps: wind, positions of switches, rain', () => {
    for (const quantity of ['wind.speed', 'rain.day', 'sprayer.sections', 'wind.direction'])
      expect(
        run(quantity, [
          [0, 0],
          [0.01, 70],
          [0.02, 1],
        ]),
      ).toEqual([0, 0, 0]);
  });
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
  const every = (minutes: number, n: number, value: number, from = 0) =>
    Array.from({ length: n }, (_, i): [number, number] => [from + i * minutes, value]);

  test('no change for hours is marked where nature does not stand still', () => {
    const rows = every(10, 38, 21.3);
    const bits = run('air.temperature', rows);
    expect(bits.indexOf(QUALITY.STUCK)).toBe(36);
    expect(
      run(
        'soil.nitrogen',
        rows.map(([m]) => [m, 18] as [number, number]),
      ).every((b) => b === 0),
    ).toBe(true);
  });
  test('the first change clears it', () =>
    expect(run('air.pressure', [...every(10, 37, 1013), [370, 1013.1], [380, 1013.1]]).slice(-3)).toEqual([
      QUALITY.STUCK,
      0,
      0,
    ]));
  test('0.0 is a value like others', () => {
    expect(run('air.temperature', every(60, 8, 0)).at(-1)).toBe(QUALITY.STUCK);
    expect(run('air.temperature', every(60, 3, 0)).at(-1)).toBe(0);
  });
  test('the same value after an outage proves nothing', () => {
    expect(run('air.temperature', [...every(10, 3, 12.5), ...every(10, 3, 12.5, 3_000)])).toEqual(new Array(6).fill(0));
    expect(run('air.temperature', every(600, 7, 12.5))).toEqual([0, 0, 0, 0, 0, 0, QUALITY.STUCK]);
  });
  test('air may stay saturated, and rain may fall steadily or not at all, for days', () => {
    expect(run('air.humidity', every(10, 1_000, 100)).every((b) => b === 0)).toBe(true);
    expect(run('air.humidity', every(10, 1_000, 97)).at(-1)).toBe(QUALITY.STUCK);
    for (const value of [0, 2.5]) expect(run('rain.rate', every(10, 1_000, value)).every((b) => b === 0)).toBe(true);
  });
  test('deep or freezing soil may stand still for days, but not for weeks', () => {
    expect(run('soil.temperature', every(60, 24 * 13, 0)).every((b) => b === 0)).toBe(true);
    expect(run('soil.temperature', every(60, 24 * 15, 0)).at(-1)).toBe(QUALITY.STUCK);
  });
  test('an absent sensor between does not hide it', () =>
    expect(run('air.pressure', [...every(60, 4, 1013), [230, Number.NaN], ...every(60, 4, 1013, 240)]).at(-1)).toBe(
      QUALITY.STUCK,
    ));
});

test('channels do not know one another', () => {
  const checker = createChecker();
  expect(checker.check(1, 'air.temperature', T, 20)).toBe(0);
  expect(checker.check(2, 'air.temperature', T + 1000, 50)).toBe(0);
});
