import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { DeviceClocks } from './device-clocks.ts';

const TRUE_MS = Date.UTC(2026, 5, 1);

/** What is reported when devices with these errors speak, once each in every round. */
async function reported(errorsMs: number[], rounds = 3): Promise<number[]> {
  const clock = virtualClock(0);
  const errors: number[] = [];
  const clocks = new DeviceClocks(clock, {
    report: (_source, timeMs) => void errors.push(timeMs - TRUE_MS - clock.monoMs()),
  });
  for (let round = 0; round < rounds; round++) {
    for (const [i, errorMs] of errorsMs.entries()) clocks.heard(`node-${i}`, TRUE_MS + clock.monoMs() + errorMs);
    await clock.advance(10_000);
  }
  return errors;
}

test('several that agree are worth a vote, wrong ones among them or not', async () => {
  expect(await reported([0, 100, -200, 50])).not.toHaveLength(0);
  const errors = await reported([0, 100, -200, 50, 86_400_000]);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(Math.abs(error)).toBeLessThan(1_000);
});

test('messages that waited in their devices do not make it late', async () => {
  const clock = virtualClock(0);
  let error = Number.NaN;
  const clocks = new DeviceClocks(clock, {
    report: (_source, timeMs) => {
      error = timeMs - TRUE_MS - clock.monoMs();
    },
  });
  for (const waitedMs of [7_200_000, 3_600_000, 60_000, 0, 1_800_000, 0]) {
    for (const node of ['a', 'b', 'c', 'd']) clocks.heard(node, TRUE_MS + clock.monoMs() - waitedMs);
    await clock.advance(10_000);
  }
  expect(error).toBe(0);
});

test('a few, or many that contradict one another, say nothing', async () => {
  expect(await reported([0, 0])).toEqual([]);
  expect(await reported([0, 3_600_000, -3_600_000, 7_200_000, -7_200_000])).toEqual([]);
});
