/** One contract for every store: run over the embedded one and over a real InfluxDB. */
import { rmSync } from 'node:fs';
import { firstOf, QUALITY, type Reading, type Readings, toColumns, toRows } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STORES, type StoreFixture, vaultIn } from '../testing/stores.ts';
import { openInfluxStore } from './influx.ts';
import { parseInfluxUrl } from './influx-address.ts';
import { channelPath, type StoreChannel } from './store.ts';

const START = Date.UTC(2026, 5, 1);
const NOW = START + 86_400_000;
const EPOCH = '000000aa';

const moisture = (device: string): StoreChannel => ({
  ...{ farm: 'farm', gateway: 'gw-1', device, quantity: 'soil.moisture', place: 'd30', field: 'north' },
});

describe.each(Object.keys(STORES))('the %s store', (name) => {
  let fixture: StoreFixture;
  let next = 0;
  beforeAll(async () => {
    fixture = await (STORES[name] as () => Promise<StoreFixture>)();
  });
  afterAll(async () => {
    await fixture?.close();
  });

  /** A channel of its own for each test. */
  const channel = (quantity = 'soil.moisture', place: string | undefined = 'd30'): StoreChannel => ({
    ...{ farm: 'farm', gateway: 'gw-1', device: `probe-${++next}`, quantity, place, field: 'north' },
  });
  const commit = (c: StoreChannel, rows: Omit<Reading, 'channel'>[], epoch = EPOCH, nowMs = NOW) =>
    fixture.store.commit(
      [
        {
          farm: 'farm',
          gateway: 'gw-1',
          epoch,
          readings: toColumns(rows.map((r) => ({ ...r, channel: 1 }))),
          channels: new Map([[1, c]]),
        },
      ],
      nowMs,
    );
  const read = (c: StoreChannel, points = 100, fromMs = START, toMs = START + 3_600_000) =>
    fixture.store.history({
      channel: c,
      id: 'x',
      aggregate: c.quantity === 'wind.direction' ? 'circular' : 'mean',
      fromMs,
      toMs,
      points,
      most: 1_000_000,
    });

  test('gives back what it took, with time and quality', async () => {
    const c = channel();
    await commit(c, [
      { seq: 1, timeMs: START + 1, value: 31.4, quality: 0 },
      { seq: 2, timeMs: START + 10_001, value: -0.125, quality: QUALITY.RANGE },
    ]);
    expect(await read(c)).toEqual({
      ...{ id: 'x', stepMs: 0, timeMs: [START + 1, START + 10_001], n: [1, 1], quality: [0, QUALITY.RANGE] },
      ...{ mean: [31.4, -0.125], lo: [31.4, -0.125], hi: [31.4, -0.125] },
    });
  });

  test('the same batch twice, and a part of it again, changes nothing', async () => {
    const c = channel();
    const rows = [1, 2, 3].map((i) => ({ seq: 100 + i, timeMs: START + i, value: i, quality: 0 }));
    await commit(c, rows);
    await commit(c, rows);
    await commit(c, [...rows.slice(1), { seq: 104, timeMs: START + 4, value: 4, quality: 0 }]);
    expect((await read(c)).mean).toEqual([1, 2, 3, 4]);
  });

  test('two readings of a channel in one millisecond are both kept, in order', async () => {
    const c = channel();
    await commit(c, [
      { seq: 201, timeMs: START, value: 1, quality: 0 },
      { seq: 202, timeMs: START, value: 2, quality: 0 },
    ]);
    expect((await read(c)).mean).toEqual([1, 2]);
  });

  test('an absent reading is kept as absent, and 0 is a value', async () => {
    const c = channel();
    await commit(c, [
      { seq: 301, timeMs: START, value: Number.NaN, quality: QUALITY.ABSENT },
      { seq: 302, timeMs: START + 1, value: 0, quality: 0 },
    ]);
    expect(await read(c)).toMatchObject({ mean: [null, 0], quality: [QUALITY.ABSENT, 0] });
  });

  test('many readings come back in steps with extremes, and a gap stays a gap', async () => {
    const c = channel();
    const rows = Array.from({ length: 600 }, (_, i) => ({
      seq: 1000 + i,
      timeMs: START + i * 1000 + (i >= 300 ? 1_800_000 : 0),
      value: i % 60,
      quality: 0,
    }));
    await commit(c, rows);
    const series = await read(c, 60);
    expect(series.stepMs).toBe(60_000);
    expect(series.timeMs).toEqual([0, 1, 2, 3, 4, 35, 36, 37, 38, 39].map((m) => START + m * 60_000));
    expect(series.n.every((n) => n === 60)).toBe(true);
    expect(series.mean[0]).toBeCloseTo(29.5);
    expect([series.lo[0], series.hi[0]]).toEqual([0, 59]);
  });

  test('directions are averaged as directions, and impossible values do not bend a mean', async () => {
    const wind = channel('wind.direction', undefined);
    await commit(
      wind,
      [350, 10, 20, 340].map((value, i) => ({ seq: 2000 + i, timeMs: START + i, value, quality: 0 })),
    );
    const mean = (await read(wind, 2)).mean[0] as number;
    expect(Math.min(mean, 360 - mean)).toBeLessThan(0.001);
    const air = channel('air.temperature', undefined);
    await commit(
      air,
      [20, 22, 999].map((value, i) => ({
        seq: 2100 + i,
        timeMs: START + i,
        value,
        quality: value === 999 ? QUALITY.RANGE : 0,
      })),
    );
    expect(await read(air, 2)).toMatchObject({ mean: [21], hi: [22], quality: [QUALITY.RANGE], n: [3] });
  });

  test('names that need quoting are names like others', async () => {
    const c = { ...channel(), device: "o'brien , = probe" };
    await commit(c, [{ seq: 3000, timeMs: START, value: 5, quality: 0 }]);
    expect((await read(c)).mean).toEqual([5]);
  });

  test('the ledger joins ranges and shows a gap until it is filled', async () => {
    const c = channel();
    const epoch = '000000bb';
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => ({
        seq: from + i,
        timeMs: START + from + i,
        value: 1,
        quality: 0,
      }));
    const ranges = async () => (await fixture.vault.ledger([])).find((l) => l.epoch === epoch);
    await commit(c, rows(1, 10), epoch);
    await commit(c, rows(21, 30), epoch);
    expect(await ranges()).toMatchObject({
      ranges: [
        [1, 10],
        [21, 30],
      ],
      stored: 20,
    });
    await commit(c, rows(8, 22), epoch);
    expect(await ranges()).toMatchObject({ ranges: [[1, 30]], stored: 30 });
    expect((await read(c)).n.length).toBe(30);
  });

  test('a number given twice: another time is stored beside it and counted, another value there is refused, a repeat is neither', async () => {
    const c = channel();
    const epoch = '000000cc';
    const row = (seq: number, timeMs: number, value: number) => ({ seq, timeMs: START + timeMs, value, quality: 0 });
    const conflicts = async () => (await fixture.vault.ledger([])).find((l) => l.epoch === epoch)?.conflicts;
    const first = [row(1, 10, 1), row(2, 20, 2), row(3, 30, 3)];
    expect(await commit(c, first, epoch)).toMatchObject([{ conflicts: 0, refused: [] }]);
    // As after a restored copy: 2 and 3 again, at other times, and 4, which is new; 1 with another value in its own place.
    const again = [row(1, 10, 7), row(2, 520, 2), row(3, 530, 3), row(4, 540, 4)];
    const [outcome] = await commit(c, again, epoch);
    expect(outcome).toMatchObject({ conflicts: 2, refused: [{ code: 'SEQ_CONFLICT' }] });
    expect(toRows(outcome?.refused[0]?.readings as Readings)).toMatchObject([{ seq: 1, value: 7 }]);
    expect(toRows(outcome?.stored as Readings).map((r) => r.seq)).toEqual([2, 3, 4]);
    expect((await read(c)).mean).toEqual([1, 2, 3, 2, 3, 4]);
    expect(await conflicts()).toBe(2);
    expect(await commit(c, first, epoch)).toMatchObject([{ conflicts: 0, refused: [] }]);
    expect(await commit(c, again.slice(1), epoch)).toMatchObject([{ conflicts: 0, refused: [] }]);
    expect(await conflicts()).toBe(2);
    const absent = { seq: 5, timeMs: START + 600, value: Number.NaN, quality: QUALITY.ABSENT };
    await commit(c, [absent], epoch);
    expect(await commit(c, [absent], epoch)).toMatchObject([{ conflicts: 0, refused: [] }]);
  });

  test('numbers of far segments are numbers like others', async () => {
    const c = channel();
    const seq = firstOf(70_000);
    await commit(c, [{ seq, timeMs: START, value: 1, quality: 0 }], '000000dd');
    await commit(c, [{ seq: seq + 1, timeMs: START, value: 2, quality: 0 }], '000000dd');
    const entry = (await fixture.vault.ledger([])).find((l) => l.epoch === '000000dd');
    expect(entry?.ranges).toEqual([[seq, seq + 1]]);
    expect((await read(c)).mean).toEqual([1, 2]);
  });

  test('the newest value is the newest by time, then by number; what is dated ahead counts as taken when stored', async () => {
    const c = channel();
    const epoch = '000000ee';
    const latest = async () => {
      const row = (await fixture.vault.latest()).find(([path]) => path === channelPath(c));
      return row?.slice(1, 3);
    };
    const say = (seq: number, timeMs: number, value: number, nowMs: number) =>
      commit(c, [{ seq, timeMs: START + timeMs, value, quality: 0 }], epoch, START + nowMs);
    await say(10, 1_000, 1, 2_000);
    await say(11, 1_000, 2, 2_000);
    expect(await latest()).toEqual([START + 1_000, 2]);
    // The same time, an earlier number: a repeat that comes late.
    await say(10, 1_000, 1, 2_500);
    expect(await latest()).toEqual([START + 1_000, 2]);
    // Half an hour ahead.
    await say(12, 1_800_000, 99, 3_000);
    expect(await latest()).toEqual([START + 3_000, 99]);
    // Late data stays history; the next true reading takes over at once, though it is dated before the one ahead.
    await say(13, 2_000, 3, 4_000);
    expect(await latest()).toEqual([START + 3_000, 99]);
    await say(14, 4_000, 4, 4_000);
    expect(await latest()).toEqual([START + 4_000, 4]);
    expect((await read(c)).timeMs.at(-1)).toBe(START + 1_800_000);
  });
});

test('an InfluxDB that is not there yet is told in words, and nothing is committed', async () => {
  const { vault, folder } = await vaultIn(false);
  const late: unknown[] = [];
  const store = await openInfluxStore(parseInfluxUrl('http://127.0.0.1:1/karez'), vault, {
    late: (error) => late.push(error),
  });
  expect(late).toHaveLength(1);
  const batch = {
    ...{ farm: 'farm', gateway: 'gw-1', epoch: EPOCH },
    readings: toColumns([{ seq: 1, timeMs: START, channel: 1, value: 1, quality: 0 }]),
    channels: new Map([[1, moisture('probe')]]),
  };
  await expect(store.commit([batch], NOW)).rejects.toThrow(/InfluxDB did not take the points.*ECONNREFUSED/);
  expect(await vault.ledger([])).toEqual([]);
  expect(() => parseInfluxUrl('influx')).toThrow(/must be like http/);
  await store.close();
  await vault.close();
  rmSync(folder, { recursive: true });
});
