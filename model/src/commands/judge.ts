/**
 * Whether an actuator may be set so, now. One evaluator for the cloud, which gives an early answer, and for the gateway, which
 * has the last word. Pure. What is not known counts as the worse: an actuator that may be on is on where it must not be, and off
 * where it must be on.
 */
import type { CatalogActuator } from './command.ts';
import type { CommandReason } from './step.ts';

/** How an actuator is, as far as known. Times by whatever clock `nowMs` is of. */
export interface ActuatorNow {
  /** Whether anything is known of it. */
  isKnown: boolean;
  /** It is out of its safe state, or may be, or is about to be. */
  mayBeOut: boolean;
  /** It is on or open, and nobody is about to change that. */
  isOpen: boolean;
  /** When it left its safe state; null while it is there. */
  outSinceMs: number | null;
  /** When it came into its safe state; null while it may be out, or before anything is known. */
  safeSinceMs: number | null;
}

export interface Wish {
  actuator: string;
  /** Percent. */
  value: number;
  /** Seconds; null where none was said. */
  runS: number | null;
}

export type Refusal = Exclude<CommandReason, 'none'>;

/** Undefined where it may, or why not. Whatever leads into the safe state may always. */
export function judge(
  actuators: readonly CatalogActuator[],
  now: (id: string) => ActuatorNow,
  { actuator: id, value, runS }: Wish,
  nowMs: number,
): Refusal | undefined {
  const actuator = actuators.find((a) => a.id === id);
  if (actuator === undefined) return 'no-actuator';
  if (!actuator.percent && value !== 0 && value !== 100) return 'no-state';
  if (value === actuator.safe) return undefined;
  return (
    judgeRun(actuator, now(id), runS, nowMs) ??
    judgeGroups(actuators, now, actuator) ??
    judgeWater(actuators, now, actuator, value)
  );
}

function judgeRun(
  { maxRunS, minRestS, timed }: CatalogActuator,
  { isKnown, mayBeOut, outSinceMs, safeSinceMs }: ActuatorNow,
  runS: number | null,
  nowMs: number,
): Refusal | undefined {
  if (runS === null || runS > maxRunS) return 'run-time';
  if (!isKnown) return 'unknown-state';
  if (mayBeOut) {
    if (timed) return 'running';
    const outS = outSinceMs === null ? 0 : (nowMs - outSinceMs) / 1000;
    return outS + runS > maxRunS ? 'run-time' : undefined;
  }
  return safeSinceMs === null || nowMs - safeSinceMs < minRestS * 1000 ? 'rest' : undefined;
}

function judgeGroups(
  actuators: readonly CatalogActuator[],
  now: (id: string) => ActuatorNow,
  { id, groups }: CatalogActuator,
): Refusal | undefined {
  const others = actuators.filter((other) => other.id !== id && other.groups.some((group) => groups.includes(group)));
  return others.some((other) => now(other.id).mayBeOut) ? 'group' : undefined;
}

function judgeWater(
  actuators: readonly CatalogActuator[],
  now: (id: string) => ActuatorNow,
  { id, kind, pump, flowLpm = 0 }: CatalogActuator,
  value: number,
): Refusal | undefined {
  if (kind === 'pump' && value > 0) {
    const valves = valvesOf(actuators, id);
    return valves.length > 0 && !valves.some((valve) => now(valve.id).isOpen) ? 'no-valve' : undefined;
  }
  const capacity = actuators.find((a) => a.id === pump)?.flowLpm;
  if (pump === undefined || capacity === undefined) return undefined;
  const others = valvesOf(actuators, pump).filter((valve) => valve.id !== id && now(valve.id).mayBeOut);
  const flow = others.reduce((sum, valve) => sum + (valve.flowLpm ?? 0), flowLpm);
  return flow > capacity ? 'flow' : undefined;
}

/** Valves that a pump feeds. */
export const valvesOf = (actuators: readonly CatalogActuator[], pump: string): CatalogActuator[] =>
  actuators.filter((a) => a.kind === 'valve' && a.pump === pump);
