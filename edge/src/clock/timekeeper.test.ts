import { silentLogger } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { type Boot, Timekeeper } from './timekeeper.ts';

const TRUE_MS = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A gateway whose system clock starts at `wallMs` while it truly is TRUE_MS. */
function keeper(wallMs: number, more: { undated?: Boot[]; floorMs?: number; uuid?: string } = {}) {
  const clock: VirtualClock = virtualClock(wallMs);
  const dated: [number, number][] = [];
  const boot: Boot = { id: 9, uuid: more.uuid ?? 'boot-9', wallMs: Math.round(clock.wallMs()), monoMs: clock.monoMs() };
  const timekeeper = new Timekeeper({
    ...{ clock, logger: silentLogger, boot, floorMs: more.floorMs ?? 0, undated: more.undated ?? [] },
    date: async (shifts) => void dated.push(...shifts),
  });
  /** What it truly is now. */
  const trueMs = () => TRUE_MS + clock.monoMs();
  return { clock, timekeeper, dated, trueMs };
}

test('a board that starts in 1970 takes undated readings, and learns by how much to shift them', async () => {
  const { clock, timekeeper, dated, trueMs } = keeper(0);
  expect(timekeeper.now()).toEqual({ timeMs: 0, dated: false });
  await clock.advance(10_000);
  let told = 0;
  timekeeper.onDated = () => told++;
  timekeeper.report('cloud', trueMs(), 20);
  await clock.advance(0);
  expect(dated).toEqual([[9, TRUE_MS]]);
  expect(told).toBe(1);
  expect(timekeeper.now()).toEqual({ timeMs: trueMs(), dated: true });
  expect(timekeeper.status()).toMatchObject({ state: 'known', source: 'cloud', offsetMs: TRUE_MS, trouble: null });
});

test('a clock that was right all along repairs nothing', async () => {
  const { clock, timekeeper, dated, trueMs } = keeper(TRUE_MS + 400);
  timekeeper.report('ntp', trueMs(), 100);
  await clock.advance(0);
  expect(dated).toEqual([[9, 0]]);
  expect(timekeeper.isDated).toBe(true);
});

test('steps of the system’s clock neither way move time or reorder readings', async () => {
  const { clock, timekeeper, trueMs } = keeper(TRUE_MS);
  timekeeper.report('cloud', trueMs(), 20);
  await clock.advance(0);
  let last = timekeeper.now().timeMs;
  for (const step of [DAY, -40 * DAY, 5 * HOUR, -1]) {
    clock.stepWall(step);
    await clock.advance(1_000);
    const { timeMs } = timekeeper.now();
    expect(timeMs - last).toBe(1_000);
    last = timeMs;
  }
  // A source that is corrected a little backwards holds time still for a moment instead of turning it.
  timekeeper.report('cloud', trueMs() - 300, 20);
  expect(timekeeper.now().timeMs).toBe(last);
  await clock.advance(400);
  expect(timekeeper.now().timeMs).toBe(last + 100);
});

test('an earlier process of the same boot is dated exactly, another boot as well as can be', async () => {
  // The machine came up 1 h ago with its clock in 1970; a first process took readings, fell, and this one began.
  const sameBoot: Boot = { id: 8, uuid: 'boot-9', wallMs: 1_000, monoMs: -HOUR };
  // Before that, another boot whose clock had been kept from the last good time.
  const before: Boot = { id: 7, uuid: 'boot-7', wallMs: TRUE_MS - DAY, monoMs: 5, lastMs: TRUE_MS - 12 * HOUR };
  // And one of two processes that ran ahead: it was over before the boot that followed.
  const ahead: Boot = { id: 6, uuid: 'boot-6', wallMs: TRUE_MS + DAY, monoMs: 2 * HOUR, lastMs: TRUE_MS + DAY + HOUR };
  const aheadToo: Boot = { id: 5, uuid: 'boot-6', wallMs: TRUE_MS + 3 * DAY, monoMs: HOUR };
  // And one that started in 1970, after the last time that was known.
  const lost: Boot = { id: 4, uuid: 'boot-4', wallMs: 0, monoMs: 5, lastMs: 6 * HOUR };
  const undated = [lost, aheadToo, ahead, before, sameBoot];
  const { clock, timekeeper, dated, trueMs } = keeper(5_000, { undated, floorMs: TRUE_MS - 9 * DAY });
  timekeeper.report('cloud', trueMs(), 20);
  await clock.advance(0);
  const shifts = new Map(dated);
  expect(shifts.get(8)).toBe(TRUE_MS - HOUR - 1_000);
  // Where it was, and marked, since nobody has confirmed it.
  expect(shifts.get(7)).toBe(-1);
  // Its last reading at the start of the next.
  expect((ahead.lastMs as number) + (shifts.get(6) as number)).toBe(TRUE_MS - DAY);
  const startOf = (boot: Boot) => boot.wallMs + (shifts.get(boot.id) as number);
  expect(startOf(ahead) - startOf(aheadToo)).toBe(HOUR);
  expect((lost.lastMs as number) + (shifts.get(4) as number)).toBe(startOf(aheadToo));
});

