/**
 * Transitions: what a rule's evaluation says when something changes, and how that is written as plain numbers, so that a
 * gateway journals and sends it like any other sample (docs/decisions/0011).
 */

/** The states of a rule at one subject, in the order of their numbers. */
export const ALERT_STATES = ['ok', 'pending', 'firing', 'recovering'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Why a transition came about, in the order of their numbers. */
export const REASONS = [
  /** A reading was judged. */
  'reading',
  /** Time passed without one. */
  'time',
  /** The rule's hours or season ended. */
  'window',
  /** The rule was changed, switched off or removed, or its subject left. */
  'rule',
] as const;
export type Reason = (typeof REASONS)[number];

/** What changed at one subject of a rule. */
export interface Change {
  state: AlertState;
  /** Nothing was heard for so long that the state may be wrong by now. */
  noData: boolean;
  /**
   * People were told, or are to be told now: it fires, and the reading that says so was fresh when it came. An alert that fires
   * on readings of the past is only raised once a fresh one confirms it.
   */
  raised: boolean;
  /** From readings that came after newer ones: it is over, and is written into the history. Says nothing of now. */
  late: boolean;
  reason: Reason;
  /** When it came about: the time of the reading, or the moment at which enough time had passed. UTC milliseconds. */
  timeMs: number;
  /** When the alert began to fire that goes on, or ends here; null where there is none. */
  firedMs: number | null;
  /** What was judged, in the unit of the condition; NaN where nothing was. */
  value: number;
}

/** A change without its time and value. */
export type ChangeKind = Omit<Change, 'timeMs' | 'firedMs' | 'value'>;

/** State, flags and reason as one small whole number. */
export function codeOfChange({ state, noData, raised, late, reason }: ChangeKind): number {
  return (
    ALERT_STATES.indexOf(state) + (noData ? 4 : 0) + (late ? 8 : 0) + (raised ? 16 : 0) + REASONS.indexOf(reason) * 32
  );
}

/** The reverse; undefined for a number that says nothing. */
export function changeOfCode(code: number): ChangeKind | undefined {
  if (!Number.isInteger(code) || code < 0 || code >= REASONS.length * 32) return undefined;
  return {
    state: ALERT_STATES[code & 3] as AlertState,
    noData: (code & 4) !== 0,
    late: (code & 8) !== 0,
    raised: (code & 16) !== 0,
    reason: REASONS[code >> 5] as Reason,
  };
}
