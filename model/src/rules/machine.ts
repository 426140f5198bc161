/**
 * The states of one rule at one subject (a channel, a device, a gateway), moved on by judgements in the order of their
 * times. No clock: the time of the reading decides. The table in machine.test.ts is the specification; in words:
 *
 *   ok         met → pending, or firing at once where nothing must last
 *   pending    met long enough → firing; neither → the count begins anew; clear → ok
 *   firing     clear → recovering, or ok at once where nothing must last
 *   recovering clear long enough → ok; neither → the count begins anew; met → firing, the same alert
 *
 * A gap without readings proves nothing: what must last is counted anew after it. Where a subject has fired too often
 * lately it stays on until it was clear for as long as that "lately" is, so that flapping tells once.
 */
import type { AlertState, Change, Reason } from './transition.ts';

/** What a value is to a condition: beyond the threshold, between threshold and recovery, or recovered. */
export type Verdict = 'met' | 'between' | 'clear';

export interface Timing {
  forMs: number;
  recoverForMs: number;
  /** Without a value for longer than this, nothing is known. */
  gapMs: number;
  /** A judgement is fresh within this age. */
  freshMs: number;
  /** So many firings within a time are the most; then it is held. */
  atMost: number;
  withinMs: number;
}

export interface Memory {
  state: AlertState;
  noData: boolean;
  raised: boolean;
  /** Time of the last change; no later one is ever dated before it. */
  changedMs: number;
  /** Time of the last judgement, or word; minus infinity before the first. */
  seenMs: number;
  /** When watching began. */
  fromMs: number;
  /** Since when it is met, or clear, without a break; null where it is not. */
  metMs: number | null;
  clearMs: number | null;
  /** When it began to fire; null where it does not. */
  firedMs: number | null;
  /** Times of the last firings, oldest first. */
  firings: number[];
  value: number;
}

/** A subject of which nothing is known yet. @param fromMs when watching begins: silence counts from there. */
export function newMemory(fromMs: number): Memory {
  const never = Number.NEGATIVE_INFINITY;
  return {
    ...{ state: 'ok', noData: false, raised: false, changedMs: never, seenMs: never, fromMs },
    ...{ metMs: null, clearMs: null, firedMs: null, firings: [], value: Number.NaN },
  };
}

const NOTHING: readonly Change[] = [];

/**
 * Takes the judgement of a value at `timeMs`, not before the last one.
 * @param nowMs when it is judged: later than `timeMs` where the reading came late.
 */
export function judge(
  memory: Memory,
  verdict: Verdict,
  timeMs: number,
  value: number,
  nowMs: number,
  timing: Timing,
): readonly Change[] {
  // Of what was before the first judgement, after a restart, nothing is known: it is taken to have gone on.
  if (timeMs - memory.seenMs > timing.gapMs && memory.seenMs !== Number.NEGATIVE_INFINITY) {
    memory.metMs = null;
    memory.clearMs = null;
  }
  memory.seenMs = Math.max(memory.seenMs, timeMs);
  memory.value = value;
  memory.metMs = verdict === 'met' ? (memory.metMs ?? timeMs) : null;
  memory.clearMs = verdict === 'clear' ? (memory.clearMs ?? timeMs) : null;
  const before = memory.state;
  const wasBlind = memory.noData;
  const wasRaised = memory.raised;
  memory.state = nextState(memory, verdict, timeMs, timing);
  memory.noData = false;
  if (memory.state === 'ok') memory.raised = false;
  else if (memory.state === 'firing') memory.raised ||= nowMs - timeMs <= timing.freshMs;
  if (memory.state === before && memory.raised === wasRaised && (!wasBlind || before === 'ok')) return NOTHING;
  return [changed(memory, timeMs, 'reading')];
}