test('an exact answer is not given up for one over a slow link, unless they cannot both be true', async () => {
  const { clock, timekeeper, trueMs } = keeper(TRUE_MS);
  timekeeper.report('cloud', trueMs() + 15, 20);
  await clock.advance(60_000);
  timekeeper.report('cloud', trueMs() + 4_000, 5_000);
  expect(timekeeper.now().timeMs).toBe(trueMs() + 15);
  await clock.advance(60_000);
  timekeeper.report('cloud', trueMs() + 9_000, 5_000);
  expect(timekeeper.now().timeMs).toBe(trueMs() + 9_000);
});

test('a boot whose time was known to an earlier process of it is dated by that', async () => {
  const known: Boot = { id: 8, uuid: 'boot-8', wallMs: 50, monoMs: HOUR, lastMs: 60, knownShiftMs: TRUE_MS - 2 * HOUR };
  const { clock, timekeeper, dated, trueMs } = keeper(5_000, { undated: [known] });
  timekeeper.report('cloud', trueMs(), 20);
  await clock.advance(0);
  expect(new Map(dated).get(8)).toBe(TRUE_MS - 2 * HOUR);
});

test('a source that goes back before what is known to be past is not believed at once, nor refused for ever', async () => {
  const { clock, timekeeper, trueMs } = keeper(0, { floorMs: TRUE_MS + 30 * DAY });
  timekeeper.report('cloud', trueMs(), 20);
  expect(timekeeper.isDated).toBe(false);
  expect(timekeeper.status()).toMatchObject({
    state: 'unknown',
    trouble: 'the cloud’s clock says a time that is already past',
  });
  for (let i = 0; i < 61; i++) {
    await clock.advance(5_000);
    timekeeper.report('cloud', trueMs(), 20);
  }
  await clock.advance(0);
  expect(timekeeper.now()).toEqual({ timeMs: trueMs(), dated: true });
});

test('the floor for the next start is the newest time known', async () => {
  const { clock, timekeeper, trueMs } = keeper(0, { floorMs: TRUE_MS - DAY });
  expect(timekeeper.floorMs).toBe(TRUE_MS - DAY);
  timekeeper.report('cloud', trueMs(), 20);
  await clock.advance(HOUR);
  expect(timekeeper.floorMs).toBe(trueMs());
});

test('dating that the disk refuses is tried again, and nothing counts as dated before', async () => {
  const clock = virtualClock(0);
  let tries = 0;
  const timekeeper = new Timekeeper({
    ...{ clock, logger: silentLogger, floorMs: 0, undated: [], boot: { id: 1, uuid: 'b', wallMs: 0, monoMs: 0 } },
    async date() {
      if (++tries < 3) throw new Error('disk full');
    },
  });
  timekeeper.report('cloud', TRUE_MS, 20);
  await clock.advance(1_000);
  expect([tries, timekeeper.isDated]).toEqual([1, false]);
  await clock.advance(20_000);
  expect([tries, timekeeper.isDated]).toEqual([3, true]);
});
