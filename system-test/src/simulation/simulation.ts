/**
 * One run, top to bottom: start cloud, gateway and devices; let the faults come; heal everything; wait until nothing waits;
 * check. Everything is the real code on virtual time in one process; only the network, the disks' troubles and the
 * devices are made here.
 */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewaysSeen } from '@karez/cloud';
import type { Gateway } from '@karez/edge';
import type { ApiGateway } from '@karez/model';
import type { Breakage } from './breakages.ts';
import { checkEnd, type Outcome } from './checkers.ts';
import { remove } from './files.ts';
import type { Scenario } from './scenario.ts';
import { readStore } from './stored.ts';
import { type Violation, World } from './world.ts';

export type GatewayView = ReturnType<Gateway['view']>;

export interface Run extends Outcome {
  seed: number;
  violations: Violation[];
  fired: Map<string, number>;
  /** The same for two runs of one scenario. */
  hash: string;
  events: number;
  /** Virtual time that it took. */
  virtualMs: number;
  /** Readings whose age on the live bus was judged, and the greatest of them. */
  judged: number;
  besideBacklog: number;
  oldestMs: number;
}

export interface RunOptions {
  breakage?: Breakage;
  /** How long it may take until nothing waits any more, virtual. */
  drainMs?: number;
  log?: (line: string) => void;
}

const MEMORY_DISK = '/dev/shm';
const STEP_MS = 1_000;
const DRAIN_MS = 30 * 60_000;
/** Last words and settlements after everything is drained. */
const QUIET_MS = 12_000;

export async function run(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  const { breakage = {}, log = () => {}, drainMs = DRAIN_MS } = options;
  const folder = mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir(), 'karez-simulation-'));
  const world = new World(scenario, folder, breakage, log);
  try {
    const view = await live(world, drainMs);
    const seen = await shown(world);
    const outcome =
      view === undefined || seen === undefined
        ? { accepted: world.witness.accepted, stored: 0, quarantined: 0, lost: 0 }
        : checkEnd(world, readStore(world.cloud.path), { view, seen });
    if (world.fired.size === 0) world.violate('no-fault', 'no planned fault has taken effect');
    return {
      ...{ seed: scenario.seed, ...outcome, violations: world.violations, fired: world.fired },
      ...{ hash: world.trace.hash, events: world.trace.events, virtualMs: world.clock.monoMs() },
      ...{ judged: world.live.judged, besideBacklog: world.live.besideBacklog, oldestMs: world.live.oldestMs },
    };
  } finally {
    world.gateway.life?.release();
    world.cloud.parts?.disk.close();
    remove(folder);
  }
}

/** Lets it all happen; returns how the gateway is at the end, undefined where it never came to rest. */
async function live(world: World, drainMs: number): Promise<GatewayView | undefined> {
  const { scenario, clock } = world;
  await world.cloud.start();
  world.trouble.begin('link', 0);
  world.gateway.start();
  world.devices.start();
  for (const fault of scenario.faults) clock.after(fault.atMs, () => world.begin({ ...fault }));
  await clock.advance(scenario.chaosMs);
  world.heal();
  await clock.advance(scenario.tailMs);
  if (world.times.isCloudInDoubt) world.cloud.restart();
  world.devices.stop();
  const deadlineMs = clock.monoMs() + drainMs;
  while (clock.monoMs() < deadlineMs) {
    await clock.advance(STEP_MS);
    const view = world.gateway.life?.gateway?.view();
    if (view === undefined || world.devices.waiting > 0 || view.journal.waiting > 0) continue;
    await clock.advance(QUIET_MS);
    const last = world.gateway.life?.gateway?.view();
    if (last !== undefined && last.journal.waiting === 0) return last;
  }
  const view = world.gateway.life?.gateway?.view();
  const { waiting } = world.devices;
  world.violate('not-drained', `${waiting} messages wait at devices, ${view?.journal.waiting} readings at the gateway`);
  return view;
}

/** What the cloud shows of the gateway. */
async function shown({ cloud }: World): Promise<ApiGateway | undefined> {
  if (cloud.parts === undefined) return undefined;
  const { registry, disk } = cloud.parts;
  return (await gatewaysSeen(registry, disk.vault))[0];
}
