import { describe, expect, test } from 'vitest';
import { QUALITY } from '../reading.ts';
import { Evaluator, type RuleSample, type Transition } from './evaluate.ts';
import { frost, revised, ruleOf, S, START_MS, world } from './rule.fixture.ts';
import type { Condition, Rule } from './rule.ts';

const { NaN: none } = Number;

function evaluatorOf(condition: Condition, more: Partial<Rule> = {}, timeZone: string | null = null): Evaluator {
  const evaluator = new Evaluator();
  evaluator.use({ rules: [revised(ruleOf(condition, more))], timeZone }, world, START_MS);
  return evaluator;
}

const at = (seconds: number, values: Record<number, number>, quality = 0): RuleSample => ({
  timeMs: START_MS + seconds * S,
  handles: Object.keys(values).map(Number),
  values: Object.values(values),
  qualities: Object.values(values).map(() => quality),
});
const shown = ({ timeMs, state, late, reason }: Transition) =>
  `${(timeMs - START_MS) / S} ${state}${late ? ' late' : ''}${reason === 'reading' ? '' : `:${reason}`}`;

/** Sees samples as they are taken, with the time passing between them. */
function watch(evaluator: Evaluator, samples: readonly RuleSample[]): string[] {
  return samples.flatMap((sample) => evaluator.see(sample, sample.timeMs)).map(shown);
}
/** The first channel every ten seconds. */
const series = (values: number[], quality = 0) => values.map((v, i) => at(i * 10, { 1: v }, quality));

describe('a value', () => {
  const below = frost;
  const above: Condition = { ...frost, type: 'above', value: 30, recover: 28 } as Condition;
  test.each<[string, Condition, number[], string[]]>([
    ['on the threshold is not beyond it, below', below, [0, -0.1], ['10 firing']],
    ['on the threshold is not beyond it, above', above, [30, 30.1], ['10 firing']],
    [
      'of 0.0 and −0.0 is a value like others',
      { ...below, value: 0.1 } as Condition,
      [0.1, 0, 1, -0],
      ['10 firing', '20 ok', '30 firing'],
    ],
    ['on the recovery value has recovered', below, [-1, 0.9, 1], ['0 firing', '20 ok']],
    ['between threshold and recovery changes nothing', below, [0.5, -1, 0.5, 0, 0.99], ['10 firing']],
    ['absent is not judged', below, [-1, none, none, 2], ['0 firing', '30 ok']],
    [
      'with recovery at the threshold: on it is over',
      { ...below, recover: 0 } as Condition,
      [-1, 0, -1],
      ['0 firing', '10 ok', '20 firing'],
    ],
  ])('%s', (_, condition, values, expected) => {
    expect(watch(evaluatorOf(condition), series(values))).toEqual(expected);
  });

  test.each<[string, number, Partial<Rule>, string[]]>([
    ['out of range is not judged', QUALITY.RANGE, {}, []],
    ['that jumps is not judged', QUALITY.RATE, {}, []],
    ['that is stuck is not judged', QUALITY.STUCK, {}, []],
    ['whose time was repaired is', QUALITY.ESTIMATED, {}, ['0 firing']],
    ['from a device’s memory is', QUALITY.HISTORICAL, {}, ['0 firing']],
    ['that is marked is, where the rule believes all', QUALITY.RATE, { believe: 'all' }, ['0 firing']],
    ['that is absent never is', QUALITY.ABSENT, { believe: 'all' }, []],
  ])('%s', (_, quality, more, expected) => {
    expect(watch(evaluatorOf(frost, more), series([-1], quality))).toEqual(expected);
  });

  test('dated far ahead is not judged, so that it makes no true one late', () => {
    const evaluator = evaluatorOf(frost);
    expect(evaluator.see(at(3_000, { 1: -5 }), START_MS)).toEqual([]);
    expect(evaluator.ahead).toBe(1);
    expect(watch(evaluator, series([-1]))).toEqual(['0 firing']);
  });
});