function nextState(memory: Memory, verdict: Verdict, timeMs: number, timing: Timing): AlertState {
  const { state } = memory;
  const lasts = (sinceMs: number | null, forMs: number) => sinceMs !== null && timeMs - sinceMs >= forMs;
  if (state === 'ok' || state === 'pending') {
    if (verdict === 'clear') return 'ok';
    if (verdict !== 'met') return state;
    return lasts(memory.metMs, timing.forMs) ? fire(memory, timeMs, timing) : 'pending';
  }
  if (verdict === 'met') return state === 'firing' ? state : fire(memory, timeMs, timing);
  if (verdict !== 'clear') return state;
  const held = isHeld(memory, timeMs, timing);
  if (lasts(memory.clearMs, held ? Math.max(timing.withinMs, timing.recoverForMs) : timing.recoverForMs)) return 'ok';
  return held ? state : 'recovering';
}

function fire(memory: Memory, timeMs: number, { withinMs, atMost }: Timing): AlertState {
  if (memory.state !== 'recovering') memory.firedMs = timeMs;
  memory.firings = [...memory.firings.filter((t) => timeMs - t < withinMs), timeMs].slice(-atMost);
  return 'firing';
}

/** Whether it has fired as often as it may lately: told often enough, it stays on. */
function isHeld({ firings, clearMs }: Memory, timeMs: number, { atMost, withinMs }: Timing): boolean {
  const oldest = firings[0];
  return firings.length >= atMost && oldest !== undefined && (clearMs ?? timeMs) - oldest < withinMs;
}

/** When something changes if nothing is heard until then. */
export function blindMs({ seenMs, fromMs }: Memory, { gapMs }: Timing): number {
  return Math.max(seenMs, fromMs) + gapMs;
}

/** Lets time pass until `nowMs`: without a value for too long, the state may be wrong by now. */
export function wait(memory: Memory, nowMs: number, timing: Timing): readonly Change[] {
  const timeMs = blindMs(memory, timing);
  if (memory.noData || nowMs <= timeMs) return NOTHING;
  memory.noData = true;
  return memory.state === 'ok' ? NOTHING : [changed(memory, timeMs, 'time')];
}

/** The same where silence itself is the alert. */
export function waitFor(memory: Memory, nowMs: number, timing: Timing): readonly Change[] {
  const timeMs = blindMs(memory, timing);
  if (nowMs <= timeMs) return NOTHING;
  memory.noData = true;
  memory.clearMs = null;
  if (memory.state === 'firing') return NOTHING;
  memory.state = fire(memory, timeMs, timing);
  memory.raised = true;
  return [changed(memory, timeMs, 'time')];
}

/** Something was heard that was taken at `timeMs`; only what is fresh ends a silence. */
export function hear(memory: Memory, timeMs: number, nowMs: number, timing: Timing): readonly Change[] {
  if (timeMs <= memory.seenMs) return NOTHING;
  memory.noData = false;
  if (memory.state !== 'ok' && nowMs - timeMs <= timing.gapMs)
    return judge(memory, 'clear', timeMs, Number.NaN, nowMs, timing);
  memory.seenMs = timeMs;
  return NOTHING;
}

/** Ends whatever state there is, for a reason that no reading gave. */
export function end(memory: Memory, timeMs: number, reason: Reason): readonly Change[] {
  const before = memory.state;
  Object.assign(memory, { state: 'ok', raised: false, metMs: null, clearMs: null });
  return before === 'ok' ? NOTHING : [changed(memory, timeMs, reason)];
}

function changed(memory: Memory, timeMs: number, reason: Reason): Change {
  const { state, noData, raised, value, firedMs } = memory;
  memory.changedMs = Math.max(memory.changedMs, timeMs);
  if (state === 'ok') memory.firedMs = null;
  return { state, noData, raised, late: false, reason, timeMs: memory.changedMs, firedMs, value };
}

/** Moves all times by so much, where they were taken by a clock that was not known yet. */
export function shift(memory: Memory, byMs: number): void {
  const moved = (ms: number | null) => (ms === null ? null : ms + byMs);
  memory.changedMs += byMs;
  memory.seenMs += byMs;
  memory.fromMs += byMs;
  memory.metMs = moved(memory.metMs);
  memory.clearMs = moved(memory.clearMs);
  memory.firedMs = moved(memory.firedMs);
  memory.firings = memory.firings.map((t) => t + byMs);
}
