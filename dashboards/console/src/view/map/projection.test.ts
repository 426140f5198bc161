import { expect, test } from 'vitest';
import { type Bounds, boundsOf, fit, moved, type Point, ringPath, scaleBar, WHOLE, zoomed } from './projection.ts';

/** 0.001° high, and as wide as high at 60° N. */
const BOUNDS: Bounds = { west: 10, east: 10.002, south: 60, north: 60.001 };
const close = (a: Point, b: Point) => {
  for (const [i, n] of a.entries()) expect(n).toBeCloseTo(b[i] as number, 1);
};

test('the middle is in the middle, north is up, and nothing is stretched', () => {
  const { project, pixelsPerMetre } = fit(BOUNDS, 200, 100, 10);
  close(project([10.001, 60.0005]), [100, 50]);
  const [left, top] = project([10, 60.001]);
  const [right, bottom] = project([10.002, 60]);
  expect(top).toBeCloseTo(10, 1);
  expect(bottom).toBeCloseTo(90, 1);
  expect(right - left).toBeCloseTo(80, 0);
  expect(pixelsPerMetre).toBeCloseTo(80 / 111.195, 3);
});

test('a single sensor is a place of its own size', () => {
  const bounds = boundsOf([[86, 44]]) as Bounds;
  expect(fit(bounds, 100, 100, 0).pixelsPerMetre).toBeCloseTo(100 / 60, 5);
  expect(boundsOf([])).toBeUndefined();
});

test('zooming keeps the point under the fingers, and never leaves the picture', () => {
  const before = fit(BOUNDS, 200, 100, 10).project([10.0015, 60.0008]);
  const view = zoomed(WHOLE, 2, before, 200, 100);
  close(fit(BOUNDS, 200, 100, 10, view).project([10.0015, 60.0008]), before);
  expect(zoomed(WHOLE, 0.1, [0, 0], 200, 100)).toEqual(WHOLE);
  expect(zoomed(WHOLE, 1000, [100, 50], 200, 100).zoom).toBe(12);
  expect(moved({ zoom: 2, x: 0, y: 0 }, 9999, -9999, 200, 100)).toEqual({ zoom: 2, x: 100, y: -50 });
  expect(moved(WHOLE, 50, 50, 200, 100)).toEqual(WHOLE);
});

test('the scale bar has a round length that fits', () => {
  expect(scaleBar(1, 80)).toEqual({ metres: 50, pixels: 50 });
  expect(scaleBar(0.3, 80)).toEqual({ metres: 200, pixels: 60 });
  expect(scaleBar(12, 80).metres).toBe(5);
});

test('an outline is a closed path', () => {
  const path = ringPath(
    [
      [10, 60],
      [10.002, 60],
      [10.002, 60.001],
    ],
    fit(BOUNDS, 120, 100, 10),
  );
  expect(path).toMatch(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+Z$/);
});
