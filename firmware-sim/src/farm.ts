/**
 * The deterministic part of the simulator: a world, and devices whose bytes and messages fall out of it as simulated time
 * moves on. No port, no clock, no chance but the seed's: the same seed, start and host bytes at the same times give the
 * same output bit for bit.
 */
import type { SimConfig } from './config.ts';
import { deviceOf, type SerialDevice } from './devices.ts';
import { type Emission, type FaultCommand, Faults } from './faults.ts';
import { type NodeMessage, nodeMessage } from './node/message.ts';
import { chance } from './world/noise.ts';
import { World } from './world/world.ts';

export interface FarmOutput {
  /** Bytes leave a line, by its place in the configuration. */
  bytes(line: number, bytes: Uint8Array): void;
  /** A node has taken a sample. */
  message(device: string, message: NodeMessage): void;
}

export interface FarmOptions {
  seed: number;
  startMs: number;
  /** The number that every node's first message carries. */
  firstCounter: number;
}

interface Due {
  atMs: number;
  everyMs: number;
  run(): void;
}

/** Nodes do not wake to the millisecond. */
const NODE_JITTER_MS = 200;

export class Farm {
  readonly world: World;
  readonly faults: Faults;
  readonly #output: FarmOutput;
  readonly #devices: SerialDevice[];
  readonly #due: Due[] = [];

  constructor(config: SimConfig, { seed, startMs, firstCounter }: FarmOptions, output: FarmOutput) {
    this.#output = output;
    const lines = config.lines ?? [];
    const drone = lines.find((line) => line.type === 'mavlink');
    this.world = new World({
      ...{ seed, startMs, site: config.site, fields: config.fields },
      ...(drone === undefined ? {} : { drone: { fields: drone.fields, base: drone.base } }),
    });
    this.faults = new Faults(seed, deviceKinds(config));
    this.#devices = lines.map((line) => deviceOf(line, this.world));
    for (const [line, device] of this.#devices.entries()) {
      if (device.everyMs === undefined) continue;
      this.#due.push({
        atMs: startMs + device.everyMs,
        everyMs: device.everyMs,
        run: () => this.#send(line, device.tick()),
      });
    }
    const intervalMs = (config.nodes?.intervalS ?? 0) * 1_000;
    for (const { device, field, depthsCm } of config.nodes?.devices ?? []) {
      let n = firstCounter;
      const offsetMs = Math.floor(chance(seed, `${device} phase`) * intervalMs);
      this.#due.push({
        atMs: startMs + offsetMs,
        everyMs: intervalMs,
        run: () => {
          if (this.faults.silences(device)) return;
          const t = Math.round(this.world.nowMs + NODE_JITTER_MS * chance(seed, `${device} jitter`, n));
          output.message(device, nodeMessage(this.world, { device, field, depthsCm }, n++, t));
        },
      });
    }
  }

  get nowMs(): number {
    return this.world.nowMs;
  }

  /** Lets simulated time pass until `toMs`; what falls due on the way happens in the order of time. */
  advance(toMs: number): void {
    for (;;) {
      let next: Due | undefined;
      for (const due of this.#due) if (due.atMs <= toMs && (next === undefined || due.atMs < next.atMs)) next = due;
      if (next === undefined) break;
      this.world.advance(next.atMs);
      next.run();
      next.atMs += next.everyMs;
    }
    this.world.advance(toMs);
  }

  /** Bytes of the host arrive on a line, now. */
  take(line: number, bytes: Uint8Array): void {
    this.#send(line, (this.#devices[line] as SerialDevice).take(bytes));
  }

  /** A fault command, as it came in. Throws REQUEST_INVALID. */
  command(value: unknown): FaultCommand {
    return this.faults.command(value);
  }

  #send(line: number, emissions: Emission[]): void {
    for (const emission of emissions) {
      const bytes = this.faults.pass(emission);
      if (bytes !== undefined) this.#output.bytes(line, bytes);
    }
  }
}

function deviceKinds(config: SimConfig): Map<string, 'line' | 'node'> {
  const kinds = new Map<string, 'line' | 'node'>();
  for (const line of config.lines ?? []) {
    if (line.type === 'modbus') for (const probe of line.probes) kinds.set(probe.device, 'line');
    else kinds.set(line.device, 'line');
  }
  for (const { device } of config.nodes?.devices ?? []) kinds.set(device, 'node');
  return kinds;
}
