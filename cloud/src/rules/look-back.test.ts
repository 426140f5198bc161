/** What a rule would have said of the past: the same as it says live, over readings out of the store. */
import { join } from 'node:path';
import { Evaluator, LIMITS, type Rule, type Series, toColumns } from '@karez/model';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { embeddedStore } from '../store/embedded.ts';
import type { Store } from '../store/store.ts';
import { EPOCH, FARM, FROST, GATEWAY_SILENT, MAST, openTestAlerts, type TestAlerts } from '../testing/test-alerts.ts';
import { HistoryReader } from '../vault/history.ts';
import { Handles, worldOf } from './handles.ts';
import { lookBack, shownLookBack } from './look-back.ts';

const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 10);

let at: TestAlerts;
let store: Store;
let reader: HistoryReader;
beforeEach(async () => {
  at = await openTestAlerts();
  reader = new HistoryReader({ path: join(at.folder, 'cloud.db') });
  store = { ...embeddedStore(at.vault), history: async (request) => reader.history(request) };
});
afterEach(async () => {
  reader.close();
  await at.close();
});

let seq = 0;
const keep = (rows: readonly (readonly [timeMs: number, value: number, quality?: number])[]) =>
  store.commit(
    [
      {
        ...{ farm: FARM, gateway: 'gw-1', epoch: EPOCH },
        channels: at.registry.channels(FARM, 'gw-1', EPOCH) ?? new Map(),
        readings: toColumns(
          rows.map(([timeMs, value, quality = 0]) => ({ seq: ++seq, timeMs, channel: 1, value, quality })),
        ),
      },
    ],
    at.clock.wallMs(),
  );
const look = (rule: Rule, fromMs = START, toMs = START + 7 * DAY) =>
  lookBack({ store, registry: at.registry }, FARM, rule, fromMs, toMs);

/** Single readings as the store answers them. */
function seriesOf(id: string, rows: readonly (readonly [timeMs: number, value: number])[]): Series {
  const values = rows.map(([, value]) => value);
  const flat = (value: number) => rows.map(() => value);
  return {
    ...{ id, stepMs: 0, timeMs: rows.map(([timeMs]) => timeMs), mean: values, lo: values, hi: values },
    ...{ n: flat(1), quality: flat(0) },
  };
}

/** A night that freezes, hour by hour: value at each. */
const nights = (...values: number[]) => values.map((value, i) => [START + i * HOUR, value] as const);

describe('a look back', () => {
  test('finds each time, from when to when, with the value by which it fired', async () => {
    await keep(nights(3, -1, -2, 2, 3, -0.5, 0.5, 1, 4));
    const looked = await look({ ...FROST, noDataAfterS: 7_200 });
    expect(looked).toMatchObject({ subjects: 1, readings: 9, incomplete: null });
    expect(looked.occurrences).toEqual([
      { subject: MAST, anchor: expect.any(Number), fromMs: START + HOUR, toMs: START + 3 * HOUR, value: -1 },
      { subject: MAST, anchor: expect.any(Number), fromMs: START + 5 * HOUR, toMs: START + 7 * HOUR, value: -0.5 },
    ]);
    // Newest first.
    expect(shownLookBack(looked)).toMatchObject({
      fired: 2,
      occurrences: [{ fromMs: START + 5 * HOUR }, { fromMs: START + HOUR, toMs: START + 3 * HOUR }],
    });
  });

  test('sees what lasts over the start of the range, and what goes on at its end', async () => {
    await keep(nights(3, -1, -2, -2, 2, 3, -0.5));
    const rule = { ...FROST, noDataAfterS: 7_200 };
    const { occurrences } = await look(rule, START + 2 * HOUR, START + 6.5 * HOUR);
    expect(occurrences).toMatchObject([{ toMs: START + 4 * HOUR }, { fromMs: START + 6 * HOUR, toMs: null }]);
    expect((await look(rule, START + 4.5 * HOUR, START + 6 * HOUR)).occurrences).toEqual([]);
  });

  test('leaves out what was marked as bad, unless the rule believes it', async () => {
    await keep([
      [START, 3],
      [START + HOUR, -40, 2],
      [START + 2 * HOUR, 3],
    ]);
    expect((await look(FROST)).occurrences).toEqual([]);
    expect((await look({ ...FROST, believe: 'all' })).occurrences).toHaveLength(1);
  });

  test('sees silence, which no reading tells', async () => {
    const silent: Rule = { ...FROST, condition: { type: 'silent', intervals: 6 } };
    const every = (fromMs: number, count: number) =>
      Array.from({ length: count }, (_, i) => [fromMs + i * 10 * S, 3] as const);
    await keep([...every(START, 100), ...every(START + HOUR, 100)]);
    const { occurrences } = await look(silent, START, START + 2 * HOUR);
    expect(occurrences).toMatchObject([
      { subject: 'gw-1/mast', fromMs: START + 990 * S + MIN, toMs: START + HOUR },
      { subject: 'gw-1/mast', fromMs: START + HOUR + 990 * S + MIN, toMs: null },
    ]);
  });

  test('of a rule that is switched off shows what it would say', async () => {
    await keep(nights(3, -1, 2));
    expect((await look({ ...FROST, enabled: false })).occurrences).toHaveLength(1);
  });

  test('says in words what it cannot look at', async () => {
    expect(await look(GATEWAY_SILENT)).toMatchObject({ occurrences: [], incomplete: /gateway/ });
    // Sixty thousand readings a day.
    const history: Store['history'] = async ({ fromMs, id }) =>
      seriesOf(
        id,
        Array.from({ length: 60_000 }, (_, i) => [fromMs + i * S, 3]),
      );
    const days = Math.ceil(LIMITS.lookBackReadings / 60_000) + 2;
    const looked = await lookBack(
      { store: { history }, registry: at.registry },
      FARM,
      FROST,
      START,
      START + days * DAY,
    );
    expect(looked.incomplete).toMatch(/too many readings.*2026-/);
    expect(looked.readings).toBeLessThanOrEqual(LIMITS.lookBackReadings + 60_000);
  });

  test('of another farm is refused', async () => {
    const elsewhere = lookBack({ store, registry: at.registry }, 'elsewhere', FROST, START, START + DAY);
    await expect(elsewhere).rejects.toMatchObject({ code: 'NOT_FOUND', where: 'params.farm' });
  });
});

