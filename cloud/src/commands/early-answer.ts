/** What the gateway would probably say, from what the cloud knows: the same judge, and what is under way counted as done. */
import { type ActuatorNow, type CatalogActuator, isOver, judge, type Refusal, type Wish } from '@karez/model';
import { type StateRow, standing } from './command-row.ts';
import type { Commanded } from './commands-db.ts';

export interface Picture {
  actuators: readonly CatalogActuator[];
  states(id: string): StateRow | undefined;
  /** Commands that are not over. */
  open: readonly Commanded[];
}

/** Undefined where nothing speaks against it. */
export function earlyAnswer({ actuators, states, open }: Picture, wish: Wish, nowMs: number): Refusal | undefined {
  const now = (id: string): ActuatorNow => {
    const safe = actuators.find((a) => a.id === id)?.safe ?? 0;
    const state = states(id);
    const underWay = open.filter(
      ({ row, steps }) => row.actuator === id && row.value !== safe && !isOver(standing(row, steps).phase),
    );
    const confirmed = underWay.flatMap(({ steps }) => steps.filter((s) => s.step === 'confirmed'));
    const isSafe = state?.value === safe;
    return {
      isKnown: state !== undefined && state.value !== null,
      mayBeOut: !isSafe || underWay.length > 0,
      isOpen: (state?.value ?? 0) > 0 && confirmed.length > 0,
      outSinceMs: isSafe || confirmed.length === 0 ? null : Math.min(...confirmed.map((s) => s.atMs)),
      safeSinceMs: isSafe && underWay.length === 0 ? (state?.sinceMs ?? null) : null,
    };
  };
  return judge(actuators, now, wish, nowMs);
}
