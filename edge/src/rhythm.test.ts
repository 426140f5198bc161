import { expect, test } from 'vitest';
import { Rhythm } from './rhythm.ts';

/** How many of those that come every `comesMs` for a minute are kept. */
const kept = (everyMs: number, comesMs: number) => {
  const rhythm = new Rhythm();
  let n = 0;
  for (let t = 0; t < 60_000; t += comesMs) if (rhythm.keeps('a', everyMs, t)) n++;
  return n;
};

test.each([
  [0, 100, 600],
  [1_000, 100, 60],
  [1_000, 250, 60],
  [1_000, 300, 60],
  [1_000, 999, 61],
  [1_000, 1_001, 60],
  [4_000, 2_001, 15],
  [10_000, 60_000, 1],
])('of what comes each %d ms, every %d ms, %d are kept in a minute', (everyMs, comesMs, n) =>
  expect(Math.abs(kept(everyMs, comesMs) - n)).toBeLessThanOrEqual(everyMs === 0 ? 0 : 1),
);

test('after a pause the beat begins anew, without catching up', () => {
  const rhythm = new Rhythm();
  expect([0, 100_000, 100_100, 100_900, 101_000].map((t) => rhythm.keeps('a', 1_000, t))).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
});

test('keys do not know one another', () => {
  const rhythm = new Rhythm();
  expect(rhythm.keeps('a', 1_000, 0)).toBe(true);
  expect(rhythm.keeps('b', 1_000, 1)).toBe(true);
  expect(rhythm.keeps('a', 1_000, 2)).toBe(false);
});
