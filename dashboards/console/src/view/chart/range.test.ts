import { expect, test } from 'vitest';
import { follow, moveRange, nearestFollowing, parseRange, rangeText, serves, zoomRange } from './range.ts';

const NOW = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;

test('an address names a range, and a range its address', () => {
  expect(parseRange('24h', NOW)).toMatchObject({ following: '24h' });
  expect(parseRange('24h', NOW).toMs - parseRange('24h', NOW).fromMs).toBe(24 * HOUR);
  const chosen = `${NOW - 5 * HOUR}-${NOW - HOUR}`;
  expect(rangeText(parseRange(chosen, NOW))).toBe(chosen);
  for (const nonsense of ['', '9h', 'toString', `${NOW}-${NOW - 1}`, '1-2']) {
    expect(rangeText(parseRange(nonsense, NOW))).toBe('6h');
  }
});

test('zooming keeps the moment under the finger where it is', () => {
  const range = parseRange(`${NOW - 10 * HOUR}-${NOW - 2 * HOUR}`, NOW);
  const around = NOW - 8 * HOUR;
  const closer = zoomRange(range, 2, around, NOW);
  expect(closer.toMs - closer.fromMs).toBe(4 * HOUR);
  expect((around - closer.fromMs) / (4 * HOUR)).toBeCloseTo(0.25, 6);
  expect(closer.following).toBeNull();
});

test('no closer than a minute, no further than a year, never into the future', () => {
  const tiny = zoomRange(follow('1h', NOW), 1e9, NOW - HOUR / 2, NOW);
  expect(tiny.toMs - tiny.fromMs).toBe(60_000);
  const wide = zoomRange(follow('7d', NOW), 1e-9, NOW, NOW);
  expect(wide.toMs - wide.fromMs).toBe(400 * 86_400_000);
  expect(wide.toMs).toBeLessThanOrEqual(NOW + (wide.toMs - wide.fromMs) * 0.02 + 1);
  const moved = moveRange(follow('1h', NOW), 5, NOW);
  expect(moved.toMs).toBeCloseTo(NOW + HOUR * 0.02, -1);
});

test('back to now keeps about the width', () => {
  expect(nearestFollowing(parseRange(`${NOW - 5 * HOUR}-${NOW}`, NOW))).toBe('6h');
  expect(nearestFollowing(parseRange(`${NOW - 100 * HOUR}-${NOW}`, NOW))).toBe('7d');
  expect(nearestFollowing(follow('1h', NOW))).toBe('1h');
});

test('what was fetched serves as long as it covers and is fine enough', () => {
  const fetched = { fromMs: 0, toMs: 1000, points: 400 };
  const range = (fromMs: number, toMs: number) => ({ fromMs, toMs, following: null });
  expect(serves(fetched, range(250, 750), 200, false)).toBe(true);
  expect(serves(fetched, range(-1, 750), 200, false)).toBe(false);
  expect(serves(fetched, range(450, 550), 200, false)).toBe(false);
  expect(serves(fetched, range(450, 550), 200, true)).toBe(true);
});
