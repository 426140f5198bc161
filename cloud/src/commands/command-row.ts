/** Commands as they are kept, and what their steps make of them. */
import type { Actor, ApiCommand, CommandPhase, CommandReason, CommandStep, FarmStop } from '@karez/model';

export interface CommandRow {
  number: number;
  farm: string;
  id: string;
  gateway: string;
  actuator: string;
  value: number;
  runS: number | null;
  issuedMs: number;
  expiresMs: number;
  by: Actor;
  note: string | null;
  /** What the cloud itself refused it for. */
  refusal: CommandReason | null;
  /** Whether it may have reached its gateway. */
  offered: boolean;
  /** Its time is over, as the cloud has noticed. */
  lapsed: boolean;
}

/** A step as a gateway told it; `number` 0 belongs to no command. */
export interface StepRow {
  farm: string;
  gateway: string;
  epoch: string;
  seq: number;
  atMs: number;
  number: number;
  actuator: string;
  step: CommandStep;
  reason: CommandReason;
  value: number | null;
}

/** How an actuator is, by its newest step. */
export interface StateRow {
  farm: string;
  gateway: string;
  actuator: string;
  atMs: number;
  seq: number;
  value: number | null;
  sinceMs: number;
}

export interface StopRow extends FarmStop {
  farm: string;
}

const END_PHASES: Partial<Record<CommandStep, CommandPhase>> = {
  ended: 'done',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** What is known of a command. Steps may have come in any order; what a gateway did counts more than what it refused. */
export function standing(
  { refusal, offered, lapsed, runS }: CommandRow,
  steps: readonly StepRow[],
): Pick<ApiCommand, 'phase' | 'reason' | 'endsMs'> {
  const find = (...wanted: CommandStep[]) => steps.findLast(({ step }) => wanted.includes(step));
  const confirmed = steps.find(({ step }) => step === 'confirmed');
  const endsMs = confirmed === undefined || runS === null ? null : confirmed.atMs + runS * 1000;
  const end = find('ended', 'failed', 'interrupted');
  if (end !== undefined) return { phase: END_PHASES[end.step] as CommandPhase, reason: orNull(end.reason), endsMs };
  if (confirmed !== undefined) return { phase: 'running', reason: null, endsMs };
  if (find('taken') !== undefined) return { phase: 'acting', reason: null, endsMs };
  const refused = find('refused');
  if (refused !== undefined)
    return { phase: refused.reason === 'expired' ? 'expired' : 'refused', reason: refused.reason, endsMs };
  if (refusal !== null) return { phase: 'refused', reason: refusal, endsMs };
  if (!lapsed) return { phase: 'waiting', reason: null, endsMs };
  return { phase: offered ? 'unanswered' : 'expired', reason: null, endsMs };
}

const orNull = (reason: CommandReason): CommandReason | null => (reason === 'none' ? null : reason);
