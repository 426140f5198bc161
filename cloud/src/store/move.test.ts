/** The command itself, between a vault and a real InfluxDB: whole, interrupted, damaged on the far side, and then in use. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUALITY, toColumns } from '@karez/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY_MS } from '../rollup/levels.ts';
import { type Influxd, startInfluxd } from '../testing/influxd.ts';
import { vaultIn } from '../testing/stores.ts';
import { openVault } from '../vault/open-vault.ts';
import { embeddedStore } from './embedded.ts';
import { openInfluxStore } from './influx.ts';
import { parseInfluxUrl } from './influx-address.ts';
import type { StoreChannel } from './store.ts';

const START = Date.UTC(2026, 5, 1);
const MAIN = fileURLToPath(new URL('../store-main.ts', import.meta.url));
let influxd: Influxd;
let folder: string;
const channels = Array.from(
  { length: 3 },
  (_, i): StoreChannel => ({
    ...{ farm: 'farm', gateway: 'gw-1', device: `d-${i}` },
    quantity: 'soil.moisture',
    place: i === 0 ? undefined : `d${i}0`,
    field: undefined,
  }),
);

beforeAll(async () => {
  influxd = await startInfluxd();
  const made = await vaultIn(true);
  folder = made.folder;
  const store = embeddedStore(made.vault);
  for (const epoch of ['3a91c07e', '0f00beef']) {
    const rows = channels.flatMap((_, c) =>
      Array.from({ length: 400 }, (_, i) => ({
        ...{ seq: c * 400 + i + 1, channel: c + 1, timeMs: START + Math.floor(i / 2) * 1_800_000 + c },
        ...(i % 50 === 7
          ? { value: Number.NaN, quality: QUALITY.ABSENT }
          : { value: i / 7, quality: i % 9 === 0 ? QUALITY.RATE : 0 }),
      })),
    );
    const batch = {
      ...{ farm: 'farm', gateway: 'gw-1', epoch },
      readings: toColumns(rows),
      channels: new Map(channels.map((c, i) => [i + 1, c])),
    };
    await store.commit([batch], START + 30 * DAY_MS);
  }
  await made.vault.close();
});
afterAll(async () => {
  await influxd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (to = influxd.url) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, 'move', '--data', folder, '--to', to],
    { encoding: 'utf8' },
  );
  return { status, text: stdout + stderr };
};
const influx = (query: string) =>
  fetch(`${new URL(influxd.url).origin}/query?db=karez&q=${encodeURIComponent(query)}`, { method: 'POST' });

test('everything is there afterwards, and a second time there is nothing to do', () => {
  const first = run();
  expect(first).toMatchObject({ status: 0, text: expect.stringContaining('2400 readings of 3 channels') });
  expect(first.text).toMatch(/15 days of channels were copied, 0 were there already/);
  expect(run().text).toMatch(/0 days of channels were copied, 15 were there already/);
});

test('what is damaged on the far side is found and copied again', async () => {
  await influx(
    `DELETE FROM "soil" WHERE device = 'd-1' AND time >= ${START + DAY_MS}ms AND time < ${START + DAY_MS + 7_200_000}ms`,
  );
  expect(run().text).toMatch(/1 days of channels were copied, 14 were there already/);
});

test('the cloud goes on with it: the same history, and it is rolled up', async () => {
  const vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: true });
  const store = await openInfluxStore(parseInfluxUrl(influxd.url), vault);
  const request = {
    channel: channels[1] as StoreChannel,
    id: 'x',
    aggregate: 'mean' as const,
    fromMs: START,
    toMs: START + 5 * DAY_MS,
    points: 5,
    most: 10_000,
  };
  const before = await embeddedStore(vault).history(request);
  while (await store.rollUp(START + 30 * DAY_MS)) {}
  const after = await store.history(request);
  const rounded = (values: (number | null)[]) => values.map((v) => Number(v?.toFixed(9)));
  expect(rounded(after.mean)).toEqual(rounded(before.mean));
  expect(after).toMatchObject({ n: before.n, lo: before.lo, hi: before.hi, timeMs: before.timeMs });
  await store.close();
  await vault.close();
});

test('an InfluxDB that is away, or a folder without a store, is told in one sentence', () => {
  const away = run('http://127.0.0.1:1/karez');
  expect(away.status).toBe(1);
  expect(away.text).toMatch(/ECONNREFUSED/);
  expect(away.text).not.toMatch(/\n\s+at /);
  expect(run('nonsense').text).toMatch(/must be like http/);
});
