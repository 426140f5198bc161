import { QUALITY } from '@karez/model/reading';
import { expect, test } from 'vitest';
import { DELIVERY_MS, stateOf, worst } from './state.ts';

const NOW = 1_000_000_000;
const aged = (ageMs: number, value: number | null = 1, quality = 0) =>
  stateOf([NOW - ageMs - DELIVERY_MS, value, quality], NOW, 10_000);

test.each([
  [0, 'fresh'],
  [11_000, 'fresh'],
  [11_001, 'late'],
  [30_000, 'late'],
  [30_001, 'silent'],
  [-5_000, 'fresh'],
])('a reading %i ms old is %s', (ageMs, state) => {
  expect(aged(ageMs)).toBe(state);
});

test('suspect bits show, repaired times do not', () => {
  for (const bit of [QUALITY.RANGE, QUALITY.RATE, QUALITY.STUCK]) expect(aged(0, 1, bit)).toBe('suspect');
  expect(aged(0, 1, QUALITY.ESTIMATED | QUALITY.HISTORICAL)).toBe('fresh');
});

test('a silent channel is silent, however odd its last value was; zero is a value; null is none', () => {
  expect(aged(60_000, 1, QUALITY.RATE)).toBe('silent');
  expect(aged(0, 0)).toBe('fresh');
  expect(aged(0, null, QUALITY.ABSENT)).toBe('absent');
  expect(stateOf(undefined, NOW, 10_000)).toBe('silent');
});

test('the worst of several', () => {
  expect(worst(['fresh', 'suspect', 'late'])).toBe('suspect');
  expect(worst(['suspect', 'silent'])).toBe('silent');
  expect(worst([])).toBe('absent');
});
