/**
 * What is to be done about an alert now: pure, and told from its state alone, so that whatever was interrupted is taken up
 * again and nothing is done twice. life.test.ts has the table.
 */
import type { Rule, Told } from '@karez/model';
import type { AlertLife, AlertRow } from './alert-row.ts';

/** What is known besides the alert itself. */
export interface LifeContext {
  nowMs: number;
  /** Its rule is there and switched on. */
  isInForce: boolean;
  /** Whoever judged it says that it is on, now. */
  isConfirmed: boolean;
  silencedUntilMs: number | null;
}

export type StepKind = 'told' | 'over' | 'reminded' | 'escalated';

export interface Step {
  kind: StepKind;
  /** Who is told; nobody where it is only written down. */
  tell: readonly Told[];
  life: AlertLife;
}

/** An alert that fired longer ago than this when it became known is told only once it is confirmed. */
const FRESH_MS = 60_000;

/** The next step, or undefined where there is none now. */
export function nextStep(
  alert: AlertRow,
  rule: Rule,
  { nowMs, isInForce, isConfirmed, silencedUntilMs }: LifeContext,
): Step | undefined {
  const { life, state, raisedMs, reason } = alert;
  if (alert.late) return undefined;
  const isQuiet = life.inhibitedBy !== null || (silencedUntilMs !== null && silencedUntilMs > nowMs);
  if (life.toldMs === null) {
    if (state !== 'firing' || raisedMs === null || isQuiet || !isInForce) return undefined;
    if (!isConfirmed && nowMs - raisedMs > FRESH_MS) return undefined;
    return { kind: 'told', tell: rule.tell, life: { ...life, toldMs: nowMs, lastToldMs: nowMs } };
  }
  if (state === 'over') {
    if (life.isOverTold) return undefined;
    // Whoever changed a rule knows that its alerts ended.
    const tell = isQuiet || reason === 'rule' ? [] : [...rule.tell, ...escalatedTo(rule, life)];
    return { kind: 'over', tell, life: { ...life, isOverTold: true } };
  }
  if (state !== 'firing' || isQuiet || !isInForce || !isConfirmed || life.acknowledged !== null) return undefined;
  const step = rule.escalate?.[life.escalated];
  if (step !== undefined && nowMs - life.toldMs >= step.afterS * 1_000)
    return { kind: 'escalated', tell: step.tell, life: { ...life, escalated: life.escalated + 1, lastToldMs: nowMs } };
  if (rule.remindS !== undefined && nowMs - (life.lastToldMs ?? nowMs) >= rule.remindS * 1_000) {
    const tell = [...rule.tell, ...escalatedTo(rule, life)];
    return { kind: 'reminded', tell, life: { ...life, reminded: life.reminded + 1, lastToldMs: nowMs } };
  }
  return undefined;
}

/** Everybody who was told in steps so far. */
function escalatedTo({ escalate = [] }: Rule, { escalated }: AlertLife): Told[] {
  return escalate.slice(0, escalated).flatMap(({ tell }) => tell);
}
