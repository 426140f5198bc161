/**
 * From readings to a judgement: the last value of each input of a subject, what the condition makes of them, and on which
 * side of the threshold that is.
 *
 * A value exactly on the threshold is not beyond it; a value exactly at the recovery value has recovered. 0.0 is a value like
 * others. NaN, an absent sensor and, unless the rule believes all, a value marked out of range, jumping or stuck are no
 * values: nothing is judged, and after a while the rule is blind and says so.
 */
import { QUALITY } from '../reading.ts';
import type { Subject } from './bind.ts';
import type { Verdict } from './machine.ts';
import type { Rule, ValueCondition } from './rule.ts';

/** What is remembered of a subject's readings. */
export interface Signal {
  /** Last value that was believed of each input, and its time. */
  values: number[];
  timesMs: number[];
  /** For `stuck`: the value that it has stood at, and since when. */
  stillValue: number;
  stillMs: number;
  /** For `rate`: readings of the last while, oldest first. */
  past: [timeMs: number, value: number][];
}

export function newSignal(inputs: number): Signal {
  return {
    values: Array(inputs).fill(Number.NaN),
    timesMs: Array(inputs).fill(Number.NEGATIVE_INFINITY),
    ...{ stillValue: Number.NaN, stillMs: Number.NEGATIVE_INFINITY, past: [] },
  };
}

/** Readings kept to take a change over time from. */
const PAST = 64;
const HOUR_MS = 3_600_000;

/** Whether a value may be judged by a rule. */
export function isBelieved(value: number, quality: number, rule: Pick<Rule, 'believe' | 'condition'>): boolean {
  if (Number.isNaN(value) || (quality & QUALITY.ABSENT) !== 0) return false;
  if (rule.believe === 'all') return true;
  const doubtful = rule.condition.type === 'stuck' ? QUALITY.RANGE : QUALITY.RANGE | QUALITY.RATE | QUALITY.STUCK;
  return (quality & doubtful) === 0;
}

export interface Judged {
  verdict: Verdict;
  /** What was judged, in the unit of the condition. */
  value: number;
}

/** Judges what is known at `timeMs`; undefined where it is not enough. */
export function judgeSignal(
  signal: Signal,
  subject: Subject,
  condition: ValueCondition,
  timeMs: number,
): Judged | undefined {
  const value = ownValue(signal, subject, timeMs);
  if (value === undefined || Number.isNaN(value)) return undefined;
  switch (condition.type) {
    case 'above':
    case 'below':
      return side(value, condition.type, condition);
    case 'difference': {
      const minus = minusValue(signal, subject, timeMs);
      if (minus === undefined || Number.isNaN(minus)) return undefined;
      const difference = rounded(value - minus);
      return side(condition.absolute === true ? Math.abs(difference) : difference, condition.is, condition);
    }
    case 'rate':
      return rate(signal, value, condition, timeMs);
    case 'stuck':
      return stuck(signal, subject, value, condition, timeMs);
  }
}

/** Differences of decimals, without what binary fractions leave behind. */
const rounded = (value: number) => Math.round(value * 1e9) / 1e9;

function side(
  value: number,
  is: 'above' | 'below',
  { value: limit, recover }: { value: number; recover: number },
): Judged {
  if (is === 'above' ? value > limit : value < limit) return { verdict: 'met', value };
  return { verdict: (is === 'above' ? value <= recover : value >= recover) ? 'clear' : 'between', value };
}

/** The input's own value, or what is derived from its inputs where they are of one time. */
function ownValue({ values, timesMs }: Signal, { derived, own, gapMs }: Subject, timeMs: number): number | undefined {
  if (!together(timesMs.slice(0, own), timeMs, gapMs)) return undefined;
  return derived === undefined ? values[0] : derived.of(values.slice(0, own));
}

/** The same of what is taken away in a difference. */
function minusValue({ values, timesMs }: Signal, { minus, own }: Subject, timeMs: number): number | undefined {
  if (minus === undefined || !together(timesMs.slice(own), timeMs, minus.gapMs)) return undefined;
  return minus.derived === undefined ? values[own] : minus.derived.of(values.slice(own));
}

const together = (timesMs: readonly number[], timeMs: number, gapMs: number) =>
  timesMs.every((t) => timeMs - t <= gapMs);

function rate(
  signal: Signal,
  value: number,
  condition: Extract<ValueCondition, { type: 'rate' }>,
  timeMs: number,
): Judged | undefined {
  const overMs = condition.overMin * 60_000;
  const last = signal.past.at(-1);
  const oldest = () => signal.past.find(([t]) => timeMs - t <= overMs);
  const first = oldest();
  // Kept apart by a share of the time, so that there are never many.
  if (last === undefined || timeMs - last[0] >= overMs / PAST) signal.past.push([timeMs, value]);
  while (signal.past[0] !== undefined && timeMs - signal.past[0][0] > overMs) signal.past.shift();
  if (first === undefined || timeMs - first[0] < overMs / 2) return undefined;
  const perHour = rounded(((value - first[1]) * HOUR_MS) / (timeMs - first[0]));
  const judged = side(condition.direction === 'rising' ? perHour : -perHour, 'above', condition);
  return { ...judged, value: perHour };
}

function stuck(
  signal: Signal,
  { gapMs }: Subject,
  value: number,
  condition: Extract<ValueCondition, { type: 'stuck' }>,
  timeMs: number,
): Judged {
  const moved = !(Math.abs(value - signal.stillValue) <= condition.tolerance);
  const last = signal.past[0]?.[0] ?? timeMs;
  signal.past[0] = [timeMs, value];
  if (moved || timeMs - last > gapMs) {
    signal.stillMs = timeMs;
    if (moved) {
      signal.stillValue = value;
      return { verdict: 'clear', value };
    }
  }
  return { verdict: timeMs - signal.stillMs >= condition.forMin * 60_000 ? 'met' : 'between', value };
}

/** Moves all times by so much. */
export function shiftSignal(signal: Signal, byMs: number): void {
  signal.timesMs = signal.timesMs.map((t) => t + byMs);
  signal.stillMs += byMs;
  signal.past = signal.past.map(([t, value]) => [t + byMs, value]);
}