describe('a condition', () => {
  test('is judged for each subject alone', () => {
    const evaluator = evaluatorOf(frost);
    const all = [at(0, { 1: -1 }), at(1, { 8: 5 }), at(2, { 8: -3 })].flatMap((s) => evaluator.see(s, s.timeMs));
    expect(all.map((t) => [t.subject, t.state, t.value, t.anchor])).toEqual([
      ['gw-1/mast/air.temperature@h200', 'firing', -1, 1],
      ['gw-2/mast/air.temperature', 'firing', -3, 8],
    ]);
    expect(evaluator.states().map((s) => s.subject)).toEqual(all.map((t) => t.subject));
  });

  test('of a derived quantity is judged when its inputs are known, with values of one time', () => {
    const deficit: Condition = {
      ...{ type: 'above', input: { quantity: 'air.vapour-pressure-deficit' }, unit: 'kPa', value: 2, recover: 1.8 },
    };
    const evaluator = evaluatorOf(deficit);
    expect(watch(evaluator, [at(0, { 1: 35 }), at(10, { 2: 40 })])).toEqual(['10 firing']);
    expect(evaluator.states()[0]?.value).toBeCloseTo(3.374, 3);
    // A humidity of long ago says nothing of now.
    const other = evaluatorOf(deficit);
    expect(watch(other, [at(0, { 2: 40 }), at(61, { 1: 35 })])).toEqual([]);
    expect(watch(other, [at(70, { 1: 35, 2: 90 }), at(80, { 1: 35, 2: 40 })])).toEqual(['80 firing']);
  });

  const falling = (more: object = {}): Condition =>
    ({
      ...{ type: 'rate', input: { quantity: 'air.temperature' }, unit: 'Cel/h', direction: 'falling' },
      ...{ value: 3, recover: 1, overMin: 30, ...more },
    }) as Condition;

  test('of a rate takes the change over its time, once half of it is there', () => {
    const evaluator = evaluatorOf(falling());
    const fall = Array.from({ length: 31 }, (_, i) => at(i * 60, { 1: 10 - i * 0.1 }));
    expect(watch(evaluator, fall)).toEqual(['900 firing']);
    expect(evaluator.states()[0]?.value).toBe(-6);
    const level = Array.from({ length: 31 }, (_, i) => at((31 + i) * 60, { 1: 7 }));
    expect(watch(evaluator, level)).toEqual(['3300 ok']);
  });

  test('of a rate looks one way only, and never over a gap', () => {
    const rise = Array.from({ length: 31 }, (_, i) => at(i * 60, { 1: 10 + i * 0.1 }));
    expect(watch(evaluatorOf(falling()), rise)).toEqual([]);
    expect(watch(evaluatorOf(falling()), [at(0, { 1: 10 }), at(3_600, { 1: 0 })])).toEqual([]);
  });

  test('of a rate remembers little, however often values come', () => {
    const evaluator = evaluatorOf(falling({ overMin: 1_440 }));
    for (let i = 0; i < 20_000; i++) evaluator.see(at(i * 10, { 1: 10 - i * 0.01 }), START_MS + i * 10 * S);
    expect(evaluator.states()[0]).toMatchObject({ state: 'firing', value: -3.6 });
  });

  test('of standing still counts from the last change, within its tolerance, and begins anew after a gap', () => {
    const stuck: Condition = {
      ...{ type: 'stuck', input: { quantity: 'air.temperature' }, unit: 'Cel', tolerance: 0.05, forMin: 5 },
    };
    const still = (from: number, to: number, value: number) =>
      Array.from({ length: (to - from) / 30 + 1 }, (_, i) => at(from + i * 30, { 1: value }));
    const evaluator = evaluatorOf(stuck);
    expect(watch(evaluator, [...still(0, 270, 5), ...still(300, 300, 5.04), at(330, { 1: 5.1 })])).toEqual([
      '300 firing',
      '330 ok',
    ]);
    expect(watch(evaluatorOf(stuck), [...still(0, 240, 5), ...still(320, 560, 5)])).toEqual([]);
    // A value that the gateway's own check took for stuck is what is looked for.
    expect(
      watch(
        evaluatorOf(stuck),
        still(0, 300, 5).map((s) => ({ ...s, qualities: [QUALITY.STUCK] })),
      ),
    ).toEqual(['300 firing']);
  });

  test('of a difference judges both sides, with values that are not old', () => {
    const difference: Condition = {
      ...{ type: 'difference', input: { quantity: 'soil.temperature', place: 'd10' } },
      ...{ minus: { quantity: 'soil.temperature', place: 'd30' }, unit: 'Cel' },
      ...{ is: 'above', absolute: true, value: 5, recover: 4 },
    };
    const evaluator = evaluatorOf(difference);
    expect(watch(evaluator, [at(0, { 5: 20 }), at(10, { 6: 26 }), at(20, { 5: 22.1 }), at(30, { 6: 26 })])).toEqual([
      '10 firing',
      '20 ok',
    ]);
    expect(watch(evaluatorOf(difference), [at(0, { 5: 20 }), at(181, { 6: 26 })])).toEqual([]);
  });

  test('of silence counts intervals of the device, by the time of sampling', () => {
    const evaluator = evaluatorOf({ type: 'silent', intervals: 3 }, { scope: { devices: ['gw-1/mast'] } });
    watch(evaluator, [at(0, { 1: 1 })]);
    expect(evaluator.nextMs()).toBe(START_MS + 30 * S + 1);
    expect(evaluator.tick(START_MS + 30 * S)).toEqual([]);
    expect(evaluator.tick(START_MS + 31 * S).map(shown)).toEqual(['30 firing:time']);
    expect(evaluator.tick(START_MS + 900 * S)).toEqual([]);
    // An absent sensor is a word too.
    expect(evaluator.see(at(905, { 1: none }, QUALITY.ABSENT), START_MS + 906 * S).map(shown)).toEqual(['905 ok']);
  });

  test('of a silent gateway is the same for gateways', () => {
    const evaluator = evaluatorOf({ type: 'gateway-silent', forS: 120 });
    evaluator.see(at(60, { 101: 1 }), START_MS + 60 * S);
    expect(evaluator.tick(START_MS + 121 * S).map((t) => [t.subject, shown(t)])).toEqual([['gw-2', '120 firing:time']]);
    expect(evaluator.tick(START_MS + 200 * S).map((t) => [t.subject, shown(t)])).toEqual([['gw-1', '180 firing:time']]);
  });
});

