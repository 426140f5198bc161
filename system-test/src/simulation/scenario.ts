/**
 * What one run is: devices, journal, link, and which faults come when. Plain data, drawn from a seed, so that a run that
 * showed something can be kept as a file and repeated after the drawing has changed.
 */
import type { JournalPolicy } from '@karez/model';
import { Draw } from './draw.ts';
import { DRAWN, kindOf, type PlannedFault } from './faults.ts';

export interface DeviceSpec {
  id: string;
  /** node: repeats until its PUBACK. poller: asked by the gateway. logger: unloads its memory at once. */
  kind: 'node' | 'poller' | 'logger';
  profile: 'wifi-soil-node' | 'cwt-soil-7in1' | 'mavlink-sprayer';
  /** Channels of the profile that it speaks of, from the first. */
  channels: number;
  everyMs: number;
  /** How far off the device's own clock is; null where it has none. */
  ownClockMs: number | null;
  /** Messages that a node has under way at once. */
  window: number;
  /** Samples in a logger's memory, and when it unloads. */
  samples?: number;
  atMs?: number;
  /** Left out of the first configuration; a later one may have it. */
  isSpare?: boolean;
}

export interface Scenario {
  seed: number;
  /** How long faults come, and how long devices go on after them. */
  chaosMs: number;
  tailMs: number;
  devices: DeviceSpec[];
  journal: { limitBytes: number; policy: JournalPolicy };
  link: { latencyMs: number; jitterMs: number; bytesPerS: number };
  uplinkBytesPerS?: number;
  ntp: boolean;
  /** The machine's clock minus true time at the first start. */
  clockMs: number;
  faults: PlannedFault[];
}

export const ROOMY_BYTES = 50_000_000;
export const TRUE_START_MS = Date.UTC(2026, 5, 1);

const SURE: ((atMs: number, offMs: number) => PlannedFault)[] = [
  (atMs) => ({ kind: 'net.cut', atMs, forMs: 5_000 }),
  (atMs, offMs) => ({ kind: 'gateway.crash', atMs, point: 'idle', offMs, power: false }),
  (atMs, offMs) => ({ kind: 'cloud.crash', atMs, point: 'idle', offMs }),
];

/** The run of a seed. */
export function scenarioOf(seed: number): Scenario {
  const draw = new Draw(seed).stream('scenario');
  const isSmall = draw.chance(0.25);
  // Now and then long enough for what heals by itself after minutes.
  const isLong = draw.chance(0.06);
  const chaosMs = isLong ? 900_000 : draw.whole(40, 150) * 1_000;
  const devices = [...nodes(draw), ...pollers(draw), ...loggers(draw, chaosMs)];
  if (devices.length > 2 && draw.chance(0.3)) draw.pick(devices).isSpare = true;
  const scenario: Scenario = {
    ...{ seed, chaosMs, tailMs: draw.whole(20, 40) * 1_000, devices },
    journal: {
      limitBytes: isSmall ? draw.whole(20, 32) * 1_000 : ROOMY_BYTES,
      policy: draw.pick(['keep-oldest', 'keep-newest', 'thin-history']),
    },
    link: {
      latencyMs: draw.whole(5, 400),
      jitterMs: draw.whole(0, 100),
      bytesPerS: draw.pick([6_000, 20_000, 100_000, 1_000_000]),
    },
    ...(draw.chance(0.1) ? { uplinkBytesPerS: draw.pick([2_000, 20_000]) } : {}),
    ntp: draw.chance(0.3),
    clockMs: draw.pick([0, 0, 0, draw.whole(-3_000, 3_000), -TRUE_START_MS, -86_400_000, 86_400_000]),
    faults: [],
  };
  const n = draw.whole(2, 8);
  for (let i = 0; i < n; i++) {
    const kind = draw.pick(DRAWN);
    const plan = kindOf(kind).plan(draw.stream(`fault ${i}`), scenario);
    scenario.faults.push({ kind, atMs: draw.whole(2_000, isLong ? 200_000 : chaosMs - 5_000), ...plan });
  }
  // One at least that is sure to take effect.
  scenario.faults.push(draw.pick(SURE)(draw.whole(10_000, chaosMs - 5_000), draw.whole(0, 5_000)));
  if (isLong) {
    const plan = kindOf('cloud.clock').plan(draw, scenario);
    scenario.faults.push({ kind: 'cloud.clock', atMs: draw.whole(5_000, 100_000), ...plan });
    for (const device of devices) device.everyMs *= 8;
  } else if (isSmall) {
    // A small journal fills only where nothing leaves and much comes.
    scenario.faults.push({ kind: 'net.cut', atMs: 5_000, forMs: chaosMs - 10_000 });
    for (const device of devices) device.everyMs /= 2;
  }
  scenario.faults.sort((a, b) => a.atMs - b.atMs);
  return scenario;
}

function nodes(draw: Draw): DeviceSpec[] {
  return Array.from({ length: draw.whole(1, 3) }, (_, i) => {
    const hasClock = draw.chance(0.6);
    return {
      ...{ id: `node-${i + 1}`, kind: 'node' as const, profile: 'wifi-soil-node' as const },
      ...{ channels: draw.whole(1, 8), everyMs: draw.whole(8, 60) * 100 },
      ownClockMs: hasClock ? draw.pick([0, 0, 40, -90_000, 2 * 86_400_000, -TRUE_START_MS]) : null,
      // Without a time only the newest counter tells a repeat.
      window: hasClock ? draw.whole(1, 4) : 1,
    };
  });
}

function pollers(draw: Draw): DeviceSpec[] {
  return Array.from({ length: draw.whole(1, 2) }, (_, i) => {
    const isDrone = draw.chance(0.3);
    return {
      ...{ id: isDrone ? `drone-${i + 1}` : `probe-${i + 1}`, kind: 'poller' as const },
      profile: isDrone ? ('mavlink-sprayer' as const) : ('cwt-soil-7in1' as const),
      ...{ channels: draw.whole(1, 7), everyMs: draw.whole(6, 50) * 100, ownClockMs: null, window: 1 },
    };
  });
}

function loggers(draw: Draw, chaosMs: number): DeviceSpec[] {
  if (!draw.chance(0.2)) return [];
  return [
    {
      ...{ id: 'logger-1', kind: 'logger', profile: 'cwt-soil-7in1', channels: 7, everyMs: 60_000, ownClockMs: 0 },
      ...{ window: 1, samples: draw.whole(50, 400), atMs: draw.whole(1_000, chaosMs) },
    },
  ];
}
