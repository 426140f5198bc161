/**
 * Rolled-up history, in every store: what is read through it is what is read from the readings themselves, also after late
 * ones, and while some hours are still to be rolled up.
 */
import { QUALITY, type Reading, type Series, toColumns } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channelPath, type StoreChannel } from '../store/store.ts';
import { Summary } from '../store/summary.ts';
import { STORES, type StoreFixture } from '../testing/stores.ts';
import { DAY_MS, HOUR_MS, LEVELS, levelFor, MINUTE_MS, planOf } from './levels.ts';

const START = Date.UTC(2026, 5, 1);
const NOW = START + 10 * DAY_MS;
type Row = Omit<Reading, 'channel'>;

/** The same numbers again for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Readings of three days, about every two minutes, with gaps, absent and impossible ones among them. */
function readings(seed: number, value: (random: () => number, i: number) => number): Row[] {
  const random = chance(seed);
  const rows: Row[] = [];
  for (let timeMs = START + 12_345; timeMs < START + 3 * DAY_MS; timeMs += Math.round(60_000 + random() * 120_000)) {
    if (random() < 0.01) timeMs += 3 * HOUR_MS;
    const kind = random();
    const quality = kind < 0.03 ? QUALITY.RANGE : kind < 0.06 ? QUALITY.RATE : 0;
    const isAbsent = kind > 0.98;
    rows.push({
      ...{ seq: rows.length + 1, timeMs, value: isAbsent ? Number.NaN : value(random, rows.length) },
      quality: isAbsent ? QUALITY.ABSENT : quality,
    });
  }
  // An hour in which nothing is possible.
  for (const row of rows)
    if (row.timeMs >= START + 30 * HOUR_MS && row.timeMs < START + 31 * HOUR_MS) row.quality |= QUALITY.RANGE;
  return rows;
}

const QUANTITIES: [
  quantity: string,
  aggregate: 'mean' | 'sum' | 'last' | 'circular',
  value: (random: () => number, i: number) => number,
][] = [
  ['soil.moisture', 'mean', (random) => Math.round(random() * 500) / 10],
  ['rain.amount', 'sum', (random) => (random() < 0.1 ? 0.2 : 0)],
  ['wind.direction', 'circular', (random) => Math.round(340 + random() * 40) % 360],
];