describe('hours and season', () => {
  const night = { when: { hours: { from: '20:00', to: '08:00' } } };
  test('outside nothing fires, and what fires ends with the first reading outside', () => {
    // 18:00 UTC is 20:00 in Berlin in April.
    const evaluator = evaluatorOf(frost, night, 'Europe/Berlin');
    expect(watch(evaluator, [at(-60, { 1: -1 }), at(0, { 1: -1 })])).toEqual(['0 firing']);
    const morning = 12 * 3_600;
    expect(
      watch(evaluator, [at(morning - 60, { 1: -1 }), at(morning, { 1: -1 }), at(morning + 60, { 1: -1 })]),
    ).toEqual([`${morning} ok:window`]);
  });

  test('silence outside is not counted', () => {
    const evaluator = evaluatorOf(
      { type: 'silent', intervals: 3 },
      { scope: { devices: ['gw-1/mast'] }, ...night },
      null,
    );
    expect(evaluator.tick(START_MS + 7_190 * S)).toEqual([]);
    expect(evaluator.tick(START_MS + 7_205 * S)).toEqual([]);
    expect(evaluator.tick(START_MS + 7_230 * S).map(shown)).toEqual(['7220 firing:time']);
  });
});

describe('late readings', () => {
  test('never change the present; what they show is history', () => {
    const evaluator = evaluatorOf(frost);
    watch(evaluator, [at(0, { 1: 3 }), at(5_000, { 1: 4 })]);
    const nowMs = START_MS + 5_001 * S;
    const late = [1_000, 1_010, 1_020, 1_030].map((t, i) => at(t, { 1: [-1, -2, -1, 3][i] as number }));
    expect(late.flatMap((s) => evaluator.see(s, nowMs)).map(shown)).toEqual(['1000 firing late', '1030 ok late']);
    expect(evaluator.states()).toEqual([]);
    expect(watch(evaluator, [at(5_010, { 1: -1 })])).toEqual(['5010 firing']);
  });

  test('that end while it fires end it where it was last seen to', () => {
    const evaluator = evaluatorOf(frost);
    watch(evaluator, [at(5_000, { 1: 4 })]);
    const late = [at(1_000, { 1: -1 }), at(1_010, { 1: -2 }), at(1_020, { 1: 0.5 })];
    expect(late.flatMap((s) => evaluator.see(s, START_MS + 5_001 * S)).map(shown)).toEqual(['1000 firing late']);
    expect(evaluator.tick(START_MS + 5_300 * S)).toEqual([]);
    expect(evaluator.tick(START_MS + 5_302 * S).map(shown)).toEqual(['1010 ok late']);
  });

  test('that go back further are a run of their own', () => {
    const evaluator = evaluatorOf(frost);
    watch(evaluator, [at(5_000, { 1: 4 })]);
    const late = [at(3_000, { 1: -1 }), at(3_010, { 1: -2 }), at(1_000, { 1: -1 }), at(1_010, { 1: 2 })];
    expect(late.flatMap((s) => evaluator.see(s, START_MS + 5_001 * S)).map(shown)).toEqual([
      ...['3000 firing late', '3010 ok late'],
      ...['1000 firing late', '1010 ok late'],
    ]);
  });

  test('that tell what is known tell nothing', () => {
    const evaluator = evaluatorOf(frost);
    const all = series([3, -1, -2, 2, 3, -1, -1]);
    expect(watch(evaluator, all)).toEqual(['10 firing', '30 ok', '50 firing']);
    expect(watch(evaluator, all)).toEqual([]);
    expect(watch(evaluator, all.slice(2))).toEqual([]);
    expect(evaluator.states()).toHaveLength(1);
  });

  test('a node that empties its memory in order fires in the past, and alarms only if it still does', () => {
    const evaluator = evaluatorOf(frost);
    const nowMs = START_MS + 8_000 * S;
    const night = [at(0, { 1: 3 }), at(10, { 1: -1 }), at(20, { 1: -1 }), at(30, { 1: 2 })];
    const told = night.flatMap((s) => evaluator.see(s, nowMs));
    expect(told.map((t) => [shown(t), t.raised])).toEqual([
      ['10 firing', false],
      ['30 ok', false],
    ]);
    const again = [at(40, { 1: -1 }), at(7_990, { 1: -2 }), at(8_000, { 1: -2 })].flatMap((s) =>
      evaluator.see(s, nowMs),
    );
    expect(again.map((t) => [shown(t), t.raised, t.firedMs])).toEqual([
      ['40 firing', false, START_MS + 40 * S],
      ['7990 firing', true, START_MS + 40 * S],
    ]);
  });
});

