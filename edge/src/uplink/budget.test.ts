import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { Budget } from './budget.ts';

/** Bytes that go within `seconds` when there is always something to send. */
async function sent(live: boolean, seconds: number, payload: number): Promise<number> {
  const clock = virtualClock();
  const budget = new Budget(clock, { bytesPerSecond: 1_000 });
  let bytes = 0;
  const end = clock.monoMs() + seconds * 1_000;
  while (clock.monoMs() < end) {
    const wait = budget.waitMs(live);
    if (wait > 0) await clock.advance(wait);
    else {
      budget.spend(payload);
      bytes += payload + 220;
    }
  }
  return bytes;
}

test('never more than the rate in the long run, live or not, small messages or large', async () => {
  for (const live of [true, false])
    for (const payload of [50, 5_000]) {
      const bytes = await sent(live, 1_000, payload);
      expect(bytes).toBeLessThan(1_000 * 1_000 * 1.05);
      expect(bytes).toBeGreaterThan(1_000 * 1_000 * 0.9);
    }
});

test('live goes while the backlog waits', () => {
  const budget = new Budget(virtualClock(), { bytesPerSecond: 1_000 });
  budget.spend(10_500);
  expect(budget.waitMs(true)).toBe(0);
  expect(budget.waitMs(false)).toBeGreaterThan(500);
});

test('a month has its bytes, is remembered over a restart, and ends', async () => {
  const clock = virtualClock(Date.UTC(2026, 5, 30, 23, 59));
  const limits = { bytesPerMonth: 10_000 };
  const budget = new Budget(clock, limits);
  budget.spend(9_900);
  expect(budget.waitMs(true)).toBeGreaterThan(0);
  expect(budget.trouble).toContain('used up');
  const again = new Budget(clock, limits, budget.month);
  expect(again.waitMs(false)).toBeGreaterThan(0);
  await clock.advance(120_000);
  expect(again.waitMs(false)).toBe(0);
  expect(again.trouble).toBeNull();
});

test('without limits nothing waits', () => {
  const budget = new Budget(virtualClock(), {});
  budget.spend(1e12);
  expect([budget.waitMs(false), budget.isMetered]).toEqual([0, false]);
});
