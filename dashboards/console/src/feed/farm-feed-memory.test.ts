import type { FarmDetail } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { createApi } from './api.ts';
import { FarmFeed } from './farm-feed.ts';
import { type RememberedFarm, shortMemory } from './memory.ts';

const START = Date.UTC(2026, 5, 1);
const SAVED = START - 7_200_000;
const detail: FarmDetail = { id: 'farm', title: 'Farm', timeZone: null, fields: [], gateways: [], devices: [] };
const kept: RememberedFarm = {
  savedMs: SAVED,
  detail,
  gateways: [],
  alerts: [],
  values: [['g/d/soil.moisture', [SAVED, 30, 0]]],
};

/** A feed that remembers a farm, before a server that is away, hangs, or answers. */
async function feedBefore(server: 'away' | 'hangs' | 'answers', remembers = true) {
  const clock = virtualClock(START);
  const memory = shortMemory();
  if (remembers) await memory.keep('farm/farm', kept);
  const state = { server };
  const answer = async (input: string | URL | Request): Promise<Response> => {
    const path = String(input);
    if (state.server === 'away' || path.endsWith('/live')) throw new TypeError('network');
    if (state.server === 'hangs') return new Promise(() => {});
    if (path.endsWith('/latest')) return Response.json({ nowMs: clock.wallMs(), values: {} });
    if (path.includes('/alerts')) return Response.json({ nowMs: clock.wallMs(), alerts: [], more: false });
    return Response.json(path.endsWith('/gateways') ? [] : detail);
  };
  const feed = new FarmFeed('farm', createApi('/api', answer as typeof fetch), clock, memory);
  feed.start();
  return { feed, clock, memory, state };
}

test.each(['away', 'hangs'] as const)('the server %s: what is remembered is shown with its own time', async (how) => {
  const { feed, clock } = await feedBefore(how);
  await clock.advance(2_000);
  expect(feed.snapshot()).toMatchObject({
    ...{ detail, judgedMs: SAVED },
    connection: { state: 'reconnecting', sinceMs: SAVED },
  });
  expect(feed.value('g/d/soil.moisture')).toEqual([SAVED, 30, 0]);
  feed.stop();
});

test('nothing is shown where nothing was remembered', async () => {
  const { feed, clock } = await feedBefore('away', false);
  await clock.advance(60_000);
  expect(feed.snapshot().detail).toBeUndefined();
  feed.stop();
});

test('a server that answers at once is never covered by what was remembered', async () => {
  const { feed, clock } = await feedBefore('answers');
  await clock.advance(1_000);
  expect(feed.value('g/d/soil.moisture')).toBeUndefined();
  feed.stop();
});

test('the first answer after the time without takes over, and is what is remembered from then', async () => {
  const { feed, clock, memory, state } = await feedBefore('away');
  await clock.advance(2_000);
  state.server = 'answers';
  await clock.advance(20_000);
  const { connection } = feed.snapshot();
  expect(connection).toMatchObject({ state: 'reconnecting' });
  expect((connection as { sinceMs: number }).sinceMs).toBeGreaterThan(START);
  const now = await memory.recall<RememberedFarm>('farm/farm');
  expect(now?.savedMs).toBeGreaterThan(START);
  feed.stop();
});

test('what a visit never loaded does not replace what an earlier one remembers', async () => {
  const { feed, clock, memory } = await feedBefore('away');
  await clock.advance(120_000);
  feed.stop();
  expect((await memory.recall<RememberedFarm>('farm/farm'))?.savedMs).toBe(SAVED);
});
