import { expect, test } from 'vitest';
import { chartKey } from './keys.ts';
import type { Range } from './range.ts';

const NOW = 1_800_000_000_000;
const range: Range = { fromMs: NOW - 200_000, toMs: NOW, following: null };
const times = [-300_000, -150_000, -100_000, -50_000].map((t) => NOW + t);
const press = (key: string, cursorMs: number | null = null, shift = false, of: Range = range) =>
  chartKey(key, shift, { range: of, cursorMs, times, nowMs: NOW });

test('arrows move the reading line from point to point and stop at the ends', () => {
  expect(press('ArrowLeft')).toEqual({ cursorMs: NOW - 50_000 });
  expect(press('ArrowRight')).toEqual({ cursorMs: NOW - 150_000 });
  expect(press('ArrowLeft', NOW - 50_000)).toEqual({ cursorMs: NOW - 100_000 });
  expect(press('ArrowLeft', NOW - 150_000)).toEqual({ cursorMs: NOW - 150_000 });
  expect(press('Home')).toEqual({ cursorMs: NOW - 150_000 });
  expect(press('End')).toEqual({ cursorMs: NOW - 50_000 });
});

test('with shift they move the time; plus and minus zoom', () => {
  expect(press('ArrowLeft', null, true)).toEqual({
    range: { fromMs: NOW - 250_000, toMs: NOW - 50_000, following: null },
  });
  const closer = press('+') as { range: Range };
  expect(closer.range.toMs - closer.range.fromMs).toBe(100_000);
  const further = press('-') as { range: Range };
  expect(further.range.toMs - further.range.fromMs).toBe(400_000);
});

test('Escape goes back one step at a time', () => {
  expect(press('Escape', NOW)).toEqual({ cursorMs: null });
  expect(press('Escape')).toMatchObject({ range: { following: '1h' } });
  expect(press('Escape', null, false, { ...range, following: '1h' })).toBe('back');
});

test('other keys are left to the page', () => {
  expect(press('Tab')).toBeUndefined();
  expect(press('a')).toBeUndefined();
});