describe('other rules', () => {
  const firing = () => {
    const evaluator = evaluatorOf(frost);
    watch(evaluator, series([-1]));
    return evaluator;
  };
  const nowMs = START_MS + 60 * S;
  const use = (evaluator: Evaluator, rules: Rule[], revision = 2) =>
    evaluator
      .use({ rules: rules.map((r) => revised(r, revision)), timeZone: null }, world, nowMs)
      .map((t) => [t.rule, t.revision, shown(t)]);

  test('words that change end nothing, and from then on the new number is told', () => {
    const evaluator = firing();
    expect(use(evaluator, [ruleOf(frost, { severity: 'critical', title: { en: 'Frost!', zh: '霜冻' } })])).toEqual([]);
    expect(evaluator.states()[0]).toMatchObject({ state: 'firing', revision: 2 });
    expect(evaluator.see(at(70, { 1: 5 }), START_MS + 70 * S).map((t) => [t.state, t.revision])).toEqual([['ok', 2]]);
  });

  test.each<[string, Rule[]]>([
    ['another threshold', [ruleOf({ ...frost, value: -2 } as Condition)]],
    ['other hours', [ruleOf(frost, { when: { hours: { from: '00:00', to: '01:00' } } })]],
    ['switched off', [ruleOf(frost, { enabled: false })]],
    ['another scope', [ruleOf(frost, { scope: { gateways: ['gw-2'] } })]],
    ['removed', []],
    ['another in its place', [ruleOf(frost, { id: 'other' })]],
  ])('%s ends what it said, under the old number', (_, rules) => {
    expect(use(firing(), rules)).toEqual([['rule', 1, '60 ok:rule']]);
  });
});

describe('a restart', () => {
  const kept = { rule: 'rule', revision: 1, anchor: 1, noData: false, raised: true };
  test('goes on where it was: no second alarm, and it ends once', () => {
    const evaluator = evaluatorOf(frost);
    const sinceMs = START_MS - 3_600 * S;
    expect(evaluator.restore([{ ...kept, state: 'firing', sinceMs }], START_MS)).toEqual([]);
    expect(evaluator.states()[0]).toMatchObject({ state: 'firing', raised: true, firedMs: sinceMs });
    expect(watch(evaluator, series([-1, -1, 2]))).toEqual(['20 ok']);
  });

  test('goes on counting what lasts', () => {
    const evaluator = evaluatorOf({ ...frost, forS: 600 } as Condition);
    evaluator.restore([{ ...kept, state: 'pending', raised: false, sinceMs: START_MS - 595 * S }], START_MS);
    expect(watch(evaluator, series([-1, -1]))).toEqual(['10 firing']);
  });

  test('gives back what is of no rule any more', () => {
    const states = [{ ...kept, anchor: 4, state: 'firing' as const, sinceMs: null }];
    expect(evaluatorOf(frost).restore(states, START_MS)).toEqual(states);
  });

  test('whose clock is not known yet counts from now', () => {
    const evaluator = evaluatorOf(frost);
    evaluator.restore([{ ...kept, state: 'firing', sinceMs: START_MS + 1e9 }], START_MS);
    expect(watch(evaluator, series([-1, 2]))).toEqual(['10 ok']);
  });
});

test('when the clock becomes known, what undated readings left moves with them', () => {
  const evaluator = evaluatorOf({ ...frost, forS: 60 } as Condition);
  const undated = (s: RuleSample) => ({ ...s, isUndated: true });
  expect(watch(evaluator, series([-1, -1, -1]).map(undated))).toEqual(['0 pending']);
  const by = 1e9;
  evaluator.shift(by);
  const after = at(60, { 1: -1 });
  const moved = evaluator.see({ ...after, timeMs: after.timeMs + by }, after.timeMs + by);
  expect(moved.map((t) => [t.state, t.timeMs - by - START_MS])).toEqual([['firing', 60 * S]]);
  // What was dated stays.
  evaluator.shift(by);
  expect(evaluator.states()[0]?.firedMs).toBe(START_MS + by + 60 * S);
});
