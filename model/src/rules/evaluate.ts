/**
 * The evaluator: rules over readings, the same on the gateway and in the cloud, for live values and for a look back. No I/O, no
 * clock: it is given samples in whatever order they come and moments that have passed, and says what changed.
 *
 * The time of sampling decides. What comes after newer readings of the same input is late: it never changes the present state, but
 * is judged on the side, in its own order, and what it shows is history. What comes in order but long after it was
 * taken (a node that empties its memory) moves the state on, and is raised only once a fresh reading confirms it.
 */
import type { Subject, World } from './bind.ts';
import { blindMs, end, hear, judge, shift, wait, waitFor } from './machine.ts';
import type { RulesMessage } from './rule.ts';
import { judgeSignal, shiftSignal } from './signal.ts';
import {
  bindAll,
  isAlike,
  keyOf,
  newsFor,
  note,
  type RuleSample,
  type Transition,
  type Watch,
  type WatchState,
} from './watch.ts';
import { FarmTime } from './when.ts';

export type { RuleSample, Transition, WatchState } from './watch.ts';

/** How much ahead of now a reading may be dated and still be judged: beyond, it would make all true ones late. */
const AHEAD_MS = 60_000;
const NOTHING: readonly Transition[] = [];

/** A state that was kept over a restart. */
export type KeptState = Pick<WatchState, 'rule' | 'revision' | 'anchor' | 'state' | 'noData' | 'raised'> & {
  /** When it began to fire, or to be pending; null where that is not known. */
  sinceMs: number | null;
};

export class Evaluator {
  #watches: Watch[] = [];
  #byHandle = new Map<number, Watch[]>();
  #farmTime = new FarmTime(null);
  /** Samples that were dated too far ahead to be judged. */
  ahead = 0;
  /** How often a subject was seen again that was not for a while: then `nextMs` may be earlier than it was. */
  revived = 0;
  readonly #late = new Map<string, [fromMs: number, toMs: number]>();

  /**
   * Takes rules, all of them, and what there is to watch. What a rule knows stays as long as what it judges by is the same.
   * @param isMine leaves out subjects that others watch.
   * @returns the ends of what is watched no more.
   */
  use(
    { rules, timeZone }: Pick<RulesMessage, 'rules' | 'timeZone'>,
    world: World,
    nowMs: number,
    isMine: (subject: Subject) => boolean = () => true,
  ): Transition[] {
    const before = new Map(this.#watches.map((watch) => [keyOf(watch), watch]));
    this.#farmTime = new FarmTime(timeZone);
    const all = bindAll(rules, world, nowMs).filter((watch) => isMine(watch.subject));
    this.#watches = all.map((watch) => {
      const known = before.get(keyOf(watch));
      if (known === undefined || !isAlike(known, watch)) return watch;
      before.delete(keyOf(known));
      return { ...known, revised: watch.revised, subject: watch.subject };
    });
    this.#byHandle = new Map();
    for (const watch of this.#watches)
      for (const handle of new Set(watch.subject.inputs)) {
        const others = this.#byHandle.get(handle);
        if (others === undefined) this.#byHandle.set(handle, [watch]);
        else others.push(watch);
      }
    return [...before.values()].flatMap((watch) => note(watch, end(watch.memory, nowMs, 'rule')));
  }