describe.each(Object.keys(STORES))('in the %s store', (name) => {
  let fixture: StoreFixture;
  let device = 0;
  beforeAll(async () => {
    fixture = await (STORES[name] as () => Promise<StoreFixture>)();
  });
  afterAll(() => fixture?.close());

  const channelOf = (quantity: string): StoreChannel => ({
    ...{ farm: 'farm', gateway: 'gw-1', device: `d-${++device}`, quantity, place: 'h200', field: 'north' },
  });
  const commit = (channel: StoreChannel, rows: readonly Row[]) =>
    fixture.store.commit(
      [
        {
          ...{ farm: 'farm', gateway: 'gw-1', epoch: device.toString(16).padStart(8, '0') },
          readings: toColumns(rows.map((row) => ({ ...row, channel: 1 }))),
          channels: new Map([[1, channel]]),
        },
      ],
      NOW,
    );
  const rollUp = async (closedMs = NOW) => {
    while (await fixture.store.rollUp(closedMs)) {}
  };
  /** Read through the store, beside what the readings themselves come to. */
  async function both(
    channel: StoreChannel,
    aggregate: 'mean' | 'sum' | 'last' | 'circular',
    rows: readonly Row[],
    fromMs: number,
    toMs: number,
    points: number,
  ): Promise<[Series, Series]> {
    const request = { channel, id: 'x', aggregate, fromMs, toMs, points, most: 1_000_000 };
    const summary = new Summary('x', aggregate, fromMs, toMs, points);
    const within = rows.filter((r) => r.timeMs >= fromMs && r.timeMs < toMs).toSorted((a, b) => a.timeMs - b.timeMs);
    for (const { timeMs, value, quality } of within) summary.add(timeMs, Number.isNaN(value) ? null : value, quality);
    return [await fixture.store.history(request), summary.result()];
  }
  const rounded = (series: Series) => ({
    ...series,
    mean: series.mean.map((v) => (v === null ? null : Math.round(v * 1e6) / 1e6)),
  });

  // Steps that are whole buckets, from the start of one: then every step is made of whole buckets.
  const RANGES: [fromMs: number, toMs: number, points: number][] = [
    [START, START + 3 * DAY_MS, 3],
    [START, START + 3 * DAY_MS, 72],
    [START, START + 3 * DAY_MS, 288],
    [START + 7 * HOUR_MS, START + 19 * HOUR_MS, 24],
    [START, START + 6 * HOUR_MS, 120],
    [START - DAY_MS, START + 5 * DAY_MS, 144],
  ];

  test.each(QUANTITIES)('%s is the same, rolled up or not', async (quantity, aggregate, value) => {
    const channel = channelOf(quantity);
    const rows = readings(7 + device, value);
    await commit(channel, rows);
    for (const closedMs of [START, START + 40 * HOUR_MS, NOW]) {
      await rollUp(closedMs);
      for (const [fromMs, toMs, points] of RANGES) {
        const [read, expected] = await both(channel, aggregate, rows, fromMs, toMs, points);
        expect(rounded(read), `${points} points`).toEqual(rounded(expected));
      }
    }
    expect(await fixture.vault.dirtyOf(channelPath(channel), 0, NOW)).toEqual([]);
  });

  test('a late reading reaches every level', async () => {
    const channel = channelOf('soil.moisture');
    const rows = readings(99, (random) => random() * 10);
    await commit(channel, rows);
    await rollUp();
    const late = [
      { seq: 50_001, timeMs: START + 25 * HOUR_MS + 1, value: 100, quality: 0 },
      { seq: 50_002, timeMs: START + 49 * HOUR_MS + 1, value: -100, quality: QUALITY.HISTORICAL },
    ];
    await commit(channel, late);
    const all = [...rows, ...late];
    const marked = await fixture.vault.dirtyOf(channelPath(channel), 0, NOW);
    expect(marked).toEqual([START / HOUR_MS + 25, START / HOUR_MS + 49]);
    for (let turn = 0; turn < 2; turn++) {
      for (const [fromMs, toMs, points] of RANGES) {
        const [read, expected] = await both(channel, 'mean', all, fromMs, toMs, points);
        expect(rounded(read), `${points} points, turn ${turn}`).toEqual(rounded(expected));
      }
      await rollUp();
    }
    expect(await fixture.vault.dirtyOf(channelPath(channel), 0, NOW)).toEqual([]);
  });

  test('many channels at once are read as each by itself', async () => {
    const channels = QUANTITIES.flatMap(([quantity]) => [channelOf(quantity), channelOf(quantity)]);
    for (const [i, channel] of channels.entries())
      await commit(
        channel,
        readings(200 + i, (random) => random() * 100),
      );
    await rollUp(START + 40 * HOUR_MS);
    const few = channelOf('soil.moisture');
    await commit(few, [{ seq: 1, timeMs: START + 5_000, value: 3, quality: QUALITY.RATE }]);
    const all = [...channels, few, channelOf('soil.moisture')];
    for (const [fromMs, toMs, points] of [...RANGES, [START + 12_345_678, START + 61 * HOUR_MS + 1, 100] as const]) {
      const requests = all.map((channel, i) => ({
        ...{ channel, id: `${i}`, aggregate: 'mean' as const, fromMs, toMs, points, most: 1_000_000 },
      }));
      const alone: Series[] = [];
      for (const request of requests) alone.push(await fixture.store.history(request));
      expect(await fixture.store.histories(requests)).toEqual(alone);
    }
    await rollUp();
  });

  test('an hour into which readings keep falling is rolled up once in a round, and holds up no other', async () => {
    const channels = Array.from({ length: 40 }, () => channelOf('soil.moisture'));
    const say = async (minute: number) => {
      for (const channel of channels)
        await commit(channel, [{ seq: minute + 1, timeMs: START + minute * MINUTE_MS, value: minute, quality: 0 }]);
    };
    let rounds = 0;
    await say(0);
    while (await fixture.store.rollUp(START + HOUR_MS)) {
      await say(++rounds);
      expect(rounds).toBeLessThan(10);
    }
    expect(rounds).toBeGreaterThan(0);
    await rollUp();
    for (const channel of channels) expect(await fixture.vault.dirtyOf(channelPath(channel), 0, NOW)).toEqual([]);
  });

  test('the hour that is not over stays open', async () => {
    const channel = channelOf('soil.moisture');
    const rows = Array.from({ length: 600 }, (_, i) => ({
      seq: i + 1,
      timeMs: START + i * MINUTE_MS,
      value: i,
      quality: 0,
    }));
    await commit(channel, rows);
    await rollUp(START + 9.5 * HOUR_MS);
    expect(await fixture.vault.dirtyOf(channelPath(channel), 0, NOW)).toEqual([START / HOUR_MS + 9]);
    const [read, expected] = await both(channel, 'mean', rows, START, START + 10 * HOUR_MS, 10);
    expect(rounded(read)).toEqual(rounded(expected));
  });
});

