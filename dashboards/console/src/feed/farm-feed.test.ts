import type { FarmDetail, Latest } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { beforeEach, expect, test } from 'vitest';
import { createApi } from './api.ts';
import { FarmFeed } from './farm-feed.ts';

const START = Date.UTC(2026, 5, 1);
const ID = 'g/d/soil.moisture';
let clock: VirtualClock;
/** The server's clock is an hour ahead of this device's. */
const serverMs = () => START + 3_600_000 + clock.monoMs();
let latest: Latest['values'];
let streams: ReadableStreamDefaultController<Uint8Array>[];
let requests: string[];
let down: boolean;
let noStream: boolean;
let feed: FarmFeed;

const detail: FarmDetail = {
  ...{ id: 'farm', title: 'Farm', timeZone: null, fields: [], gateways: ['g'] },
  devices: [
    {
      ...{ id: 'g/d', gateway: 'g', device: 'd', title: 'D', profile: 'p', kind: 'soil', field: null, position: null },
      ...{ intervalMs: 10_000, active: true },
      channels: [{ id: ID, quantity: 'soil.moisture', place: null, decimals: 1 }],
    },
  ],
};
const gateway = { farm: 'farm', gateway: 'g', title: 'G', online: true, heardMs: START, status: null, ledger: [] };

async function answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const path = String(input).replace(/^.*\/api/, '');
  requests.push(path);
  if (down || (noStream && path.endsWith('/live'))) throw new TypeError('network');
  if (path.endsWith('/live')) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        streams.push(controller);
        init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    return new Response(body);
  }
  if (path === '/farms/farm') return Response.json(detail);
  if (path === '/farms/farm/latest') return Response.json({ nowMs: serverMs(), values: latest });
  if (path.startsWith('/farms/farm/alerts')) return Response.json({ nowMs: serverMs(), alerts: [], more: false });
  if (path === '/gateways') return Response.json([gateway, { ...gateway, farm: 'other' }]);
  return Response.json({ code: 'NOT_FOUND', message: 'no' }, { status: 404 });
}
const say = (event: string, data: object) =>
  streams.at(-1)?.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
const hello = () => say('hello', { nowMs: serverMs() });
const readings = (...rows: [string, number, number, number][]) => say('readings', { nowMs: serverMs(), rows });

beforeEach(() => {
  clock = virtualClock(START);
  [latest, streams, requests, down, noStream] = [{ [ID]: [serverMs() - 1_000, 30, 0] }, [], [], false, false];
  feed = new FarmFeed('farm', createApi('/api', answer as typeof fetch), clock);
  return () => feed.stop();
});

async function live(): Promise<void> {
  feed.start();
  await clock.advance(0);
  hello();
  await clock.advance(2_000);
  expect(feed.snapshot().connection).toEqual({ state: 'live' });
}

test('loads, goes live, keeps the newest by sampling time, and tells ages by the server’s clock', async () => {
  await live();
  expect(feed.snapshot().gateways).toHaveLength(1);
  expect(feed.value(ID)).toEqual([START + 3_600_000 - 1_000, 30, 0]);
  expect(feed.snapshot().nowMs).toBe(serverMs());

  const heard: unknown[] = [];
  feed.onRows((rows) => heard.push(...rows));
  const taken = serverMs();
  readings([ID, taken, 31, 0], [ID, taken - 5_000, 12, 0]);
  await clock.advance(500);
  expect(feed.value(ID)).toEqual([taken, 31, 0]);
  expect(heard).toHaveLength(2);
});

test('what was stored between the answer and the stream is asked for', async () => {
  feed.start();
  await clock.advance(3_000);
  latest = { [ID]: [serverMs(), 44, 0] };
  hello();
  await clock.advance(100);
  expect(feed.value(ID)?.[1]).toBe(44);
  expect(feed.snapshot().connection.state).toBe('live');
});

