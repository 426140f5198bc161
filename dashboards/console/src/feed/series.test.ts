import type { Series } from '@karez/model';
import type { Aggregate } from '@karez/model/quantities';
import { describe, expect, test } from 'vitest';
import { addReading, emptySeries, forgetBefore, silences, together, toSteps, unbrokenMs } from './series.ts';

const fill = (stepMs: number, aggregate: Aggregate, rows: [number, number | null, number?][]): Series => {
  const series = emptySeries('c', stepMs);
  for (const [timeMs, value, quality] of rows) addReading(series, aggregate, 0, [timeMs, value, quality ?? 0]);
  return series;
};

describe('gaps', () => {
  test('begin where a device counts as silent, not where it was late', () => {
    const unbroken = unbrokenMs(10_000, 0);
    expect(silences([0, 10_000, 40_000, 80_000, 90_000], unbroken)).toEqual([[40_000, 80_000]]);
    expect(silences([], unbroken)).toEqual([]);
  });

  test('of steps need a whole step without a reading', () => {
    expect(silences([0, 60_000, 120_000, 240_000], unbrokenMs(10_000, 60_000))).toEqual([[120_000, 240_000]]);
    // A device that speaks once an hour leaves steps empty without being silent.
    expect(silences([0, 3_600_000, 7_200_000], unbrokenMs(3_600_000, 60_000))).toEqual([]);
  });
});

describe('a reading joins', () => {
  test('where its time belongs, late ones in the past', () => {
    const series = fill(0, 'mean', [
      [10, 1],
      [30, 3],
      [20, 2, 4],
    ]);
    expect([series.timeMs, series.mean, series.quality]).toEqual([
      [10, 20, 30],
      [1, 2, 3],
      [0, 4, 0],
    ]);
  });

  test('once, however often it comes; another of the same moment is kept', () => {
    expect(
      fill(0, 'mean', [
        [10, 1],
        [10, 1],
        [10, 2],
      ]).mean,
    ).toEqual([1, 2]);
  });

  test.each<[Aggregate, number[], number]>([
    ['mean', [1, 2, 6], 3],
    ['sum', [1, 2, 6], 9],
    ['last', [1, 2, 6], 6],
    ['circular', [350, 10], 0],
  ])('its step by %s', (aggregate, values, expected) => {
    const series = fill(
      100,
      aggregate,
      values.map((value, i) => [i, value]),
    );
    expect(series.mean[0]).toBeCloseTo(expected, 6);
    expect(series).toMatchObject({ timeMs: [0], n: [values.length], lo: [Math.min(...values)] });
  });

  test('and zero is a value, none is none', () => {
    const series = fill(100, 'mean', [
      [0, null, 16],
      [1, 0],
      [100, null, 16],
    ]);
    expect(series).toMatchObject({ mean: [0, null], n: [2, 1], quality: [16, 16] });
  });
});

test('single readings become steps; steps stay', () => {
  const raw = fill(0, 'mean', [
    [0, 1],
    [50, 3],
    [120, 5],
  ]);
  const steps = toSteps(raw, 'mean', 100);
  expect(steps).toMatchObject({ stepMs: 100, timeMs: [0, 100], mean: [2, 5], hi: [3, 5] });
  expect(toSteps(steps, 'mean', 100)).toBe(steps);
});

test('several become one where any of them has a reading', () => {
  const a = fill(100, 'mean', [
    [0, 1],
    [100, 2],
  ]);
  const b = fill(100, 'mean', [
    [0, 3],
    [300, 8],
  ]);
  expect(together('g', [a, b])).toMatchObject({ timeMs: [0, 100, 300], mean: [2, 2, 8], lo: [1, 2, 8], hi: [3, 2, 8] });
  expect(together('g', [a])).toBe(a);
});

test('what is too old is forgotten', () => {
  const series = fill(0, 'mean', [
    [10, 1],
    [20, 2],
    [30, 3],
  ]);
  forgetBefore(series, 20);
  expect(series).toMatchObject({ timeMs: [20, 30], mean: [2, 3], n: [1, 1] });
});