const conditions: Rule['condition'][] = [
  FROST.condition,
  {
    type: 'below',
    input: { quantity: 'air.temperature' },
    unit: 'Cel',
    value: 0,
    recover: 1,
    forS: 60,
    recoverForS: 40,
  },
  {
    type: 'rate',
    input: { quantity: 'air.temperature' },
    unit: 'Cel/h',
    direction: 'rising',
    value: 60,
    recover: 30,
    overMin: 2,
  },
  { type: 'stuck', input: { quantity: 'air.temperature' }, unit: 'Cel', tolerance: 0.1, forMin: 2 },
  { type: 'silent', intervals: 3 },
];

test.each(conditions)('is what the same readings say live, second by second: $type', async (condition) => {
  const readings = fc.array(fc.tuple(fc.constantFrom(5, 10, 20, 50, 90), fc.integer({ min: -20, max: 40 })), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(readings, async (steps) => {
      const rule: Rule = { ...FROST, condition };
      let timeMs = START;
      const rows = steps.map(([seconds, tenths]) => {
        timeMs += seconds * S;
        return [timeMs, tenths / 10] as const;
      });
      const endMs = timeMs + 300 * S;
      const history: Store['history'] = async ({ fromMs, toMs, id }) =>
        seriesOf(
          id,
          rows.filter(([t]) => t >= fromMs && t < toMs),
        );
      const looked = await lookBack({ store: { history }, registry: at.registry }, FARM, rule, START, endMs);

      const handles = new Handles();
      const evaluator = new Evaluator();
      const detail = at.registry.farm(FARM);
      evaluator.use({ rules: [{ revision: 1, rule }], timeZone: null }, worldOf(detail, handles), START - 40 * S);
      const live: [state: string, timeMs: number][] = [];
      const handle = handles.find(MAST) as number;
      let next = 0;
      for (let nowMs = START; nowMs < endMs; nowMs += S) {
        const said = evaluator.tick(nowMs);
        for (let row = rows[next]; row !== undefined && row[0] <= nowMs; row = rows[++next])
          said.push(...evaluator.see({ timeMs: row[0], handles: [handle], values: [row[1]], qualities: [0] }, nowMs));
        for (const { state, timeMs: t } of said) if (state === 'firing' || state === 'ok') live.push([state, t]);
      }
      const times = live.filter(([state], i) => state === 'firing' && live[i - 1]?.[0] !== 'firing').map(([, t]) => t);
      expect(looked.occurrences.map((o) => o.fromMs)).toEqual(times);
    }),
    { numRuns: 60 },
  );
});
