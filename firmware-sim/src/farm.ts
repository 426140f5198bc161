/**
 * The deterministic part of the simulator: a world, and devices whose bytes and messages fall out of it as simulated time
 * moves on. No port, no clock, no chance but the seed's: the same seed, start and host bytes at the same times give the
 * same output bit for bit.
 */
import type { SimConfig } from './config.ts';
import type { FaultCommand } from './faults/fault-order.ts';
import type { Emission } from './faults/fault-table.ts';
import { Faults, type PowerEvent } from './faults/faults.ts';
import { targetsOf } from './faults/targets.ts';
import type { SerialDevice } from './lines/line-kind.ts';
import { kindOf } from './lines/line-table.ts';
import { type NodeMessage, type NodePlace, nodeMessage } from './node/message.ts';
import type { Told } from './node/told.ts';
import type { Teller } from './publishers/publisher-kind.ts';
import { publisherKindOf } from './publishers/publisher-table.ts';
import type { Recording } from './replay/recording.ts';
import type { Senses } from './senses.ts';
import { chance } from './world/noise.ts';
import { World } from './world/world.ts';

export interface FarmOutput {
  /** Bytes leave a line, by its place in the configuration. */
  bytes(line: number, bytes: Uint8Array): void;
  /** A node sends a message of a sample: this one, or one from before. */
  message(device: string, message: NodeMessage): void;
  /** A publisher, by its place in the configuration, tells of a sample. */
  told?(publisher: number, told: Told): void;
  /** A node or a device of a publisher loses its power, or has it again. */
  power(device: string, isOn: boolean): void;
}

export interface FarmOptions {
  seed: number;
  startMs: number;
  /** The number that every node's first message carries. */
  firstCounter: number;
  /** What right clocks of devices say at a moment of simulated time, ms since 1970. Default that moment itself. */
  deviceClock?(simulatedMs: number): number;
  /**
   * Simulated time in a unit of the devices' own time, for what has a pace of its own: packets of a console, frames of a
   * radio. Default 1.
   */
  pace?: number;
  /** Recorded tables that devices of the configuration play, by id. */
  recordings?: ReadonlyMap<string, Recording>;
}

interface Due {
  atMs: number;
  /** Undefined where it happens once. */
  everyMs: number | undefined;
  run(): void;
}

/** Nodes do not wake to the millisecond. */
const NODE_JITTER_MS = 200;

export class Farm {
  readonly world: World;
  readonly faults: Faults;
  readonly #seed: number;
  readonly #output: FarmOutput;
  readonly #senses: Senses;
  readonly #devices: SerialDevice[];
  /** The line of each device that is on one. */
  readonly #lineOf = new Map<string, number>();
  readonly #tellers: Teller<Told>[];
  /** The publisher of each device that has one. */
  readonly #publisherOf = new Map<string, number>();
  readonly #due: Due[] = [];

