/** What holds whatever readings come, in whatever order. Each failure prints its seed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QUALITY } from '../reading.ts';
import { Evaluator, type RuleSample, type Transition } from './evaluate.ts';
import { frost, revised, ruleOf, S, START_MS, world } from './rule.fixture.ts';
import type { Condition, Rule } from './rule.ts';
import { ALERT_STATES, changeOfCode, codeOfChange } from './transition.ts';

const INPUT = { quantity: 'air.temperature' };
const CONDITIONS: Condition[] = [
  frost,
  { ...frost, forS: 40, recoverForS: 30 } as Condition,
  { ...{ type: 'above', input: INPUT, unit: 'Cel', value: 1, recover: 1 } },
  { ...{ type: 'stuck', input: INPUT, unit: 'Cel', tolerance: 0.5, forMin: 5 } },
  {
    ...{ type: 'rate', input: INPUT, unit: 'Cel/h', direction: 'falling', value: 60, recover: 10, overMin: 2 },
  },
  {
    ...{ type: 'above', input: { quantity: 'air.vapour-pressure-deficit' }, unit: 'kPa', value: 0.4, recover: 0.3 },
  },
  {
    ...{ type: 'difference', input: INPUT, minus: { channel: 'gw-2/mast/air.temperature' }, unit: 'Cel' },
    ...{ is: 'above', value: 2, recover: 1, forS: 20 },
  },
  { type: 'silent', intervals: 3 },
];

/** A short walk of values around the thresholds, with gaps, absent and doubtful ones. */
const step = fc.record({
  afterS: fc.constantFrom(1, 5, 10, 10, 10, 30, 61, 400),
  temperature: fc.constantFrom(-2, -1, -0.1, -0, 0, 0.5, 1, 1.1, 2, 3, Number.NaN),
  humidity: fc.constantFrom(20, 60, 95, 100),
  other: fc.constantFrom(-1, 0, 1),
  quality: fc.constantFrom(0, 0, 0, 0, QUALITY.RATE, QUALITY.STUCK, QUALITY.ESTIMATED),
  device: fc.constantFrom(0, 0, 0, 1),
});
const walk = fc.array(step, { maxLength: 80 }).map((steps) => {
  let timeMs = START_MS;
  return steps.map(({ afterS, temperature, humidity, other, quality, device }): RuleSample => {
    timeMs += afterS * S;
    if (device === 1) return { timeMs, handles: [8], values: [other], qualities: [0] };
    const absent = Number.isNaN(temperature) ? QUALITY.ABSENT : 0;
    return { timeMs, handles: [1, 2], values: [temperature, humidity], qualities: [quality | absent, 0] };
  });
});
const rule = fc
  .record({
    condition: fc.constantFrom(...CONDITIONS),
    atMost: fc.integer({ min: 1, max: 4 }),
    isNight: fc.boolean(),
  })
  .map(({ condition, atMost, isNight }) =>
    ruleOf(condition, {
      limit: { atMost, withinS: 300 },
      ...(isNight ? { when: { hours: { from: '18:05', to: '18:20' } } } : {}),
    }),
  );

function evaluatorOf(of: Rule): Evaluator {
  const evaluator = new Evaluator();
  evaluator.use({ rules: [revised(of)], timeZone: null }, world, START_MS);
  return evaluator;
}
const see = (evaluator: Evaluator, samples: readonly RuleSample[]) =>
  samples.flatMap((sample) => evaluator.see(sample, sample.timeMs));
/** The same, with every moment told at which something may change. */
function live(evaluator: Evaluator, samples: readonly RuleSample[], untilMs: number): Transition[] {
  const passed = (toMs: number): Transition[] => {
    const all: Transition[] = [];
    for (let next = evaluator.nextMs(); next <= toMs; next = evaluator.nextMs()) all.push(...evaluator.tick(next));
    return all;
  };
  return [...samples.flatMap((s) => [...passed(s.timeMs), ...evaluator.see(s, s.timeMs)]), ...passed(untilMs)];
}
const END_MS = START_MS + 3 * 3_600 * S;

test('moments that are told make no difference to how often', () => {
  fc.assert(
    fc.property(rule, walk, fc.array(fc.nat(3 * 3_600), { maxLength: 30 }), (of, samples, more) => {
      const once = live(evaluatorOf(of), samples, END_MS);
      const evaluator = evaluatorOf(of);
      const ticks = more.map((s) => START_MS + s * S).sort((a, b) => a - b);
      const often: Transition[] = [];
      const pass = (toMs: number) => {
        for (let next = evaluator.nextMs(); next <= toMs; next = evaluator.nextMs())
          often.push(...evaluator.tick(next));
      };
      for (const sample of [...samples, undefined]) {
        const untilMs = sample?.timeMs ?? END_MS;
        for (; (ticks[0] ?? END_MS) < untilMs; ticks.shift()) {
          pass(ticks[0] as number);
          often.push(...evaluator.tick(ticks[0] as number));
        }
        pass(untilMs);
        if (sample !== undefined) often.push(...evaluator.see(sample, sample.timeMs));
      }
      // Outside its hours a rule of silence counts from the last moment that it was told of.
      if (of.when === undefined || 'input' in of.condition) expect(often).toEqual(once);
    }),
  );
});

test('every subject goes from state to state as the table says, in the order of time', () => {
  const MAY_FOLLOW: Record<string, string[]> = {
    ok: ['pending', 'firing'],
    pending: ['ok', 'firing', 'pending'],
    firing: ['recovering', 'ok', 'firing'],
    recovering: ['firing', 'ok', 'recovering'],
  };
  fc.assert(
    fc.property(rule, walk, (of, samples) => {
      const last = new Map<string, Transition>();
      for (const t of live(evaluatorOf(of), samples, END_MS)) {
        const before = last.get(t.subject);
        expect(MAY_FOLLOW[before?.state ?? 'ok']).toContain(t.state);
        expect(t.timeMs).toBeGreaterThanOrEqual(before?.timeMs ?? START_MS);
        expect(t.late).toBe(false);
        if (before !== undefined)
          expect([t.state, t.noData, t.raised]).not.toEqual([before.state, before.noData, before.raised]);
        last.set(t.subject, t);
      }
    }),
  );
});

