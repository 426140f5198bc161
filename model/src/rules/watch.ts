/** One rule at one subject, with everything that is remembered of it. */
import { bindRule, type Subject, type World } from './bind.ts';
import { type Episode, LateRun } from './late.ts';
import { type Memory, newMemory, type Timing } from './machine.ts';
import type { RevisedRule } from './rule.ts';
import { isBelieved, newSignal, type Signal } from './signal.ts';
import type { Change } from './transition.ts';

/** What one device said at one moment. Columns of equal length. */
export interface RuleSample {
  timeMs: number;
  handles: readonly number[];
  values: readonly number[];
  qualities: readonly number[];
  /** Its time is to be shifted once the clock is known. */
  isUndated?: boolean;
}

/** A change of a rule at a subject. */
export interface Transition extends Change {
  rule: string;
  /** Of the wording that was judged by. */
  revision: number;
  subject: string;
  anchor: number;
}

/** A rule at a subject as it is now. */
export interface WatchState extends Pick<Change, 'state' | 'noData' | 'raised' | 'value'> {
  rule: string;
  revision: number;
  subject: string;
  anchor: number;
  /** Time of the last change. */
  sinceMs: number;
  /** When it began to fire; null where it does not. */
  firedMs: number | null;
}

export interface Watch {
  revised: RevisedRule;
  subject: Subject;
  timing: Timing;
  memory: Memory;
  signal: Signal;
  /** What was taken before this is late. */
  floorMs: number;
  late: LateRun;
  /** When it fired lately, so that late readings do not tell it again. */
  episodes: Episode[];
  isSilence: boolean;
  /** What is remembered has times that are still to be shifted. */
  isUndated: boolean;
}

/** Firings of one channel that are told within an hour, where the rule says nothing else. */
const DEFAULT_LIMIT = { atMost: 3, withinS: 3_600 };
const EPISODES = 32;
/** End of one that goes on: of the present, and among late readings. */
const OPEN = Number.POSITIVE_INFINITY;
const LATE_OPEN = Number.MAX_VALUE;

/** All rules at all their subjects, with nothing known yet. */
export function bindAll(rules: readonly RevisedRule[], world: World, nowMs: number): Watch[] {
  return rules.flatMap((revised) => bindRule(revised.rule, world).map((subject) => newWatch(revised, subject, nowMs)));
}

function newWatch(revised: RevisedRule, subject: Subject, nowMs: number): Watch {
  const { condition, limit = DEFAULT_LIMIT } = revised.rule;
  const { forS = 0, recoverForS = 0 } = 'recover' in condition ? condition : {};
  return {
    ...{ revised, subject, memory: newMemory(nowMs), signal: newSignal(subject.inputs.length) },
    timing: {
      ...{ forMs: forS * 1_000, recoverForMs: recoverForS * 1_000, gapMs: subject.gapMs, freshMs: subject.gapMs },
      ...{ atMost: limit.atMost, withinMs: limit.withinS * 1_000 },
    },
    ...{ floorMs: Number.NEGATIVE_INFINITY, late: new LateRun(), episodes: [] },
    ...{ isSilence: !('input' in condition), isUndated: false },
  };
}

export const keyOf = ({ revised, subject }: Pick<Watch, 'revised' | 'subject'>) => `${revised.rule.id}/${subject.key}`;

/** Whether two wordings of a rule judge the same by the same: then a change of its words or of who is told ends nothing. */
export function isAlike(a: Watch, b: Watch): boolean {
  const essence = ({ revised: { rule }, subject: { inputs, own, gapMs } }: Watch) =>
    JSON.stringify([rule.condition, rule.when, rule.believe, rule.limit, inputs, own, gapMs]);
  return essence(a) === essence(b);
}

/** Inputs of the subject for which the sample has a value that is believed. */
export function newsFor({ subject, revised }: Watch, sample: RuleSample): [input: number, value: number][] {
  const news: [number, number][] = [];
  // By input: a subject has one or two, a sample many. This runs for each reading and each rule that watches it.
  for (let i = 0; i < subject.inputs.length; i++) {
    const at = sample.handles.lastIndexOf(subject.inputs[i] as number);
    if (at < 0) continue;
    const value = sample.values[at] as number;
    if (isBelieved(value, sample.qualities[at] as number, revised.rule)) news.push([i, value]);
  }
  return news;
}

const NOTHING: readonly Transition[] = [];

/** Puts rule and subject to changes, and remembers when it fired. */
export function note(watch: Watch, changes: readonly Change[]): readonly Transition[] {
  if (changes.length === 0) return NOTHING;
  const { revised, subject } = watch;
  for (const change of changes) remember(watch.episodes, change);
  return changes.map((change) => ({
    ...{ ...change, rule: revised.rule.id, revision: revised.revision },
    ...{ subject: subject.key, anchor: subject.anchor },
  }));
}

function remember(episodes: Episode[], { state, late, timeMs }: Change): void {
  const open = episodes.findLast(([, to]) => to === (late ? LATE_OPEN : OPEN));
  if (state === 'firing' && open === undefined) {
    episodes.push([timeMs, late ? LATE_OPEN : OPEN]);
    if (episodes.length > EPISODES) episodes.shift();
  } else if (state === 'ok' && open !== undefined) open[1] = timeMs;
}
