import type { Series } from '@karez/model';
import { expect, test } from 'vitest';
import { account, chartData, gapsWithin, type Line, readingAt } from './chart-data.ts';

/** A device that speaks every 10 s is silent after 32.5 s. */
const line = (timeMs: number[], mean: (number | null)[], stepMs = 0): Line => ({
  intervalMs: 10_000,
  series: {
    ...{ id: 'c', stepMs, timeMs, mean, n: timeMs.map(() => 2), quality: timeMs.map(() => 0) },
    lo: mean.map((v) => (v === null ? null : v - 1)),
    hi: mean.map((v) => (v === null ? null : v + 1)),
  },
});
const NOW = 10_000_000;

test('an outage is a gap: a null stands between the points on its two sides', () => {
  const data = chartData([line([0, 10_000, 90_000, 100_000], [1, 2, 3, 4])], NOW);
  expect(data).toEqual({
    timeMs: [0, 10_000, 10_001, 90_000, 100_000],
    columns: [[1, 2, null, 3, 4]],
    banded: false,
  });
});

test('gaps are counted where they are seen', () => {
  const lines = [line([0, 10_000, 90_000, 200_000], [1, 2, 3, 4])];
  expect(gapsWithin(lines, 0, 300_000)).toBe(2);
  expect(gapsWithin(lines, 50_000, 60_000)).toBe(1);
  expect(gapsWithin(lines, 0, 10_000)).toBe(0);
});

test('a device that was merely late has no gap; a value that is absent is one', () => {
  const data = chartData([line([0, 30_000, 40_000], [1, 2, null])], NOW);
  expect(data).toMatchObject({ columns: [[1, 2, null]] });
});

test('several lines share their times and pass over one another’s, keeping their own gaps', () => {
  const data = chartData([line([0, 100_000], [1, 2]), line([5_000, 15_000], [8, 9])], NOW);
  expect(data.timeMs).toEqual([0, 1, 5_000, 15_000, 100_000]);
  expect(data.columns).toEqual([
    [1, null, undefined, undefined, 2],
    [undefined, undefined, 8, 9, undefined],
  ]);
});

test('steps are drawn in their middle with their band, the running one no later than now', () => {
  const data = chartData([line([0, 60_000, 240_000], [1, 2, 3], 60_000)], 250_000);
  expect(data.timeMs).toEqual([30_000, 90_000, 90_001, 250_000]);
  expect(data.columns).toEqual([
    [1, 2, null, 3],
    [0, 1, null, 2],
    [2, 3, null, 4],
  ]);
  expect(data.banded).toBe(true);
});

test('two readings of one moment are both drawn', () => {
  const { timeMs, columns } = chartData([line([5, 5, 100_000], [1, 2, 3])], NOW);
  expect(columns).toEqual([[1, 2, null, 3]]);
  expect(timeMs.every((t, i) => i === 0 || t > (timeMs[i - 1] as number))).toBe(true);
});

test('nothing is nothing', () => {
  expect(chartData([], NOW)).toEqual({ timeMs: [], columns: [], banded: false });
});

test('the reading under the crosshair is the nearest; in a gap there is none', () => {
  const one = line([0, 10_000, 90_000], [1, 2, 3]);
  expect(readingAt(one, 6_000)?.value).toBe(2);
  expect(readingAt(one, 4_000)?.value).toBe(1);
  expect(readingAt(one, 50_000)).toBeUndefined();
  expect(readingAt(line([0, 60_000], [1, 2], 60_000), 59_000)?.value).toBe(1);
  expect(readingAt(line([], []), 0)).toBeUndefined();
});

test('the account of a time: lowest, highest, mean weighed by readings, sum', () => {
  const series: Series = {
    ...{ id: 'c', stepMs: 10, timeMs: [0, 10, 20, 30], mean: [0, 4, null, 100], lo: [-1, 3, null, 99] },
    ...{ hi: [1, 5, null, 101], n: [3, 1, 1, 1], quality: [0, 0, 0, 0] },
  };
  expect(account(series, 0, 25)).toEqual({ lo: -1, hi: 5, mean: 1, sum: 4, n: 4 });
  expect(account(series, 18, 22)).toEqual({ lo: null, hi: null, mean: null, sum: 0, n: 0 });
});