test('it never fires more often within a time than its limit says', () => {
  fc.assert(
    fc.property(rule, walk, (of, samples) => {
      const { atMost, withinS } = of.limit as NonNullable<Rule['limit']>;
      const bySubject = Map.groupBy(live(evaluatorOf(of), samples, END_MS), (t) => t.subject);
      for (const transitions of bySubject.values()) {
        const begun = transitions.filter(
          (t, i) => t.state === 'firing' && (transitions[i - 1]?.state ?? 'ok') !== 'firing',
        );
        for (const [i, t] of begun.entries()) {
          const limitMs = (begun[i + atMost]?.timeMs ?? Number.POSITIVE_INFINITY) - t.timeMs;
          expect(limitMs).toBeGreaterThanOrEqual(withinS * S);
        }
      }
    }),
  );
});

test('the same again, all of it or a part, tells nothing and changes nothing', () => {
  fc.assert(
    fc.property(rule, walk, fc.nat(80), fc.nat(80), (of, samples, from, count) => {
      const evaluator = evaluatorOf(of);
      see(evaluator, samples);
      const states = evaluator.states();
      const again = samples.slice(from, from + count);
      const lastMs = samples.at(-1)?.timeMs ?? START_MS;
      expect(again.flatMap((s) => evaluator.see(s, lastMs))).toEqual([]);
      expect(evaluator.states()).toEqual(states);
    }),
  );
});

test('late readings never change the present, nor what comes after', () => {
  fc.assert(
    fc.property(rule, walk, walk, walk, fc.nat(10_000), (of, past, present, future, backS) => {
      const offset = (samples: readonly RuleSample[], byMs: number) =>
        samples.map((s) => ({ ...s, timeMs: s.timeMs + byMs }));
      // Each device has been heard at the present, so all that is of the past is late.
      const nowMs = START_MS + 50_000 * S;
      const heard: RuleSample[] = [
        { timeMs: nowMs, handles: [1, 2], values: [5, 50], qualities: [0, 0] },
        { timeMs: nowMs, handles: [8], values: [5], qualities: [0] },
      ];
      const first = [...heard, ...offset(present, 50_001 * S)];
      const second = offset(future, 60_001 * S);
      const plain = evaluatorOf(of);
      const troubled = evaluatorOf(of);
      expect(see(troubled, first)).toEqual(see(plain, first));
      const lastMs = first.at(-1)?.timeMs ?? nowMs;
      const late = offset(past, backS * S).filter((s) => s.timeMs < nowMs);
      const told = late.flatMap((s) => troubled.see(s, lastMs));
      expect(troubled.states()).toEqual(plain.states());
      // What it tells is history: from, to, from, to, each of the past.
      const bySubject = Map.groupBy(told, (t) => t.subject);
      for (const of of bySubject.values()) {
        expect(of.every((t) => t.late && !t.raised && t.timeMs < nowMs)).toBe(true);
        expect(of.map((t) => t.state)).toEqual(of.map((_, i) => (i % 2 === 0 ? 'firing' : 'ok')));
      }
      expect(see(troubled, second).filter((t) => !t.late)).toEqual(see(plain, second).filter((t) => !t.late));
    }),
  );
});

test('a restart in between tells the alert neither twice nor never', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CONDITIONS.slice(0, 3)), walk, fc.nat(80), (condition, samples, cut) => {
      const of = ruleOf(condition, { limit: { atMost: 100, withinS: 300 }, noDataAfterS: 1_000 });
      const whole = see(evaluatorOf(of), samples);
      const before = evaluatorOf(of);
      const told = see(before, samples.slice(0, cut));
      const after = new Evaluator();
      const nowMs = samples[cut]?.timeMs ?? START_MS;
      after.use({ rules: [revised(of)], timeZone: null }, world, nowMs);
      const kept = before.states().map((s) => ({ ...s, sinceMs: s.firedMs ?? s.sinceMs }));
      expect(after.restore(kept, nowMs)).toEqual([]);
      told.push(...see(after, samples.slice(cut)));
      const begun = (all: Transition[]) =>
        all.filter((t, i) => {
          const earlier = all.slice(0, i).findLast((o) => o.subject === t.subject);
          return t.state === 'firing' && earlier?.state !== 'firing' && earlier?.state !== 'recovering';
        }).length;
      // What lasts is counted from when it began, as far as that is known, and so may be a reading earlier or later.
      const isAtOnce = 'recover' in condition && condition.forS === undefined;
      if (isAtOnce) expect(begun(told)).toBe(begun(whole));
      for (const of of Map.groupBy(told, (t) => t.subject).values())
        for (const [i, t] of of.entries()) if (i > 0) expect(t.state).not.toBe((of[i - 1] as Transition).state);
    }),
  );
});

test('a change is read back from its number as it was written, and no other number is one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ALERT_STATES),
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      fc.constantFrom('reading', 'time', 'window', 'rule'),
      (state, [noData, raised, late], reason) => {
        const kind = { state, noData, raised, late, reason } as const;
        expect(changeOfCode(codeOfChange(kind))).toEqual(kind);
      },
    ),
  );
  for (const code of [-1, 0.5, 128, 1e9, Number.NaN, Number.POSITIVE_INFINITY])
    expect(changeOfCode(code)).toBeUndefined();
});
