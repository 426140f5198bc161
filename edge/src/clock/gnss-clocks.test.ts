import { silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import { GnssClocks } from './gnss-clocks.ts';
import { Timekeeper } from './timekeeper.ts';

const TRUE_MS = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;

/** Receivers that say the true time plus what `errorOf` gives, once a second each, for so many seconds. */
async function listen(receivers: number, seconds: number, errorOf: (receiver: number, second: number) => number) {
  const clock = virtualClock(0);
  const reports: number[] = [];
  let withdrawn = 0;
  const clocks = new GnssClocks(
    clock,
    { report: (_, timeMs) => reports.push(timeMs - TRUE_MS - clock.monoMs()), withdraw: () => void withdrawn++ },
    silentLogger,
  );
  for (let second = 0; second < seconds; second++) {
    for (let i = 0; i < receivers; i++) clocks.heard(`drone-${i}`, TRUE_MS + clock.monoMs() + errorOf(i, second));
    await clock.advance(1_000);
  }
  return { reports, withdrawn };
}

test('one receiver is believed once its time has advanced as ours for some seconds', async () => {
  expect((await listen(1, 9, () => 0)).reports).toEqual([]);
  const { reports } = await listen(1, 30, () => 0);
  expect(reports.length).toBeGreaterThan(3);
  expect(new Set(reports)).toEqual(new Set([0]));
});

test('what waited on the way does not make it late', async () => {
  const { reports } = await listen(1, 30, (_, second) => -((second * 370) % 1_100));
  for (const report of reports) expect(report).toBeGreaterThan(-500);
  expect(reports.length).toBeGreaterThan(3);
});

test('a time that stands still, jumps or runs is no clock', async () => {
  expect((await listen(1, 60, (_, second) => -second * 1_000)).reports).toEqual([]);
  expect((await listen(1, 60, (_, second) => (second % 2) * HOUR)).reports).toEqual([]);
  expect((await listen(1, 60, (_, second) => second * 500)).reports).toEqual([]);
});

test('of several the majority is believed; two that differ are not, and what was said is taken back', async () => {
  const { reports } = await listen(3, 20, (i) => (i === 0 ? 5 * HOUR : i * 100));
  expect(new Set(reports)).toEqual(new Set([200]));
  const split = await listen(2, 20, (i) => i * HOUR);
  expect(split.reports).toEqual([]);
  expect(split.withdrawn).toBeGreaterThan(0);
});

test('receivers that come and go are not remembered without end', async () => {
  const clock = virtualClock(0);
  const clocks = new GnssClocks(clock, { report: () => {}, withdraw: () => {} }, silentLogger);
  for (let i = 0; i < 10_000; i++) clocks.heard(`drone-${i}`, TRUE_MS);
  // What 64 of them said, 16 times each, is all that is kept: said again, the first is new.
  const reports: number[] = [];
  const again = new GnssClocks(
    clock,
    { report: (_, timeMs) => reports.push(timeMs), withdraw: () => {} },
    silentLogger,
  );
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 200; i++) again.heard(`drone-${i}`, TRUE_MS + clock.monoMs());
    await clock.advance(10_000);
  }
  expect(reports).toEqual([]);
});

describe('with the timekeeper', () => {
  function setUp() {
    const clock = virtualClock(TRUE_MS - 40 * 86_400_000);
    const dated: [number, number][][] = [];
    const timekeeper = new Timekeeper({
      ...{ clock, logger: silentLogger, floorMs: 0, undated: [] },
      boot: { id: 1, uuid: 'b', wallMs: clock.wallMs(), monoMs: clock.monoMs() },
      date: async (shifts) => void dated.push(shifts),
    });
    const gnss = new GnssClocks(clock, timekeeper, silentLogger);
    const beganMs = clock.monoMs();
    const now = () => TRUE_MS + clock.monoMs() - beganMs;
    const fly = async (seconds: number, errorMs: number) => {
      for (let i = 0; i < seconds; i++) {
        gnss.heard('drone', now() + errorMs);
        await clock.advance(1_000);
      }
    };
    return { timekeeper, dated, now, fly };
  }

  test('a gateway without a network gets its time from a drone', async () => {
    const { timekeeper, dated, now, fly } = setUp();
    expect(timekeeper.now().dated).toBe(false);
    await fly(20, 0);
    expect(timekeeper.now()).toEqual({ timeMs: now(), dated: true });
    expect(timekeeper.status()).toMatchObject({ state: 'known', source: 'gnss' });
    expect(dated).toEqual([[[1, 40 * 86_400_000]]]);
  });

  test('a plausible but wrong drone is outvoted by the network and the cloud, and gives way to one of them alone', async () => {
    for (const sources of [['ntp', 'cloud'], ['cloud'], ['ntp']] as const) {
      const { timekeeper, now, fly } = setUp();
      await fly(20, 2 * HOUR);
      expect(timekeeper.now().timeMs - now()).toBe(2 * HOUR);
      for (const source of sources) timekeeper.report(source, now(), 100);
      await fly(20, 2 * HOUR);
      expect(Math.abs(timekeeper.now().timeMs - now())).toBeLessThan(200);
      expect(timekeeper.status()).toMatchObject({
        state: 'doubtful',
        trouble: expect.stringMatching(/satellite.*2 h/),
      });
    }
  });

  test('where the network is wrong, a drone and the cloud outvote it', async () => {
    const { timekeeper, now, fly } = setUp();
    timekeeper.report('ntp', now() + 3 * HOUR, 100);
    timekeeper.report('cloud', now(), 300);
    await fly(20, 0);
    expect(Math.abs(timekeeper.now().timeMs - now())).toBeLessThan(500);
  });
});
