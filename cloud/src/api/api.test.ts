/** The API against requests that are wrong, too large, too many, and against pages that do not read. */
import { createConnection, type Socket } from 'node:net';
import { LIMITS } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FARM, startTestCloud, type TestCloud, until } from '../testing/test-cloud.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { Turns } from '../turns.ts';
import { HistoryReader } from '../vault/history.ts';

let cloud: TestCloud;
let gateway: TestGateway;
const now = Date.now();
const CHANNEL = 'gw-1/soil-1/soil.moisture@d20';
const api = (path: string) => cloud.get(`api/v1${path}`);
const metric = async (name: string) => {
  const text = await (await cloud.get('metrics')).text();
  return Number(new RegExp(`^karez_cloud_${name} (.*)$`, 'm').exec(text)?.[1]);
};

const liveRequest = (port: string) =>
  `GET /api/v1/farms/${FARM}/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${cloud.token}\r\n\r\n`;

beforeAll(async () => {
  cloud = await startTestCloud();
  gateway = await cloud.connect();
  await gateway.describe();
  await gateway.deliver([{ seq: 1, timeMs: now - 10_000, value: 1 }]);
});
afterAll(async () => {
  await cloud?.close();
});

describe('a wrong request names the field', () => {
  const history = (query: string) => `/farms/${FARM}/history?${query}`;
  const channel = `channel=${encodeURIComponent(CHANNEL)}`;
  test.each<[string, string, number, string | undefined]>([
    ['no channel', history('from=1&to=2'), 400, 'querystring.channel'],
    ['no start', history(`${channel}&to=2`), 400, 'querystring.from'],
    ['a start that is no number', history(`${channel}&from=yesterday&to=2`), 400, 'querystring.from'],
    ['half a millisecond', history(`${channel}&from=0.5&to=2`), 400, 'querystring.from'],
    ['a time before 1970', history(`${channel}&from=-1&to=2`), 400, 'querystring.from'],
    ['a time beyond any database', history(`${channel}&from=1&to=9007199254740991`), 400, 'querystring.to'],
    ['an end before the start', history(`${channel}&from=5&to=2`), 400, 'querystring.to'],
    ['one point', history(`${channel}&from=1&to=2&points=1`), 400, 'querystring.points'],
    ['a million points', history(`${channel}&from=1&to=2&points=1000000`), 400, 'querystring.points'],
    ['what nobody asked for', history(`${channel}&from=1&to=2&colour=red`), 400, 'querystring.colour'],
    ['too many channels', history(`${Array(65).fill(channel).join('&')}&from=1&to=2`), 400, 'querystring.channel'],
    ['a channel that is not there', history('channel=gw-1/x/y&from=1&to=2'), 404, 'querystring.channel'],
    ['a farm that is not there', '/farms/nowhere', 404, 'params.farm'],
    ['a farm that is no name', '/farms/No%20Where', 400, 'params.farm'],
    ['the history of no farm', '/farms/nowhere/history?channel=a&from=1&to=2', 404, 'params.farm'],
    ['a path that is not there', '/fields', 404, '/api/v1/fields'],
  ])('%s', async (_, path, status, where) => {
    const response = await api(path);
    const error = (await response.json()) as { code: string; message: string; where?: string };
    expect([response.status, error.where]).toEqual([status, where]);
    expect(error.code).toBe(status === 400 ? 'REQUEST_INVALID' : 'NOT_FOUND');
    expect(error.message.length).toBeGreaterThan(10);
  });
});

describe('a history', () => {
  test('over all of time is answered in as many points as were asked for', async () => {
    await gateway.deliver(Array.from({ length: 3_000 }, (_, i) => ({ seq: 2 + i, timeMs: now - 9_000 + i, value: i })));
    const response = await api(`/farms/${FARM}/history?channel=${CHANNEL}&from=0&to=4102444800000&points=100`);
    const { series } = (await response.json()) as { series: { n: number[]; timeMs: number[] }[] };
    expect(series[0]?.timeMs.length).toBeLessThanOrEqual(100);
    expect(series[0]?.n.reduce((a, b) => a + b)).toBe(3_001);
  });

  test('that would look at too much is refused in words, and holds up no commit', async () => {
    const reader = new HistoryReader({ path: `${cloud.folder}/cloud.db` });
    const channel = { ...{ farm: FARM, gateway: 'gw-1', device: 'soil-1' }, quantity: 'soil.moisture', place: 'd20' };
    const request = { channel: { ...channel, field: undefined }, id: CHANNEL, aggregate: 'mean', points: 10 } as const;
    expect(() => reader.history({ ...request, fromMs: 0, toMs: now, most: 3_000 })).toThrow(/ask for a shorter one/);
    expect(reader.history({ ...request, fromMs: 0, toMs: now, most: 3_001 }).n).not.toEqual([]);
    reader.close();
  });

  test('waits its turn among many, up to a bound', async () => {
    const turns = new Turns(2, 3);
    const going: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => going.push(resolve));
    const taken = Array.from({ length: 5 }, () => turns.take(work));
    await expect(turns.take(work)).rejects.toMatchObject({ code: 'BUSY' });
    expect(going).toHaveLength(2);
    for (let i = 0; i < 5; i++) {
      await until('a turn', () => going[i]);
      going[i]?.();
    }
    await Promise.all(taken);
    expect(going).toHaveLength(5);
  });
});