test('much of the past that came late has histories fetched anew, once for many', async () => {
  await live();
  feed.recent.want([ID]);
  await clock.advance(100);
  const { loads } = feed.snapshot();
  requests.length = 0;
  for (let i = 0; i < 3; i++) say('late', { nowMs: serverMs(), fromMs: 0, toMs: 1, readings: 5_000 });
  await clock.advance(5_100);
  expect(requests.filter((r) => r.includes('/history'))).toHaveLength(1);
  expect(feed.snapshot().loads).toBe(loads + 1);
});

test('a cut shows once a second attempt failed; judging stands still; everything is fetched after it', async () => {
  await live();
  const cutMs = serverMs();
  down = true;
  streams[0]?.error(new Error('cut'));
  await clock.advance(100);
  expect(feed.snapshot().connection.state).toBe('live');
  await clock.advance(60_000);
  const { connection, judgedMs, nowMs } = feed.snapshot();
  expect(connection.state).toBe('reconnecting');
  expect(Math.abs(judgedMs - cutMs)).toBeLessThan(2_500);
  expect(serverMs() - nowMs, 'ages go on').toBeLessThanOrEqual(1_000);

  down = false;
  latest = { [ID]: [serverMs() - 2_000, 50, 0] };
  await clock.advance(15_000);
  hello();
  await clock.advance(100);
  expect(feed.snapshot()).toMatchObject({ connection: { state: 'live' }, problem: undefined });
  expect(feed.snapshot().loads).toBeGreaterThanOrEqual(2);
  expect(feed.value(ID)?.[1]).toBe(50);
});

test('where only the stream does not stand, values come by asking, and are dated', async () => {
  await live();
  noStream = true;
  streams[0]?.error(new Error('cut'));
  await clock.advance(5_000);
  expect(feed.snapshot().connection.state).toBe('reconnecting');
  latest = { [ID]: [serverMs() + 20_000, 61, 0] };
  await clock.advance(30_000);
  expect(feed.value(ID)?.[1]).toBe(61);
  expect(serverMs() - feed.snapshot().judgedMs).toBeLessThanOrEqual(10_000);
  expect(feed.snapshot().connection.state).toBe('reconnecting');
});

test('a link that is silent without being cut is given up; a heartbeat keeps it', async () => {
  await live();
  for (let i = 0; i < 10; i++) {
    streams[0]?.enqueue(new TextEncoder().encode(': still here\n\n'));
    await clock.advance(15_000);
  }
  expect(streams).toHaveLength(1);
  await clock.advance(40_000);
  expect(streams.length).toBeGreaterThan(1);
});

test('a page that nobody sees lets go of the stream, and comes back when looked at', async () => {
  await live();
  feed.seen(false);
  for (let i = 0; i < 6; i++) {
    await clock.advance(15_000);
    if (feed.snapshot().connection.state === 'live') streams[0]?.enqueue(new TextEncoder().encode(':\n\n'));
  }
  expect(feed.snapshot().connection.state).toBe('reconnecting');
  expect(streams).toHaveLength(1);
  feed.seen(true);
  await clock.advance(100);
  hello();
  await clock.advance(100);
  expect(feed.snapshot().connection.state).toBe('live');
});

test('gateways and descriptions follow their events; an unknown farm says so', async () => {
  await live();
  say('gateway', { gateway: 'g', online: false, heardMs: 7, status: null });
  await clock.advance(0);
  expect(feed.snapshot().gateways[0]).toMatchObject({ online: false, heardMs: 7, title: 'G' });
  requests.length = 0;
  say('farm', {});
  say('farm', {});
  await clock.advance(1_000);
  expect(requests).toEqual(['/farms/farm', '/gateways']);

  const nowhere = new FarmFeed('nowhere', createApi('/api', answer as typeof fetch), clock);
  nowhere.start();
  await clock.advance(100);
  expect(nowhere.snapshot().problem?.code).toBe('NOT_FOUND');
  nowhere.stop();
});
