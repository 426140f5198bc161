/** Late readings are looked at once, when they have all come; a failure is made up for. */
import { silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { beforeEach, expect, test } from 'vitest';
import { FROST, MAST } from '../testing/test-alerts.ts';
import { LateLooks } from './late-looks.ts';
import type { Occurrence } from './look-back.ts';

const S = 1_000;
const HOUR = 3_600 * S;
const T = Date.UTC(2026, 3, 1);
const clock = () => virtualClock(Date.UTC(2026, 3, 10));

let looked: [fromMs: number, toMs: number][];
let found: Occurrence[];
let occurrences: Occurrence[];
let failures: number;
const start = (time = clock()) => ({
  time,
  looks: new LateLooks({
    ...{ clock: time, logger: silentLogger },
    rule: (_farm, id) => (id === 'frost' ? { rule: FROST, revision: 1 } : undefined),
    async lookBack(_farm, _rule, fromMs, toMs) {
      looked.push([fromMs, toMs]);
      if (failures-- > 0) throw new Error('the store is away');
      return { occurrences, subjects: 1, readings: 9, incomplete: null };
    },
    async found(_farm, _rule, _revision, what) {
      found.push(...what);
    },
  }),
});
beforeEach(() => {
  [looked, found, failures] = [[], [], 0];
  const of = (fromMs: number, toMs: number | null) => ({ subject: MAST, anchor: 1, fromMs, toMs, value: -1 });
  occurrences = [of(T - 2 * HOUR, T - HOUR), of(T, T + HOUR), of(T + 2 * HOUR, null)];
});

test('what comes together is looked at together, with some time around it', async () => {
  const { looks, time } = start();
  looks.late('farm', 'frost', T, T + 60 * S);
  await time.advance(20 * S);
  looks.late('farm', 'frost', T - 60 * S, T);
  await time.advance(29 * S);
  expect(looked).toEqual([]);
  await time.advance(2 * S);
  expect(looked).toEqual([[T - 60 * S - HOUR, T + 60 * S + HOUR]]);
  // Neither what was over before, nor what goes on at the end.
  expect(found).toEqual([occurrences[1]]);
  await time.advance(HOUR);
  expect(looked).toHaveLength(1);
});

test('it is tried again where the store is away', async () => {
  const { looks, time } = start();
  failures = 2;
  looks.late('farm', 'frost', T, T + HOUR);
  await time.advance(5 * 60 * S);
  expect(looked).toHaveLength(3);
  expect(found).toHaveLength(1);
});

test('a rule that is gone by then is not looked for, and nothing is after the stop', async () => {
  const { looks, time } = start();
  looks.late('farm', 'gone', T, T);
  looks.late('farm', 'frost', T, T);
  await looks.stop();
  await time.advance(HOUR);
  expect(looked).toEqual([]);
});