  /** Puts back what was kept over a restart. Returns what is of no rule or subject any more. */
  restore(kept: readonly KeptState[], nowMs: number): KeptState[] {
    const nameOf = (rule: string, anchor: number) => `${rule}/${anchor}`;
    const watches = new Map(this.#watches.map((w) => [nameOf(w.revised.rule.id, w.subject.anchor), w]));
    return kept.filter(({ rule, anchor, state, noData, raised, ...rest }) => {
      const watch = watches.get(nameOf(rule, anchor));
      if (watch === undefined) return true;
      const sinceMs = Math.min(rest.sinceMs ?? nowMs, nowMs);
      Object.assign(watch.memory, { state, noData, raised, changedMs: sinceMs });
      if (state === 'pending') watch.memory.metMs = sinceMs;
      if (state === 'firing' || state === 'recovering') {
        watch.memory.firedMs = sinceMs;
        watch.memory.firings = [sinceMs];
        watch.episodes.push([sinceMs, Number.POSITIVE_INFINITY]);
      }
      watch.floorMs = sinceMs;
      return false;
    });
  }

  /** Takes a sample. @param nowMs when it came. */
  see(sample: RuleSample, nowMs: number): Transition[] {
    if (sample.timeMs > nowMs + AHEAD_MS) {
      this.ahead++;
      return [];
    }
    const touched = new Set<Watch>();
    for (const handle of sample.handles) for (const watch of this.#byHandle.get(handle) ?? []) touched.add(watch);
    const transitions: Transition[] = [];
    for (const watch of touched) transitions.push(...this.#look(watch, sample, nowMs));
    return transitions;
  }

  /** Time has passed until `nowMs`. */
  tick(nowMs: number): Transition[] {
    const transitions: Transition[] = [];
    for (const watch of this.#watches) {
      const { memory, timing, revised, late, isSilence } = watch;
      transitions.push(...note(watch, late.idle(nowMs)));
      if (!isSilence) transitions.push(...note(watch, wait(memory, nowMs, timing)));
      else if (this.#farmTime.isWithin(revised.rule.when, nowMs))
        transitions.push(...note(watch, waitFor(memory, nowMs, timing)));
      else {
        // Outside its hours nothing is counted.
        memory.fromMs = nowMs;
        transitions.push(...note(watch, end(memory, nowMs, 'window')));
      }
    }
    return transitions;
  }

  /** The next moment at which something may change without a reading; infinity where there is none. */
  nextMs(): number {
    return this.#watches.reduce(
      (next, { memory, timing }) => (memory.noData ? next : Math.min(next, blindMs(memory, timing) + 1)),
      Number.POSITIVE_INFINITY,
    );
  }

  /** Everything that is not simply ok. */
  states(): WatchState[] {
    return this.#watches
      .filter(({ memory }) => memory.state !== 'ok')
      .map(({ memory, revised, subject }) => ({
        ...{ rule: revised.rule.id, revision: revised.revision, subject: subject.key, anchor: subject.anchor },
        ...{ state: memory.state, noData: memory.noData, raised: memory.raised, sinceMs: memory.changedMs },
        ...{ firedMs: memory.firedMs, value: memory.value },
      }));
  }

  /** Every rule at every subject, with the handles that it needs. */
  watched(): { rule: string; subject: string; anchor: number; inputs: readonly number[] }[] {
    return this.#watches.map(({ revised, subject }) => ({
      ...{ rule: revised.rule.id, subject: subject.key, anchor: subject.anchor, inputs: subject.inputs },
    }));
  }

  /** From when to when late readings came that concern a rule, since this was asked last. */
  takeLate(): { rule: string; fromMs: number; toMs: number }[] {
    const late = Array.from(this.#late, ([rule, [fromMs, toMs]]) => ({ rule, fromMs, toMs }));
    this.#late.clear();
    return late;
  }

  /** How many rules watch how many subjects. */
  get size(): { rules: number; subjects: number } {
    return { rules: new Set(this.#watches.map((w) => w.revised.rule.id)).size, subjects: this.#watches.length };
  }

  /** The time that undated samples had turned out to be wrong by so much: what is remembered of them moves with them. */
  shift(byMs: number): void {
    for (const watch of this.#watches) {
      if (!watch.isUndated) continue;
      shift(watch.memory, byMs);
      shiftSignal(watch.signal, byMs);
      watch.floorMs += byMs;
      watch.episodes = watch.episodes.map(([from, to]) => [from + byMs, to + byMs]);
      watch.isUndated = false;
    }
  }

  #look(watch: Watch, sample: RuleSample, nowMs: number): readonly Transition[] {
    const { memory, timing, signal, subject } = watch;
    const { condition, when } = watch.revised.rule;
    const { timeMs: takenMs } = sample;
    if (!('input' in condition)) {
      watch.isUndated = sample.isUndated === true;
      if (memory.noData && takenMs > memory.seenMs) this.revived++;
      return note(watch, hear(memory, takenMs, nowMs, timing));
    }
    const news = newsFor(watch, sample);
    if (news.length === 0) return NOTHING;
    if (takenMs < watch.floorMs || news.some(([i]) => takenMs < (signal.timesMs[i] as number))) {
      const isWithin = this.#farmTime.isWithin(when, takenMs);
      const [fromMs, toMs] = this.#late.get(watch.revised.rule.id) ?? [takenMs, takenMs];
      this.#late.set(watch.revised.rule.id, [Math.min(fromMs, takenMs), Math.max(toMs, takenMs)]);
      return note(watch, watch.late.see(news, takenMs, nowMs, { ...watch, condition, isWithin }));
    }
    // The same again changes nothing.
    if (news.every(([i, value]) => takenMs === signal.timesMs[i] && Object.is(value, signal.values[i]))) return NOTHING;
    watch.isUndated = sample.isUndated === true;
    for (const [i, value] of news) {
      signal.values[i] = value;
      signal.timesMs[i] = takenMs;
    }
    const timeMs = Math.max(takenMs, memory.seenMs);
    if (!this.#farmTime.isWithin(when, timeMs)) {
      memory.seenMs = timeMs;
      return note(watch, end(memory, timeMs, 'window'));
    }
    const judged = judgeSignal(signal, subject, condition, timeMs);
    if (judged === undefined) return NOTHING;
    if (memory.noData) this.revived++;
    return note(watch, judge(memory, judged.verdict, timeMs, judged.value, nowMs, timing));
  }
}
