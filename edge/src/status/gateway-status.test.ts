import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import type { JournalState } from '../journal/journal.ts';
import { hoursLeft, startRate } from './gateway-status.ts';

const state = (changes: Partial<JournalState>) =>
  ({ bytes: 0, limitBytes: 1_000_000, waiting: 0, ...changes }) as JournalState;

test.each<[string, Partial<JournalState>, number, number | null]>([
  ['nothing comes in: nobody knows', {}, 0, null],
  ['little waits: two bytes a reading are reckoned with', { bytes: 200_000 }, 1_000, 400],
  ['much waits: what readings take now', { bytes: 200_000, waiting: 400_000 }, 1_000, 1_600],
  ['twice the rate, half the hours', { bytes: 200_000, waiting: 400_000 }, 2_000, 800],
  ['full', { bytes: 1_000_000, waiting: 500_000 }, 1_000, 0],
  ['over its limit', { bytes: 1_200_000, waiting: 500_000 }, 1_000, 0],
])('hours left, %s', (_, changes, perHour, hours) => {
  expect(hoursLeft(state(changes), perHour)).toBe(hours);
});

test('the rate is that of the last minutes, not of the whole life', async () => {
  const clock = virtualClock();
  let accepted = 0;
  const rate = startRate(clock, () => accepted);
  expect(rate.perHour()).toBe(0);
  for (let second = 0; second < 600; second++) {
    accepted += 10;
    await clock.advance(1_000);
  }
  expect(rate.perHour()).toBeCloseTo(36_000, -3);
  await clock.advance(600_000);
  expect(rate.perHour()).toBe(0);
  rate.stop();
});
