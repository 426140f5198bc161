import type { Series } from '@karez/model';
import { expect, test } from 'vitest';
import { sparkPaths } from './spark.ts';

const series = (points: [number, number | null][]): Series => {
  const mean = points.map(([, v]) => v);
  const timeMs = points.map(([t]) => t);
  return {
    id: 'c',
    stepMs: 10,
    timeMs,
    mean,
    lo: mean,
    hi: mean,
    n: timeMs.map(() => 1),
    quality: timeMs.map(() => 0),
  };
};
const draw = (points: [number, number | null][]) => sparkPaths(series(points), 0, 100, 15, 104, 24);

test('a line over an unbroken run, scaled to what it holds', () => {
  expect(
    draw([
      [0, -1],
      [10, 0],
      [20, 1],
    ]),
  ).toEqual({ line: 'M2 22L12 12L22 2', dots: [], lo: -1, hi: 1 });
});

test('never a line across a gap, nor across a missing value; a lone point is a dot', () => {
  const drawn = draw([
    [0, 0],
    [10, 2],
    [40, 2],
    [50, 0],
    [60, null],
    [70, 1],
  ]);
  expect(drawn?.line).toBe('M2 22L12 2M42 2L52 22');
  expect(drawn?.dots).toEqual([[72, 12]]);
});

test('what never moves lies in the middle; what is outside is left out; nothing is nothing', () => {
  expect(
    draw([
      [-50, 9],
      [0, 5],
      [10, 5],
      [101, 9],
    ]),
  ).toMatchObject({ line: 'M2 12L12 12', lo: 5, hi: 5 });
  expect(draw([[0, null]])).toBeUndefined();
  expect(draw([])).toBeUndefined();
});
