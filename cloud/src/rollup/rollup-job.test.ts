import { silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { HOUR_MS } from './levels.ts';
import { startRollups } from './rollup-job.ts';

const START = Date.UTC(2026, 5, 1, 12, 30);
const hourOf = (ms: number) => (ms - Date.UTC(2026, 5, 1)) / HOUR_MS;

test('hours that are over are rolled up soon, the open one each quarter; trouble is tried again and said once', async () => {
  const clock = virtualClock(START);
  const asked: number[] = [];
  const said: string[] = [];
  let fail = false;
  const stop = startRollups({
    ...{ clock, logger: { ...silentLogger, log: (_level, message) => said.push(message) } },
    async rollUp(closedMs) {
      asked.push(hourOf(closedMs));
      if (fail) throw new Error('away');
      return false;
    },
  });
  await clock.advance(14 * 60_000);
  expect(new Set(asked)).toEqual(new Set([12]));
  await clock.advance(2 * 60_000);
  expect(asked).toContain(13);
  expect(asked.filter((hour) => hour === 13)).toHaveLength(1);
  await clock.advance(16 * 60_000);
  expect(asked).toContain(14);

  fail = true;
  await clock.advance(10 * 60_000);
  expect(said).toEqual(['history could not be rolled up; it is tried again']);
  fail = false;
  await clock.advance(2 * 60_000);
  expect(said.at(-1)).toBe('history is rolled up again');
  await stop();
  const { length } = asked;
  await clock.advance(HOUR_MS);
  expect(asked).toHaveLength(length);
});

test('while there is more it goes on, with pauses', async () => {
  const clock = virtualClock(START);
  let left = 20;
  const stop = startRollups({ clock, logger: silentLogger, rollUp: async () => --left > 0 });
  await clock.advance(1_000);
  expect(left).toBeLessThanOrEqual(0);
  await stop();
});
