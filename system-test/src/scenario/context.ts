/** What checks know of a run. */
import { selected } from '@karez/firmware-sim';
import type { CheckContext } from './expect/check.ts';
import type { Plan } from './plan.ts';
import { realMs } from './times.ts';

/** Devices and more of them cost the cloud an answer each time. */
const LOOK_EVERY_MS = 500;
const LOOK_EVERY_OF_MANY_MS = 2_000;
const MANY = 200;

export function contextOf(plan: Plan): CheckContext {
  const scale = { speed: plan.speed };
  const intervalMs = (device: string) => plan.intervalsMs.get(device) ?? 0;
  return {
    ...{ scale, lastsMs: plan.lastsMs, intervalMs, rules: plan.rules.map(({ id }) => id) },
    selected: (selector) => selected(selector, plan.targets).filter((id) => plan.intervalsMs.has(id)),
    realMs: (span, devices) => realMs(span, scale, Math.max(0, ...devices.map(intervalMs))),
    lookEveryMs: plan.targets.size > MANY ? LOOK_EVERY_OF_MANY_MS : LOOK_EVERY_MS,
  };
}
