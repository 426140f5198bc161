/** Points that a real InfluxDB refuses: each is found, with InfluxDB's reason, and everything else is stored. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readings, toColumns, toRows } from '@karez/model';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Influxd, startInfluxd } from '../testing/influxd.ts';
import { type OpenVault, openVault } from '../vault/open-vault.ts';
import { findGuilty } from './find-guilty.ts';
import { openInfluxStore } from './influx.ts';
import { parseInfluxUrl } from './influx-address.ts';
import type { Store, StoreBatch, StoreChannel } from './store.ts';

const EPOCH = '00000001';
let influxd: Influxd;
let folder: string;
let vault: OpenVault;
let store: Store;
let database = 0;

const ask = async (q: string) =>
  await (
    await fetch(`http://127.0.0.1:${influxd.port}/query?db=karez${database}&q=${encodeURIComponent(q)}`, {
      method: 'POST',
    })
  ).json();
const count = async (measurement: string, field: string): Promise<number> => {
  const answer = (await ask(`SELECT count("${field}") FROM "${measurement}"`)) as {
    results: { series?: { values: [unknown, number][] }[] }[];
  };
  return answer.results[0]?.series?.[0]?.values[0]?.[1] ?? 0;
};

beforeAll(async () => {
  influxd = await startInfluxd();
});
afterAll(async () => {
  await store?.close();
  await vault?.close();
  await influxd?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await store?.close();
  await vault?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'karez-influx-'));
  vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: false });
  database++;
  store = await openInfluxStore(parseInfluxUrl(`http://127.0.0.1:${influxd.port}/karez${database}`), vault);
});

const channel = (n: number, quantity: string): StoreChannel => ({
  ...{ farm: 'farm', gateway: 'gw-1', device: `probe-${n}`, quantity, place: 'd30', field: 'north' },
});
const channels = new Map([
  [1, channel(1, 'soil.moisture')],
  [2, channel(1, 'soil.temperature')],
  [3, channel(2, 'soil.moisture')],
  [4, channel(2, 'soil.temperature')],
]);
const now = Date.now();
/** `count` readings over four channels, a second apart, the newest now. */
const batch = (count: number, gateway = 'gw-1'): StoreBatch => ({
  ...{ farm: 'farm', gateway, epoch: EPOCH, channels },
  readings: toColumns(
    Array.from({ length: count }, (_, i) => ({
      ...{ seq: i + 1, channel: (i % 4) + 1, value: i / 8, quality: 0 },
      timeMs: now - (count - i) * 1000,
    })),
  ),
});
const seqs = (readings: Readings | undefined) => toRows(readings as Readings).map((row) => row.seq);

test('a field of another type: its readings are refused, all others stored, the ledger says the same', async () => {
  await fetch(`http://127.0.0.1:${influxd.port}/write?db=karez${database}`, {
    method: 'POST',
    body: 'soil,device=x soil.temperature="warm"',
  });
  const [outcome, other] = await store.commit([batch(25_000), { ...batch(5, 'gw-2') }], now);
  const guilty = batch(25_000).readings.seq.filter((seq) => seq % 2 === 0);
  expect(outcome?.refused).toHaveLength(1);
  expect(outcome?.refused[0]).toMatchObject({
    code: 'STORE_REFUSED',
    reason: expect.stringMatching(/^InfluxDB: partial write: field type conflict: input field "soil.temperature"/),
  });
  expect(seqs(outcome?.refused[0]?.readings)).toEqual([...guilty]);
  expect(outcome?.stored.count).toBe(12_500);
  expect(seqs(other?.refused[0]?.readings)).toEqual([2, 4]);
  expect(await count('soil', 'soil.moisture')).toBe(12_503);
  expect(await count('soil', 'soil.temperature'), 'the foreign point only').toBe(1);
  const entries = await vault.ledger([]);
  expect(entries.map((e) => e.stored)).toEqual([12_500, 3]);
  expect(entries[0]?.ranges.at(-1)).toEqual([24_999, 24_999]);
}, 60_000);

test('points beyond the retention policy are refused, one by one where they stand among others', async () => {
  await ask(`ALTER RETENTION POLICY autogen ON karez${database} DURATION 1d SHARD DURATION 1h`);
  const old = batch(4_000);
  for (const row of [17, 18, 1_000, 3_999]) old.readings.timeMs[row] = now - 400 * 86_400_000;
  const [outcome] = await store.commit([old], now);
  expect(outcome?.refused).toHaveLength(1);
  expect(outcome?.refused[0]?.reason).toMatch(/points beyond retention policy$/);
  expect(seqs(outcome?.refused[0]?.readings)).toEqual([18, 19, 1_001, 4_000]);
  expect((await count('soil', 'soil.moisture')) + (await count('soil', 'soil.temperature'))).toBe(3_996);
});

test('two reasons in one batch are told apart', async () => {
  await ask(`ALTER RETENTION POLICY autogen ON karez${database} DURATION 1d SHARD DURATION 1h`);
  await fetch(`http://127.0.0.1:${influxd.port}/write?db=karez${database}`, {
    method: 'POST',
    body: 'soil,device=x soil.temperature=5i',
  });
  const mixed = batch(40);
  mixed.readings.timeMs[0] = now - 400 * 86_400_000;
  const [outcome] = await store.commit([mixed], now);
  const byReason = new Map(outcome?.refused.map((r) => [r.reason.replace(/.*write: /, ''), seqs(r.readings)]));
  expect(byReason.get('points beyond retention policy')).toEqual([1]);
  expect([...byReason.values()].flat()).toHaveLength(21);
  expect(outcome?.stored.count).toBe(19);
});

test('a database that is gone is made again, and nothing is acknowledged before', async () => {
  await ask(`DROP DATABASE karez${database}`);
  await expect(store.commit([batch(4)], now)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await vault.ledger([])).toEqual([]);
  expect(await store.commit([batch(4)], now)).toMatchObject([{ refused: [], conflicts: 0 }]);
});

test('the guilty are found with few writes', async () => {
  const items = Array.from({ length: 10_000 }, (_, i) => i);
  const bad = new Set([3, 5_000, 9_999]);
  let writes = 0;
  const send = async (part: readonly number[]) => {
    writes++;
    const dropped = part.filter((i) => bad.has(i)).length;
    return dropped === 0 ? undefined : { reason: 'bad', dropped };
  };
  const refusal = { reason: 'bad', dropped: 3 };
  const found = await findGuilty(items, refusal, () => '', send);
  expect(found.map(({ item }) => item)).toEqual([...bad]);
  expect(writes).toBeLessThan(100);
  // An InfluxDB that does not count what it dropped costs more writes, not other answers.
  const uncounted = async (part: readonly number[]) => (await send(part)) && { reason: 'bad', dropped: undefined };
  expect((await findGuilty(items, refusal, () => '', uncounted)).map(({ item }) => item)).toEqual([...bad]);
});
