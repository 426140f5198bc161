/**
 * The devices of the farm, as the gateway meets them: nodes that keep a message until its PUBACK comes and send it again
 * until then, pollers that go on whatever the answer, a logger that unloads its memory. Each tells the witness what it
 * took and what it was told.
 */
import type { Sample } from '@karez/edge';
import { channelKey, profileOf } from '@karez/model';
import type { DeviceSpec } from './scenario.ts';
import type { Taken } from './witness.ts';
import { FARM, GATEWAY, type World } from './world.ts';

interface Message {
  sample: Sample;
  readings: Taken[];
  /** Sent over the present connection and not answered. */
  isUnderWay: boolean;
}

interface Device {
  spec: DeviceSpec;
  channels: string[];
  counter: number;
  waiting: Message[];
  /** Counts a node's connections. */
  session: number;
  isConnected: boolean;
}

const RADIO_MS = 8;
const PUBACK_TIMEOUT_MS = 10_000;
/** A node without room drops what it takes; what it never sent was never promised. */
const NODE_MEMORY = 40;
const LOGGER_BURST = 20;
const LOGGER_EVERY_MS = 100;

export class Devices {
  readonly #world: World;
  readonly #devices: Device[];
  #isOver = false;

  constructor(world: World) {
    this.#world = world;
    this.#devices = world.scenario.devices.map((spec) => ({
      ...{ spec, channels: channelsOf(spec), counter: 0, waiting: [], session: 0, isConnected: true },
    }));
  }

  start(): void {
    const { clock, draw } = this.#world;
    for (const device of this.#devices) {
      const { kind, everyMs, atMs } = device.spec;
      if (kind === 'logger') clock.after(atMs as number, () => this.#unload(device));
      else clock.after(draw.next() * everyMs, () => this.#beat(device));
    }
  }

  /** They take nothing new from here on; nodes still deliver what they have. */
  stop(): void {
    this.#isOver = true;
  }

  /** Messages that wait for their PUBACK at devices that the gateway knows. */
  get waiting(): number {
    return this.#devices
      .filter(({ spec }) => this.#world.gateway.knows(spec.id))
      .reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** Every connection breaks; nodes connect again and send again what was not answered. */
  gatewayDied(): void {
    for (const device of this.#devices) if (device.spec.kind === 'node') this.#reconnect(device);
  }

  /** Nodes with a clock of their own may count from 1 after their reset. */
  resetNodes(): void {
    for (const device of this.#devices) {
      if (device.spec.kind !== 'node' || device.spec.ownClockMs === null) continue;
      device.counter = 0;
      this.#world.fire('node.reset');
    }
  }

  #beat(device: Device): void {
    if (this.#isOver) return;
    const { clock, draw } = this.#world;
    clock.after(device.spec.everyMs * draw.between(0.95, 1.05), () => this.#beat(device));
    const message = this.#measure(device);
    if (device.spec.kind === 'poller') void this.#poll(message);
    else if (device.waiting.length < NODE_MEMORY) {
      device.waiting.push(message);
      this.#pump(device);
    }
  }

  /** Takes a sample now. */
  #measure(device: Device, ageMs = 0): Message {
    const { spec } = device;
    const { clock, witness } = this.#world;
    const ownMs = spec.ownClockMs === null ? undefined : Math.round(clock.wallMs() + spec.ownClockMs - ageMs);
    const readings = witness.take(spec, device.channels, ownMs);
    const sample: Sample = {
      device: spec.id,
      channels: readings.map((_, i) => i),
      values: readings.map(({ value }) => value),
      ...(ownMs === undefined ? {} : { timeMs: ownMs }),
      ...(spec.kind === 'node' ? { counter: ++device.counter } : {}),
      ...(spec.kind === 'logger' ? { historical: true } : {}),
    };
    return { sample, readings, isUnderWay: false };
  }

  async #poll({ sample, readings }: Message): Promise<void> {
    const { gateway, witness } = this.#world;
    witness.offered(readings, gateway.life);
    try {
      await gateway.accept(sample);
      witness.told(readings, 'accepted');
    } catch {
      witness.told(readings, 'refused');
    }
  }

  #unload(device: Device): void {
    const { clock } = this.#world;
    const samples = device.spec.samples as number;
    let sent = 0;
    const burst = () => {
      if (this.#world.gateway.life?.gateway !== undefined)
        for (let i = 0; i < LOGGER_BURST && sent < samples; i++)
          void this.#poll(this.#measure(device, (samples - sent++) * device.spec.everyMs));
      if (sent < samples) clock.after(LOGGER_EVERY_MS, burst);
    };
    burst();
  }

  /** Sends what its window allows, oldest first, over the connection that it has. */
  #pump(device: Device): void {
    if (!device.isConnected) return;
    const underWay = device.waiting.filter((m) => m.isUnderWay).length;
    for (const message of device.waiting.filter((m) => !m.isUnderWay).slice(0, device.spec.window - underWay))
      this.#send(device, message);
  }

  #send(device: Device, message: Message): void {
    const { clock } = this.#world;
    const { session } = device;
    message.isUnderWay = true;
    clock.after(RADIO_MS, () => void this.#arrived(device, session, message));
    clock.after(PUBACK_TIMEOUT_MS, () => {
      if (message.isUnderWay && device.session === session) this.#reconnect(device);
    });
  }

  async #arrived(device: Device, session: number, message: Message): Promise<void> {
    const world = this.#world;
    if (device.session !== session) return;
    world.witness.offered(message.readings, world.gateway.life);
    try {
      await world.gateway.accept(message.sample);
    } catch {
      // Its PUBACK is withheld: the gateway closes the connection.
      if (device.session === session) this.#reconnect(device);
      return;
    }
    if (device.session !== session) return;
    if (world.draw.chance(world.most('node.deaf', 'share'))) {
      world.fire('node.deaf');
      this.#reconnect(device);
      return;
    }
    world.clock.after(RADIO_MS, () => {
      if (device.session === session) this.#confirmed(device, message);
    });
  }

  #confirmed(device: Device, message: Message): void {
    device.waiting = device.waiting.filter((m) => m !== message);
    this.#world.witness.told(message.readings, 'accepted');
    this.#pump(device);
  }

  /** The connection is gone. With the next one everything that was not confirmed is sent again, in order. */
  #reconnect(device: Device): void {
    const session = ++device.session;
    device.isConnected = false;
    for (const message of device.waiting) message.isUnderWay = false;
    this.#world.clock.after(this.#world.draw.between(500, 5_000), () => {
      if (device.session !== session) return;
      device.isConnected = true;
      this.#pump(device);
    });
  }
}

/** The names under which the cloud is to know a device's channels. */
function channelsOf({ id, profile, channels }: DeviceSpec): string[] {
  return profileOf(profile)
    .channels.slice(0, channels)
    .map((channel) => `${FARM}/${GATEWAY}/${id}/${channelKey(channel)}`);
}