  constructor(config: SimConfig, options: FarmOptions, output: FarmOutput) {
    const { seed, startMs, firstCounter, deviceClock = (ms: number) => ms, pace = 1 } = options;
    this.#seed = seed;
    this.#output = output;
    const lines = config.lines ?? [];
    this.world = new World({
      ...{ seed, startMs, site: config.site, fields: config.fields },
      drones: lines.flatMap((line) => kindOf(line).drones?.(line) ?? []),
      spells: (config.weather ?? []).map(({ kind, afterS = 0, forS }) => ({
        ...{
          kind,
          fromMs: startMs + afterS * 1_000,
          toMs: startMs + (afterS + forS) * 1_000,
          isOldAlready: afterS === 0,
        },
      })),
    });
    const faults = new Faults(seed, targetsOf(config), () => this.world.nowMs, deviceClock);
    this.faults = faults;
    this.#senses = {
      world: this.world,
      felt: (device, values, sensor) => faults.felt(device, values, sensor),
      clockMs: (device) => faults.clockMs(device),
      play: (id) => {
        const recording = options.recordings?.get(id);
        if (recording === undefined) throw new Error(`recording ${id} was not read`);
        return recording.player(startMs, () => this.world.nowMs);
      },
    };
    this.#devices = lines.map((line, i) => {
      for (const { id } of kindOf(line).devices(line)) this.#lineOf.set(id, i);
      return kindOf(line).open(line, this.#senses);
    });
    for (const [line, device] of this.#devices.entries())
      if (device.everyMs !== undefined)
        this.#after(device.everyMs * pace, device.everyMs * pace, () => this.#send(line, device.tick()));
    for (const place of config.nodes?.devices ?? []) {
      const intervalMs = (place.intervalS ?? config.nodes?.intervalS ?? 0) * 1_000;
      const state = { n: firstCounter, jitterMs: Math.min(NODE_JITTER_MS, intervalMs / pace / 2) };
      const offsetMs = Math.floor(chance(seed, `${place.device} phase`) * intervalMs);
      this.#after(offsetMs, intervalMs, () => this.#sample(place, state));
    }
    this.#tellers = (config.publishers ?? []).map((publisher, i) => {
      const kind = publisherKindOf(publisher);
      const teller = kind.teller(publisher, this.#senses);
      for (const { id } of kind.devices(publisher)) {
        this.#publisherOf.set(id, i);
        const everyMs = kind.everyS(publisher, id) * 1_000;
        this.#after(Math.floor(chance(seed, `${id} phase`) * everyMs), everyMs, () => this.#tell(i, teller, id));
      }
      return teller;
    });
    for (const [i, fault] of (config.faults ?? []).entries()) this.#order(fault, `faults.${i}`);
  }

  get nowMs(): number {
    return this.world.nowMs;
  }

  /** Lets simulated time pass until `toMs`; what falls due on the way happens in the order of time. */
  advance(toMs: number): void {
    for (;;) {
      let next = 0;
      for (const [i, due] of this.#due.entries()) if (due.atMs < (this.#due[next] as Due).atMs) next = i;
      const due = this.#due[next];
      if (due === undefined || due.atMs > toMs) break;
      this.world.advance(due.atMs);
      if (due.everyMs === undefined) this.#due.splice(next, 1);
      else due.atMs += due.everyMs;
      due.run();
    }
    this.world.advance(toMs);
  }

  /** Bytes of the host arrive on a line, now. */
  take(line: number, bytes: Uint8Array): void {
    this.#send(line, (this.#devices[line] as SerialDevice).take(bytes));
  }

  /** An order for a fault, as it came in. Throws REQUEST_INVALID. */
  command(value: unknown): FaultCommand {
    return this.#order(value, 'command');
  }

  #order(value: unknown, where: string): FaultCommand {
    const { command, power } = this.faults.command(value, where);
    for (const event of power) this.#after(event.atMs - this.nowMs, undefined, () => this.#power(event));
    return command;
  }

  #power({ device, what }: PowerEvent): void {
    const line = this.#lineOf.get(device);
    if (line !== undefined) {
      // What it did meanwhile is gone when the power is back.
      this.#devices[line]?.restart?.(device);
      return;
    }
    const publisher = this.#publisherOf.get(device);
    if (publisher !== undefined && what !== 'on') this.#tellers[publisher]?.restart(device);
    if (what !== 'on') this.#output.power(device, false);
    if (what !== 'off') this.#output.power(device, true);
  }

  #after(delayMs: number, everyMs: number | undefined, run: () => void): void {
    this.#due.push({ atMs: this.nowMs + delayMs, everyMs, run });
  }

  #send(line: number, emissions: Emission[]): void {
    for (const emission of emissions) for (const bytes of this.faults.pass(emission)) this.#output.bytes(line, bytes);
  }

  #sample(place: NodePlace, state: { n: number; jitterMs: number }): void {
    const { device } = place;
    const { dropped, samples, sendings, delayMs, isLost, cutAt } = this.faults.sample(device);
    for (let i = 0; i < (dropped ? 0 : samples); i++) {
      const n = state.n++;
      const jitterMs = state.jitterMs * chance(this.#seed, `${device} jitter`, n);
      // Of many samples in one go each has a millisecond of its own.
      const t = Math.round(this.#senses.clockMs(device) + (samples === 1 ? jitterMs : i));
      const whole = nodeMessage(this.#senses, place, n, t);
      if (isLost) continue;
      const message = cutAt === undefined ? whole : { ...whole, cutAt };
      const send = () => {
        for (let k = 0; k < sendings; k++) this.#output.message(device, message);
      };
      if (delayMs === 0) send();
      else this.#after(delayMs, undefined, send);
    }
  }

  #tell(publisher: number, teller: Teller<Told>, device: string): void {
    const { dropped, samples, sendings, delayMs, isLost, cutAt } = this.faults.sample(device);
    for (let i = 0; i < (dropped ? 0 : samples); i++) {
      const messages = teller.sample(device, { isLost, cutAt, isLate: delayMs > 0, laterMs: i });
      const send = () => {
        for (const message of messages) for (let k = 0; k < sendings; k++) this.#output.told?.(publisher, message);
      };
      if (delayMs === 0) send();
      else this.#after(delayMs, undefined, send);
    }
  }
}
