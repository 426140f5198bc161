/** Makes a scenario that shows something smaller while it still shows it: fewer faults, fewer devices, less time. */
import type { Scenario } from './scenario.ts';

/** @param shows whether a scenario still shows what is looked for. */
export async function shrink(scenario: Scenario, shows: (smaller: Scenario) => Promise<boolean>): Promise<Scenario> {
  let best = scenario;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const smaller of smallerOnes(best)) {
      if (!(await shows(smaller))) continue;
      best = smaller;
      isSmaller = true;
      break;
    }
  }
  return best;
}

function* smallerOnes(scenario: Scenario): Generator<Scenario> {
  const { faults, devices, chaosMs, tailMs } = scenario;
  for (const i of faults.keys()) yield { ...scenario, faults: faults.toSpliced(i, 1) };
  if (devices.length > 1) for (const i of devices.keys()) yield { ...scenario, devices: devices.toSpliced(i, 1) };
  for (const [i, device] of devices.entries())
    if (device.channels > 1) yield { ...scenario, devices: devices.with(i, { ...device, channels: 1 }) };
  const lastMs = Math.max(0, ...faults.map(({ atMs, forMs = 0 }) => atMs + forMs));
  for (const shorter of [lastMs + 5_000, Math.round(chaosMs * 0.7)])
    if (shorter < chaosMs - 1_000) yield { ...scenario, chaosMs: shorter };
  if (tailMs > 5_000) yield { ...scenario, tailMs: 5_000 };
}