describe('live values', () => {
  /** Asks for live values over a socket of its own. */
  async function listen(read: boolean): Promise<{ socket: Socket; heard: () => string; closed: Promise<void> }> {
    const { hostname, port } = new URL(cloud.cloud.http);
    const socket = createConnection({ host: hostname, port: Number(port) });
    let heard = '';
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const before = await metric('live_clients');
    if (read) socket.on('data', (chunk) => (heard += chunk.toString()));
    else socket.pause();
    socket.write(liveRequest(port));
    await until('the page to be counted', async () => ((await metric('live_clients')) > before ? true : undefined));
    return { socket, heard: () => heard, closed };
  }

  test('a page that does not read is cut, and others hear on', async () => {
    const reading = await listen(true);
    const frozen = await listen(false);
    let seq = 10_000;
    // Far more than the kernel's buffers hold.
    await until('the page to be cut', async () => {
      const rows = Array.from({ length: 2_000 }, () => ({
        seq: ++seq,
        timeMs: now - 5_000 + (seq % 5_000),
        value: seq,
      }));
      await gateway.deliver(rows);
      return (await metric('live_clients')) === 1 ? true : undefined;
    });
    frozen.socket.destroy();
    await gateway.deliver([{ seq: ++seq, timeMs: Date.now(), value: 123.25 }]);
    await until('the other page to hear', () => (reading.heard().includes('123.25') ? true : undefined));
    reading.socket.destroy();
    await until('it to be gone', async () => ((await metric('live_clients')) === 0 ? true : undefined));
  });

  test('a draining backlog is told in a few words, with the newest value of each channel', async () => {
    const page = await listen(true);
    const rows = Array.from({ length: 5_000 }, (_, i) => ({
      seq: 2_000_001 + i,
      timeMs: now - 7_200_000 + i,
      value: i / 8,
    }));
    await gateway.deliver(rows);
    await until('it to be told', () => (page.heard().includes('event: late') ? true : undefined));
    const late = /event: late\ndata: (.*)\n/.exec(page.heard())?.[1] as string;
    expect(JSON.parse(late)).toMatchObject({ fromMs: now - 7_200_000, toMs: now - 7_195_001, readings: 5_000 });
    expect(page.heard().length).toBeLessThan(2_000);
    const { values } = (await (await api(`/farms/${FARM}/latest`)).json()) as { values: Record<string, number[]> };
    expect(values[CHANNEL]?.[0]).toBeGreaterThan(now - 10_000);
    page.socket.destroy();
  });

  test('are for so many pages and no more', async () => {
    const sockets = await Promise.all(
      Array.from({ length: LIMITS.liveClients }, async () => {
        const { hostname, port } = new URL(cloud.cloud.http);
        const socket = createConnection({ host: hostname, port: Number(port) });
        socket.write(liveRequest(port));
        await new Promise((resolve) => socket.once('data', resolve));
        return socket;
      }),
    );
    const refused = await api(`/farms/${FARM}/live`);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'BUSY']);
    for (const socket of sockets) socket.destroy();
    await until('all to be gone', async () => ((await metric('live_clients')) === 0 ? true : undefined));
  });
});

test('the metrics say what is going on', async () => {
  const text = await (await cloud.get('metrics')).text();
  for (const name of [
    'batches_total',
    'readings_stored_total',
    'queue_readings',
    'commit_seconds_total',
    'gateways_online',
  ])
    expect(text).toMatch(new RegExp(`^karez_cloud_${name} \\d`, 'm'));
  expect(await metric('gateways_online')).toBe(1);
  expect(await metric('queue_readings')).toBe(0);
});
