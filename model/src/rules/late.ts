/**
 * Readings that came after newer ones: judged on the side, in their own order, so that they never touch the present state. What
 * they show is history: an alert that began and ended, marked late. One that is known already, because the same readings
 * came before or because others told it, is not told again.
 */
import type { Subject } from './bind.ts';
import { judge, type Memory, newMemory, type Timing } from './machine.ts';
import type { ValueCondition } from './rule.ts';
import { judgeSignal, newSignal, type Signal } from './signal.ts';
import type { Change } from './transition.ts';

/** From when to when it fired; still firing where there is no end. */
export type Episode = [fromMs: number, toMs: number];

/** What is judged by, and what is known to have been. */
export interface LateContext {
  subject: Subject;
  condition: ValueCondition;
  timing: Timing;
  /** Whether the rule watched at that time. */
  isWithin: boolean;
  episodes: readonly Episode[];
}

interface Run {
  memory: Memory;
  signal: Signal;
  lastMs: number;
  touchedMs: number;
  /** Since when the present alert fires, and when it was last met; null where it does not, or was known. */
  firedMs: number | null;
  metMs: number;
}

/** Without more of it for so long, a run is over. */
const IDLE_MS = 300_000;

export class LateRun {
  #run: Run | undefined;

  /** Takes values of a sample that came late, by input. */
  see(news: readonly [input: number, value: number][], timeMs: number, nowMs: number, context: LateContext): Change[] {
    const { subject, condition, timing } = context;
    const changes = this.#run !== undefined && timeMs < this.#run.lastMs ? this.#close() : [];
    this.#run ??= {
      ...{ memory: newMemory(timeMs), signal: newSignal(subject.inputs.length), lastMs: timeMs, touchedMs: nowMs },
      ...{ firedMs: null, metMs: timeMs },
    };
    const run = this.#run;
    run.lastMs = timeMs;
    run.touchedMs = nowMs;
    for (const [i, value] of news) {
      run.signal.values[i] = value;
      run.signal.timesMs[i] = timeMs;
    }
    if (!context.isWithin) return [...changes, ...this.#close()];
    const judged = judgeSignal(run.signal, subject, condition, timeMs);
    if (judged === undefined) return changes;
    const { verdict, value } = judged;
    if (verdict === 'met') run.metMs = timeMs;
    const before = run.memory.state;
    judge(run.memory, verdict, timeMs, value, nowMs, timing);
    const { state } = run.memory;
    const isOn = (s: Change['state']) => s === 'firing' || s === 'recovering';
    if (isOn(state) && !isOn(before)) {
      const isKnown = context.episodes.some(([from, to]) => timeMs >= from && timeMs <= to);
      run.firedMs = isKnown ? null : timeMs;
      if (!isKnown) changes.push(lateChange('firing', timeMs, timeMs, value));
    } else if (state === 'ok' && isOn(before) && run.firedMs !== null) {
      changes.push(lateChange('ok', timeMs, run.firedMs, value));
      run.firedMs = null;
    }
    return changes;
  }

  /** Ends what nothing more came for. What still fired then did so at least until it was last seen to. */
  idle(nowMs: number): Change[] {
    return this.#run !== undefined && nowMs - this.#run.touchedMs > IDLE_MS ? this.#close() : [];
  }

  #close(): Change[] {
    const run = this.#run;
    this.#run = undefined;
    return run === undefined || run.firedMs === null
      ? []
      : [lateChange('ok', run.metMs, run.firedMs, run.memory.value)];
  }
}

function lateChange(state: 'firing' | 'ok', timeMs: number, firedMs: number, value: number): Change {
  return { state, timeMs, firedMs, value, late: true, raised: false, noData: false, reason: 'reading' };
}
