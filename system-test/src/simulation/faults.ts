/**
 * The faults, as data: how each is drawn, what it does when it comes and goes, how long live readings may still feel it.
 * While a fault is active the parts that it concerns ask for it (world.active); it counts as fired where it took effect.
 */
import type { Draw } from './draw.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

export interface PlannedFault {
  kind: FaultName;
  atMs: number;
  /** How long it lasts; left out, it is over with its effect. */
  forMs?: number;
  [parameter: string]: number | string | boolean | undefined;
}

interface FaultKind {
  plan(draw: Draw, scenario: Scenario): { forMs?: number; [parameter: string]: number | string | boolean | undefined };
  start?(world: World, fault: PlannedFault): void;
  end?(world: World, fault: PlannedFault): void;
  /** How much more often than others it is drawn. */
  weight?: number;
  /** So long after its end the live values may still be late for it. */
  afterMs?: number;
}

/** Where a gateway may die: around every call to its journal, and on the way to the cloud and back. */
const GATEWAY_POINTS = [
  ...['before-commit', 'after-commit', 'before-settle', 'after-settle', 'before-date', 'after-date', 'before-number'],
  ...['after-number', 'after-remember', 'before-batch', 'after-send', 'before-ack', 'idle'],
] as const;
const CLOUD_POINTS = [
  ...['before-commit', 'after-commit', 'after-ack', 'before-setInventory', 'after-setInventory', 'after-quarantine'],
  ...['idle'],
] as const;

/** Whether the machine loses power with its process, and what its clock says afterwards. */
function power(draw: Draw) {
  return { power: draw.chance(0.4), clockMs: draw.pick([0, 0, -1, -7_200_000, 86_400_000]) };
}
const seconds = (draw: Draw, low: number, high: number) => draw.whole(low * 1_000, high * 1_000);
/** A batch that got lost is sent again after its time is up, which doubles each time. */
const LOST_MS = 330_000;
/** The cloud lets its store rest and tells gateways to come later. */
const REST_MS = 45_000;

/** A gateway that has kept a wrong time does not give it up at once. */
const CONTRADICTED_MS = 850_000;

export type FaultName = keyof typeof FAULTS;

export const FAULTS = {
  'net.loss': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 40), share: draw.between(0.05, 0.6) }),
    afterMs: LOST_MS,
  },
  'net.delay': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 40), ms: draw.pick([500, 3_000, 12_000, 25_000]) }),
    afterMs: LOST_MS,
  },
  'net.duplicate': { plan: (draw) => ({ forMs: seconds(draw, 5, 60), share: draw.between(0.1, 1) }) },
  'net.reorder': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 60), share: draw.between(0.1, 0.9), ms: draw.whole(100, 5_000) }),
    afterMs: 30_000,
  },
  'net.cut': {
    plan: (draw) => ({ forMs: seconds(draw, 1, 90) }),
    start: (world) => world.network.cut(),
  },
  'net.half-open': {
    plan: (draw) => ({ forMs: seconds(draw, 1, 60) }),
    start: (world) => world.network.silence(),
  },
  'net.broker-drops': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 40), share: draw.between(0.2, 1) }),
    afterMs: LOST_MS,
  },
  'net.slow': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 60), bytesPerS: draw.pick([200, 600, 1_500]) }),
    afterMs: LOST_MS,
  },
  'gateway.crash': {
    plan: (draw) => ({ point: draw.pick(GATEWAY_POINTS), offMs: seconds(draw, 0, 20), ...power(draw) }),
    start: (world, fault) => fault.point === 'idle' && world.gateway.trip('idle'),
    weight: 4,
  },
  'gateway.restart': { plan: () => ({}), start: (world) => world.gateway.restart() },
  'gateway.reconfigure': {
    plan: (draw) => ({ without: draw.whole(0, 3), added: draw.whole(0, 2), turned: draw.chance(0.5) }),
    start: (world, fault) => world.gateway.reconfigure(fault),
  },
  'disk.lie': {
    plan: (draw) => ({
      ...{ forMs: seconds(draw, 1, 40), offMs: seconds(draw, 0, 20), ...power(draw), power: true },
      ...{ hint: draw.pick(['kept', 'old']), identity: draw.pick(['kept', 'old']) },
    }),
    start: (world, fault) => world.gateway.beginLie(fault),
    weight: 2,
    end: (world, fault) => world.gateway.crash(fault),
  },
  'disk.torn': {
    plan: (draw) => ({
      ...{ offMs: seconds(draw, 0, 20), ...power(draw), power: true },
      ...{ bytes: draw.whole(1, draw.pick([64, 2_000, 16_000])), file: draw.pick(['-wal', '-wal', '']) },
    }),
    start: (world, fault) => world.gateway.crash(fault),
    weight: 2,
  },
  'disk.rot': {
    plan: (draw) => ({ bits: draw.pick([1, 1, 3, 50]), file: draw.pick(['', '', '-wal']) }),
    start: (world, fault) => world.gateway.disk.rot(fault),
  },
  'disk.full': { plan: (draw) => ({ forMs: seconds(draw, 1, 40) }) },
  'disk.slow': { plan: (draw) => ({ forMs: seconds(draw, 1, 40), ms: draw.pick([100, 500, 3_000]) }), afterMs: 10_000 },
  'clock.step': {
    plan: (draw) => ({ ms: draw.pick([-3_600_000, -5_000, 5_000, 86_400_000, -30 * 86_400_000]) }),
    start: (world, fault) => world.gateway.stepClock(fault),
  },
  'clock.no-ntp': { plan: (draw) => ({ forMs: seconds(draw, 10, 120) }) },
  'cloud.clock': {
    plan: (draw) => ({
      forMs: seconds(draw, 5, 60),
      ms: draw.pick([-86_400_000, -7_200_000, -20_000, 20_000, 3_000_000, 86_400_000]),
    }),
    start: (world, fault) => world.times.cloudWrong(fault),
    afterMs: CONTRADICTED_MS,
  },
  'cloud.crash': {
    plan: (draw) => ({ point: draw.pick(CLOUD_POINTS), offMs: seconds(draw, 0, 20) }),
    start: (world, fault) => fault.point === 'idle' && world.cloud.trip('idle'),
    weight: 3,
    afterMs: REST_MS,
  },
  'cloud.unavailable': {
    plan: (draw) => ({
      forMs: seconds(draw, 1, 40),
      share: draw.pick([0.3, 1]),
      method: draw.pick(['commit', 'commit', 'quarantine', 'setInventory', 'setWords']),
    }),
    afterMs: REST_MS,
  },
  'cloud.slow': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 40), ms: draw.pick([300, 2_000, 8_000]) }),
    afterMs: REST_MS,
  },
  'cloud.busy': {
    plan: (draw) => ({ forMs: seconds(draw, 5, 40), share: draw.between(0.1, 1), ms: draw.whole(200, 20_000) }),
    afterMs: REST_MS,
  },
  'cloud.refuse': { plan: (draw) => ({ share: draw.pick([0.02, 0.2]) }) },
  'node.deaf': { plan: (draw) => ({ forMs: seconds(draw, 5, 60), share: draw.between(0.1, 1) }) },
  'node.reset': { plan: () => ({}), start: (world) => world.devices.resetNodes() },
} as const satisfies Record<string, FaultKind>;

export function kindOf(name: FaultName): FaultKind {
  return FAULTS[name];
}

/** Every kind, as often as it is to be drawn. */
export const DRAWN: FaultName[] = (Object.keys(FAULTS) as FaultName[]).flatMap((name) =>
  Array<FaultName>(kindOf(name).weight ?? 1).fill(name),
);
