/**
 * The rules of a gateway as one more device of it: each transition is a sample of four readings, with the time of the event.
 * So it is journaled, dated, sent and acknowledged like any other, exactly once, in every version of the wire
 * (docs/decisions/0011).
 */
import { QUALITY } from '../reading.ts';
import { type Change, type ChangeKind, changeOfCode, codeOfChange } from './transition.ts';

export const ALERT_DEVICE = 'alerts';
export const ALERT_PROFILE = 'karez-alerts';
/** Its channels, in the order of a sample. */
export const ALERT_QUANTITIES = ['alert.rule', 'alert.subject', 'alert.state', 'alert.value'] as const;

/** What a sample says, as far as the four numbers tell. */
export interface AlertSample extends ChangeKind {
  /** Revision of the farm's rules at which the rule got its present wording. */
  revision: number;
  /** Number of the channel that stands for the subject. */
  anchor: number;
  value: number;
}

/** A transition as values and qualities, in the order of the channels. */
export function alertColumns(transition: Omit<Change, 'timeMs' | 'firedMs'> & { revision: number; anchor: number }): {
  values: number[];
  qualities: number[];
} {
  const { revision, anchor, value } = transition;
  return {
    values: [revision, anchor, codeOfChange(transition), value],
    qualities: [0, 0, 0, Number.isNaN(value) ? QUALITY.ABSENT : 0],
  };
}

/** The reverse; undefined where the numbers say nothing. */
export function readAlertColumns([revision, anchor, code, value]: readonly number[]): AlertSample | undefined {
  const kind = changeOfCode(code as number);
  const isWhole = (n: number | undefined, least: number): n is number =>
    Number.isSafeInteger(n) && (n as number) >= least;
  if (kind === undefined || !isWhole(revision, 1) || !isWhole(anchor, 1)) return undefined;
  return { ...kind, revision, anchor, value: value ?? Number.NaN };
}
