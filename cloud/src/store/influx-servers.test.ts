/** Servers that are not InfluxDB 1.x as it was installed: one that wants a token, one that only takes, one whose policies are gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toColumns } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startInfluxd } from '../testing/influxd.ts';
import { type OpenVault, openVault } from '../vault/open-vault.ts';
import { openInfluxStore } from './influx.ts';
import { parseInfluxUrl } from './influx-address.ts';
import type { Store, StoreChannel } from './store.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.now();
const AT = Math.floor(NOW / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
let folder: string;
let vault: OpenVault;
let store: Store | undefined;
let server: Server | undefined;
let late: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'karez-servers-'));
  vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: false });
  late = [];
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await vault.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (url: string, secret?: string) => {
  store = await openInfluxStore(parseInfluxUrl(url, secret), vault, {
    late: (error) => late.push((error as Error).message),
  });
  return store;
};
const channel: StoreChannel = {
  ...{ farm: 'farm', gateway: 'gw-1', device: 'probe', quantity: 'soil.moisture', place: 'd30', field: 'north' },
};
const batch = (values: readonly number[], field = 'north') => ({
  ...{ farm: 'farm', gateway: 'gw-1', epoch: '00000001' },
  readings: toColumns(
    values.map((value, i) => ({ seq: i + 1, channel: 1, timeMs: AT + i * 1_000, value, quality: 0 })),
  ),
  channels: new Map([[1, { ...channel, field }]]),
});
const wanted = {
  ...{ channel, id: 'x', aggregate: 'mean' as const, fromMs: AT, toMs: AT + HOUR_MS, points: 100, most: 1_000_000 },
};

interface Asked {
  url: URL;
  token: string | undefined;
  body: string;
}

/** Answers as `answer` says; undefined breaks the connection. */
async function standIn(
  answer: (asked: Asked) => [status: number, body: object] | undefined,
): Promise<[string, Asked[]]> {
  const all: Asked[] = [];
  const listening = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const part of request) body += part;
    const asked = { url: new URL(request.url ?? '', 'http://x'), token: request.headers.authorization, body };
    all.push(asked);
    const said = answer(asked);
    if (said === undefined) return void request.socket.destroy();
    response.writeHead(said[0], { 'content-type': 'application/json' }).end(JSON.stringify(said[1]));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return [`http://127.0.0.1:${(listening.address() as AddressInfo).port}/karez`, all];
}

/** As InfluxDB 2.x answers by its documentation: no statement that makes anything, policies out of its mappings. */
const likeInflux2 = ({ url, token, body }: Asked): [number, object] => {
  if (token !== 'Token let-me-in') return [401, { code: 'unauthorized', message: 'unauthorized access' }];
  const question = `${url.searchParams.get('q') ?? ''}${decodeURIComponent(body)}`;
  if (url.pathname === '/write') return [204, {}];
  if (/create/i.test(question)) return [200, { results: [{ error: 'not implemented: CREATE' }] }];
  if (/^q=show retention/i.test(question))
    return [200, { results: [{ series: [{ columns: ['name', 'duration'], values: [['autogen', '0s']] }] }] }];
  return [200, { results: [{}] }];
};

describe('a server that wants a token', () => {
  test('is given it with every question and write, and no name or password', async () => {
    const [url, asked] = await standIn(likeInflux2);
    const opened = await open(`${url}?auth=token`, 'let-me-in');
    const [outcome] = await opened.commit([batch([1, 2])], NOW);
    expect(outcome?.stored.count).toBe(2);
    expect((await opened.history(wanted)).n).toEqual([]);
    expect(await opened.rollUp(NOW)).toBe(false);
    expect(await opened.rollUp(NOW)).toBe(false);
    expect(late.filter((words) => /retention policies, so history is not rolled up/.test(words))).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(3);
    for (const { url: to, token } of asked) {
      expect(token).toBe('Token let-me-in');
      expect([to.searchParams.get('u'), to.searchParams.get('p')]).toEqual([null, null]);
    }
    const written = asked.filter(({ url: to }) => to.pathname === '/write');
    expect(written.every(({ url: to }) => !to.searchParams.has('rp'))).toBe(true);
  });

  test('and another is not acknowledged', async () => {
    const [url] = await standIn(likeInflux2);
    const opened = await open(`${url}?auth=token`, 'wrong');
    await expect(opened.commit([batch([1])], NOW)).rejects.toMatchObject({
      ...{ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('401') },
    });
  });
});