test('what comes while an hour is rolled up is not forgotten', async () => {
  const fixture = await (STORES.embedded as () => Promise<StoreFixture>)();
  const path = 'farm/gw-1/d/soil.moisture';
  const batch = (seq: number, timeMs: number) => ({
    ...{ farm: 'farm', gateway: 'gw-1', epoch: '00000001' },
    readings: toColumns([{ seq, channel: 1, timeMs, value: 1, quality: 0 }]),
    paths: new Map([[1, path]]),
  });
  await fixture.vault.commit([batch(1, START)], NOW);
  const taken = await fixture.vault.dirtyHours(NOW, 10);
  await fixture.vault.commit([batch(2, START + 5)], NOW);
  await fixture.vault.rolledUp(taken);
  expect(await fixture.vault.dirtyOf(path, 0, NOW)).toEqual([START / HOUR_MS]);
  await fixture.close();
});

describe('a plan', () => {
  const hour = LEVELS.find(({ ms }) => ms === HOUR_MS) as (typeof LEVELS)[number];
  const day = LEVELS.find(({ ms }) => ms === DAY_MS) as (typeof LEVELS)[number];
  const shown = (spans: ReturnType<typeof planOf>) =>
    spans.map(({ fromMs, toMs, rolled }) => [fromMs / HOUR_MS, toMs / HOUR_MS, rolled]);

  test.each<[string, number, number, typeof hour, number[], (number | boolean)[][]]>([
    ['whole buckets', 0, 48, hour, [], [[0, 48, true]]],
    [
      'ends between buckets',
      0.5,
      4.25,
      hour,
      [],
      [
        [0.5, 1, false],
        [1, 4, true],
        [4, 4.25, false],
      ],
    ],
    ['less than a bucket', 0.5, 0.75, hour, [], [[0.5, 0.75, false]]],
    [
      'an hour in between',
      0,
      10,
      hour,
      [3],
      [
        [0, 3, true],
        [3, 4, false],
        [4, 10, true],
      ],
    ],
    [
      'neighbours are one',
      0,
      10,
      hour,
      [3, 4, 9],
      [
        [0, 3, true],
        [3, 5, false],
        [5, 9, true],
        [9, 10, false],
      ],
    ],
    [
      'a whole day for one of its hours',
      0,
      72,
      day,
      [30],
      [
        [0, 24, true],
        [24, 48, false],
        [48, 72, true],
      ],
    ],
    ['hours outside', 24, 72, day, [3, 80], [[24, 72, true]]],
  ])('%s', (_, from, to, level, dirty, expected) => {
    expect(shown(planOf({ fromMs: from * HOUR_MS, toMs: to * HOUR_MS }, level, dirty))).toEqual(expected);
  });

  test('takes the coarsest level that still gives each point its own', () => {
    expect([1, MINUTE_MS, 14 * MINUTE_MS, HOUR_MS, 100 * DAY_MS].map((ms) => levelFor(ms)?.name)).toEqual([
      ...[undefined, 'rollup_1m', 'rollup_1m', 'rollup_1h', 'rollup_1d'],
    ]);
  });
});
