/** The cloud as a whole over its real protocols: MQTT in, acknowledgements out, HTTP and live events. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ack, type Inventory, type Reading, silentLogger, systemClock, toColumns } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, startCloud } from './cloud.ts';
import { makeCredential } from './registry/credentials.ts';
import { ownersToken } from './testing/owners-token.ts';
import { openVault } from './vault/open-vault.ts';

const EPOCH = '01234567';
let folder: string;
let cloud: Cloud;
let token: string;
let password: string;
let client: MqttClient;
const acks: Ack[] = [];

const inventory: Inventory = {
  ...{
    v: 1,
    epoch: EPOCH,
    revision: 1,
    farm: { id: 'farm', title: 'Farm' },
    gateway: { id: 'gw-1', title: 'Gateway' },
  },
  fields: [
    {
      id: 'north',
      title: 'North',
      outline: [
        [86, 44],
        [86.1, 44],
        [86.1, 44.1],
      ],
    },
  ],
  devices: [
    {
      ...{
        id: 'soil-1',
        title: 'Soil 1',
        profile: 'cwt-soil-7in1',
        kind: 'soil',
        field: 'north',
        intervalMs: 1000,
        active: true,
      },
      channels: [{ number: 1, quantity: 'soil.moisture', place: 'd20', decimals: 1 }],
    },
  ],
};

const open = () =>
  startCloud(
    {
      dataDir: folder,
      httpHost: '127.0.0.1',
      httpPort: 0,
      mqttPort: 0,
      mqttHost: '127.0.0.1',
      store: 'embedded',
      consoleDir: join(folder, 'none'),
      version: '0',
    },
    { clock: systemClock(), logger: silentLogger },
  );
const connect = (user: string, pass: string) =>
  mqtt.connectAsync(cloud.mqtt, {
    ...{ username: user, clientId: user, password: pass, reconnectPeriod: 0, protocolVersion: 4, keepalive: 15 },
  });
const batch = (rows: Reading[], farm = 'farm') =>
  Buffer.from(encodeBatch(toColumns(rows), { farm, gateway: 'gw-1', epoch: EPOCH }));
const get = async (path: string, headers: Record<string, string> = {}) =>
  await fetch(`${cloud.http}api/v1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
async function until<T>(probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let i = 0; i < 1000; i++) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('waited in vain');
}
const ackOf = (seq: number) =>
  until(() =>
    acks.find((a) =>
      [...a.acked, ...a.refused.map((r) => [r.first, r.last]), ...a.retry.map((r) => [r.first, r.last])].some(
        ([f, l]) => (f as number) <= seq && seq <= (l as number),
      ),
    ),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'karez-cloud-'));
  const vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: true });
  const made = await makeCredential();
  password = made.password;
  await vault.setCredential('farm', 'gw-1', made.credential, 0);
  await vault.close();
  token = await ownersToken(folder);
  cloud = await open();
  client = await connect('farm/gw-1', password);
  client.on('message', (_topic, payload) => acks.push(JSON.parse(payload.toString()) as Ack));
  await client.subscribeAsync('karez/v1/farm/gw-1/ack', { qos: 1 });
});

afterAll(async () => {
  await client?.endAsync(true);
  await cloud?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const now = Date.now();

test('a batch before its inventory is asked for again, after it is stored and acknowledged, and shows', async () => {
  const rows = [{ seq: 1, timeMs: now - 1000, channel: 1, value: 31.4, quality: 0 }];
  await client.publishAsync('karez/v1/farm/gw-1/batch', batch(rows), { qos: 1 });
  expect(await ackOf(1)).toMatchObject({ retry: [{ first: 1, last: 1, code: 'CATALOG_UNKNOWN' }] });
  acks.length = 0;
  await client.publishAsync('karez/v1/farm/gw-1/inventory', JSON.stringify(inventory), { qos: 1, retain: true });
  await until(async () => ((await get('/farms/farm')).status === 200 ? true : undefined));

  const controller = new AbortController();
  const stream = await fetch(`${cloud.http}api/v1/farms/farm/live`, {
    ...{ signal: controller.signal, headers: { authorization: `Bearer ${token}` } },
  });
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  await client.publishAsync('karez/v1/farm/gw-1/batch', batch(rows), { qos: 1 });
  expect(await ackOf(1)).toMatchObject({ acked: [[1, 1]], refused: [], retry: [] });
  let seen = '';
  while (!seen.includes('gw-1/soil-1/soil.moisture@d20')) seen += new TextDecoder().decode((await reader.read()).value);
  controller.abort();
  expect(seen).toContain('event: hello');
  expect(await (await get('/farms/farm/latest')).json()).toMatchObject({
    values: { 'gw-1/soil-1/soil.moisture@d20': [now - 1000, 31.4, 0] },
  });
});

test('a repeat is acknowledged again and stored once; a late reading is history, not news', async () => {
  const rows = [
    { seq: 2, timeMs: now, channel: 1, value: 32, quality: 0 },
    { seq: 3, timeMs: now - 500_000, channel: 1, value: 10, quality: 0 },
  ];
  for (let i = 0; i < 3; i++) {
    acks.length = 0;
    await client.publishAsync('karez/v1/farm/gw-1/batch', batch(rows), { qos: 1 });
    expect((await ackOf(3)).acked).toEqual([[2, 3]]);
  }
  const channel = encodeURIComponent('gw-1/soil-1/soil.moisture@d20');
  const history = await (
    await get(`/farms/farm/history?channel=${channel}&from=${now - 3_600_000}&to=${now + 1000}`)
  ).json();
  expect(history).toMatchObject({ series: [{ mean: [10, 31.4, 32] }] });
  expect(await (await get('/farms/farm/latest')).json()).toMatchObject({
    values: { 'gw-1/soil-1/soil.moisture@d20': [now, 32, 0] },
  });
});

test('a reading from the future is refused with its reason, the rest of its batch is stored', async () => {
  acks.length = 0;
  const rows = [4, 5, 6].map((seq) => ({
    seq,
    timeMs: seq === 5 ? now + 10 * 86_400_000 : now,
    channel: 1,
    value: seq,
    quality: 0,
  }));
  await client.publishAsync('karez/v1/farm/gw-1/batch', batch(rows), { qos: 1 });
  expect(await ackOf(6)).toMatchObject({
    acked: [
      [4, 4],
      [6, 6],
    ],
    refused: [{ first: 5, last: 5, code: 'TIME_IN_FUTURE' }],
  });
  const gateways = await (await get('/gateways')).json();
  expect(gateways).toMatchObject([
    {
      gateway: 'gw-1',
      ledger: [
        {
          epoch: EPOCH,
          ranges: [
            [1, 4],
            [6, 6],
          ],
          stored: 5,
          quarantined: 1,
        },
      ],
    },
  ]);
  expect(await (await get('/gateways/farm/gw-1/quarantine')).json()).toMatchObject([
    { code: 'TIME_IN_FUTURE', first: 5 },
  ]);
});

test('rubbish is kept for inspection and harms nobody', async () => {
  await client.publishAsync('karez/v1/farm/gw-1/batch', Buffer.from('rubbish'), { qos: 1 });
  await client.publishAsync(
    'karez/v1/farm/gw-1/batch',
    batch([{ seq: 7, timeMs: now, channel: 1, value: 1, quality: 0 }], 'other'),
    { qos: 1 },
  );
  await client.publishAsync('karez/v1/farm/gw-1/inventory', '{"v":1}', { qos: 1 });
  await client.publishAsync('karez/v1/farm/gw-1/status', 'no json', { qos: 1 });
  const kept = await until(async () => {
    const rows = (await (await get('/gateways/farm/gw-1/quarantine')).json()) as { code: string }[];
    return rows.length >= 5 ? rows : undefined;
  });
  expect(kept.map((r) => r.code).sort()).toEqual([
    'BATCH_CHECKSUM',
    'BATCH_MALFORMED',
    'PAYLOAD_INVALID',
    'PAYLOAD_INVALID',
    'TIME_IN_FUTURE',
  ]);
});

test('no gateway gets in without its password, none uses another’s topics', async () => {
  await expect(connect('farm/gw-1', 'wrong')).rejects.toThrow(/user name or password|refused/i);
  await expect(connect('farm/gw-2', password)).rejects.toThrow(/user name or password|refused/i);
  await expect(mqtt.connectAsync(cloud.mqtt, { reconnectPeriod: 0 })).rejects.toThrow(/user name or password|refused/i);
  const other = await connect('farm/gw-1', password);
  const granted = await other
    .subscribeAsync(['karez/v1/farm/gw-2/ack', 'karez/v1/+/+/batch', '#', 'karez/v1/farm/gw-1/batch'])
    .catch((error: Error) => error);
  expect(String(granted)).toMatch(/[Ss]ubscri|128|Unspecified/);
  const closed = new Promise<void>((resolve) => other.once('close', () => resolve()));
  other.publish('karez/v1/farm/gw-2/status', '{}', { qos: 0 });
  await closed;
});

test('requests that are wrong name the field; foreign hosts are not answered', async () => {
  expect(await (await get('/farms/nowhere')).json()).toMatchObject({ code: 'NOT_FOUND', where: 'params.farm' });
  expect(await (await get('/farms/farm/history?channel=x&from=a&to=2')).json()).toMatchObject({
    code: 'REQUEST_INVALID',
    where: 'querystring.from',
  });
  expect(await (await get('/farms/farm/history?channel=x&from=5&to=2')).json()).toMatchObject({
    code: 'REQUEST_INVALID',
    where: 'querystring.to',
  });
  expect(await (await get('/farms/farm/history?channel=gw-1/x/y&from=1&to=2')).json()).toMatchObject({
    code: 'NOT_FOUND',
    where: 'querystring.channel',
  });
  const { request } = await import('node:http');
  const url = new URL(cloud.http);
  const status = await new Promise<number>((resolve) =>
    request({ host: url.hostname, port: url.port, path: '/api/v1/farms', headers: { host: 'evil.example' } }, (r) =>
      resolve(r.resume().statusCode ?? 0),
    ).end(),
  );
  expect(status).toBe(403);
  expect((await fetch(`${cloud.http}docs/json`)).status).toBe(200);
});

test('a restart loses nothing', async () => {
  await client.endAsync(true);
  await cloud.stop();
  cloud = await open();
  expect(await (await get('/farms/farm/latest')).json()).toMatchObject({
    values: { 'gw-1/soil-1/soil.moisture@d20': [now, 6, 0] },
  });
  expect(await (await get('/gateways')).json()).toMatchObject([{ ledger: [{ stored: 5 }], online: false }]);
});