test('a write whose connection broke is tried once more by itself', async () => {
  let writes = 0;
  const [url] = await standIn((asked) =>
    asked.url.pathname === '/write' && ++writes === 1 ? undefined : [asked.url.pathname === '/write' ? 204 : 200, {}],
  );
  const [outcome] = await (await open(url)).commit([batch([1, 2])], NOW);
  expect(outcome?.stored.count).toBe(2);
  expect(writes).toBe(2);
});

describe('a real InfluxDB', () => {
  const ask = async (url: string, q: string) => {
    const { origin } = new URL(url);
    const response = await fetch(`${origin}/query?${new URLSearchParams({ db: 'karez', epoch: 'ms', q })}`, {
      method: 'POST',
    });
    const { results } = (await response.json()) as { results: [{ series?: { values: unknown[][] }[] }] };
    return results[0].series?.[0]?.values ?? [];
  };

  test('whose database was dropped gets its policies again; one that somebody shortened stays so', async () => {
    const influxd = await startInfluxd();
    try {
      const opened = await open(influxd.url);
      await ask(influxd.url, 'CREATE RETENTION POLICY rollup_1m ON karez DURATION 800d REPLICATION 1');
      await opened.commit([batch([1, 2])], NOW);
      while (await opened.rollUp(NOW)) {}
      const policies = async () => (await ask(influxd.url, 'SHOW RETENTION POLICIES ON karez')).map(([name]) => name);
      expect(await policies()).toEqual(['autogen', 'rollup_1m', 'rollup_15m', 'rollup_1h', 'rollup_1d']);
      expect((await ask(influxd.url, 'SHOW RETENTION POLICIES ON karez'))[1]?.[1]).toBe('19200h0m0s');
      expect(await ask(influxd.url, 'SELECT "soil.moisture", "soil.moisture.n" FROM rollup_1h.soil')).toEqual([
        [AT, 1.5, 2],
      ]);

      await ask(influxd.url, 'DROP DATABASE karez');
      await ask(influxd.url, 'CREATE DATABASE karez');
      await opened.commit([{ ...batch([3]), epoch: '00000002' }], NOW);
      await expect(opened.rollUp(NOW)).rejects.toThrow();
      while (await opened.rollUp(NOW)) {}
      expect(await policies()).toHaveLength(5);
      expect(await ask(influxd.url, 'SELECT "soil.moisture" FROM rollup_1h.soil')).toEqual([[AT, 3]]);
    } finally {
      await influxd.stop();
    }
  });

  test('keeps a repeat once, also where its device stands in another field by then', async () => {
    const influxd = await startInfluxd();
    try {
      const opened = await open(influxd.url);
      await opened.commit([batch([1, 2])], NOW);
      const [again] = await opened.commit([batch([1, 2, 3], 'south')], NOW);
      expect([again?.stored.count, again?.conflicts]).toEqual([3, 0]);
      expect(await ask(influxd.url, 'SELECT count("soil.moisture") FROM soil')).toEqual([[0, 3]]);
    } finally {
      await influxd.stop();
    }
  });
});

const VICTORIA = '/usr/bin/victoria-metrics';
describe.skipIf(!existsSync(VICTORIA))('VictoriaMetrics (not run without victoria-metrics)', () => {
  let child: ChildProcess;
  let base: string;
  beforeEach(async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    base = `http://127.0.0.1:${port}`;
    child = spawn(
      VICTORIA,
      [`-storageDataPath=${join(folder, 'vm')}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=100y'],
      { stdio: 'ignore' },
    );
    const isUp = () =>
      fetch(`${base}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    for (let tries = 0; tries < 300 && !(await isUp()); tries++) await new Promise((r) => setTimeout(r, 50));
  });
  afterEach(async () => {
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
  });

  test('takes readings; it is not taken for a database with policies, and histories are refused in words', async () => {
    const opened = await open(`${base}/karez`);
    const [outcome] = await opened.commit([batch([1.5, 2.5])], NOW);
    expect(outcome?.stored.count).toBe(2);
    // A repeat: nothing can be compared there, and nothing waits for ever.
    await opened.commit([batch([1.5, 2.5])], NOW);
    expect(await opened.rollUp(NOW)).toBe(false);
    await expect(opened.history(wanted)).rejects.toMatchObject({ message: expect.stringContaining('no InfluxQL') });
    await fetch(`${base}/internal/force_flush`);
    const text = await (await fetch(`${base}/api/v1/export?match[]={device="probe"}`)).text();
    const series = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { metric: Record<string, string>; values: number[] });
    expect(series).toHaveLength(1);
    expect(series[0]?.metric).toMatchObject({
      __name__: 'soil_soil.moisture',
      db: 'karez',
      gateway: 'gw-1',
      place: 'd30',
    });
    expect(new Set(series[0]?.values)).toEqual(new Set([1.5, 2.5]));
  });
});
