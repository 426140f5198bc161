import type { History } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { type Api, Problem } from './api.ts';
import { aggregateOf, RECENT_MS, RECENT_STEP_MS, RecentHistories } from './recent.ts';

const ids = Array.from({ length: 30 }, (_, i) => `g/d${i}/soil.moisture@d10`);
const ID = ids[0] as string;

function setUp() {
  const clock = virtualClock();
  const asked: { channels: readonly string[]; fromMs: number; toMs: number; points: number }[] = [];
  const state = { fail: false, changes: 0 };
  const api = {
    async history(_farm: string, channels: readonly string[], range: { fromMs: number; toMs: number; points: number }) {
      asked.push({ channels, ...range });
      if (state.fail) throw new Problem('STORE_UNAVAILABLE', 'no');
      const at = clock.wallMs() - RECENT_STEP_MS * 2;
      const series = channels.map((id) => ({
        ...{ id, stepMs: 0, timeMs: [at, at + 1], mean: [1, 3], lo: [1, 3], hi: [1, 3], n: [1, 1], quality: [0, 0] },
      }));
      return { nowMs: clock.wallMs(), series } satisfies History;
    },
  } as unknown as Api;
  const recent = new RecentHistories('farm', api, clock, clock.wallMs, () => state.changes++);
  return { clock, asked, state, recent };
}

test('wishes are gathered into few requests whose steps fit one another', async () => {
  const { clock, asked, recent } = setUp();
  for (const id of ids) recent.want([id]);
  expect(recent.of(ID)).toEqual({ state: 'loading' });
  await clock.advance(100);
  expect(asked.map((a) => a.channels.length)).toEqual([24, 6]);
  expect(asked[0]?.toMs).toSatisfy((ms: number) => ms % RECENT_STEP_MS === 0 && ms > clock.wallMs());
  expect(((asked[0]?.toMs ?? 0) - (asked[0]?.fromMs ?? 0)) / (asked[0]?.points ?? 1)).toBe(RECENT_STEP_MS);
  recent.want(ids);
  await clock.advance(100);
  expect(asked).toHaveLength(2);
});

test('live readings join; what is shown is renewed now and then, and loses what is older than six hours', async () => {
  const { clock, recent, state } = setUp();
  recent.want([ID]);
  await clock.advance(100);
  const before = recent.of(ID);
  recent.take([
    [ID, clock.wallMs(), 7, 0],
    ['g/other/soil.moisture', clock.wallMs(), 7, 0],
    [ID, clock.wallMs() - RECENT_MS - 1, 9, 0],
  ]);
  const changes = state.changes;
  await clock.advance(15_000);
  expect(state.changes).toBe(changes + 1);
  const after = recent.of(ID);
  expect(after).not.toBe(before);
  expect(after).toMatchObject({ series: { mean: [2, 7] } });
});

test('a failure is shown and tried again', async () => {
  const { clock, state, recent } = setUp();
  state.fail = true;
  recent.want([ID]);
  await clock.advance(100);
  expect(recent.of(ID)).toMatchObject({ state: 'failed', problem: { code: 'STORE_UNAVAILABLE' } });
  state.fail = false;
  await clock.advance(10_000);
  expect(recent.of(ID)).toMatchObject({ state: 'ready' });
  state.fail = true;
  recent.refresh();
  await clock.advance(100);
  expect(recent.of(ID), 'what is there stays').toMatchObject({ state: 'ready' });
  recent.stop();
  expect(clock.pending()).toBe(0);
});

test('the aggregate is the quantity’s', () => {
  expect(aggregateOf('g/w/wind.direction')).toBe('circular');
  expect(aggregateOf('g/w/rain.amount@h200')).toBe('sum');
  expect(aggregateOf('g/w/unheard.of')).toBe('mean');
});
