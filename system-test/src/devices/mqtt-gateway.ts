/**
 * A whole gateway with its own broker, and a whole simulated farm that publishes there over real sockets, both in virtual
 * time: what an hour brings passes in a second, and a message takes no time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gateway, inline, type LoadedConfig, startGateway } from '@karez/edge';
import {
  noRecord,
  type SimConfig,
  type SimPublisher,
  type Simulator,
  startSimulator,
  World,
} from '@karez/firmware-sim';
import { profileOf, seededRandom, silentLogger } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { type StoredReading, storedReadings, WORLD } from './virtual-gateway.ts';

type Line = NonNullable<LoadedConfig['config']['lines']>[number];
type MessageLine = Extract<Line, { name: string }>;

const STEP_MS = 1_000;
const WAIT_MS = 5;
const PASSWORD = 'password-of-the-source';

export class MqttGateway {
  readonly clock: VirtualClock;
  readonly #lines: MessageLine[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'karez-mqtt-'));
  #gateway: Gateway | undefined;
  #simulator: Simulator | undefined;
  /** When the simulator's world began, UTC ms. */
  #beganMs = 0;

  private constructor(startMs: number, lines: MessageLine[]) {
    this.clock = virtualClock(startMs, 2);
    this.#lines = lines;
  }

  /** `publishers` get the address of the gateway's broker; after `forS` the simulated devices measure no more. */
  static async start(
    { startMs, forS }: { startMs: number; forS: number },
    lines: MessageLine[],
    publishers: readonly Omit<SimPublisher, 'broker'>[],
    faults: NonNullable<SimConfig['faults']> = [],
  ): Promise<MqttGateway> {
    const it = new MqttGateway(startMs, lines);
    await it.#startGateway(0);
    const passwords = Object.fromEntries(publishers.map(({ name }) => [name, PASSWORD]));
    const config = {
      ...{ ...WORLD, faults },
      publishers: publishers.map((one) => ({ ...one, broker: `mqtt://127.0.0.1:${it.gateway.mqttPort}` })),
    } as SimConfig;
    it.#simulator = await startSimulator(
      { config, passwords: {}, sourcePasswords: passwords, folder: it.#folder },
      { speed: 1, forS },
      { clock: it.clock, logger: silentLogger, record: noRecord },
    );
    it.#beganMs = Date.parse(it.#simulator.facts.start);
    return it;
  }

  async #startGateway(port: number): Promise<void> {
    const devices = this.#lines.flatMap((line) => line.devices);
    this.#gateway = await this.#meanwhile(
      startGateway(
        {
          config: {
            farm: { id: 'farm', title: 'Farm' },
            gateway: { id: 'gw-1', title: 'Gateway' },
            ...{ data: '.', secrets: '.', fields: [], uplink: { url: 'mqtt://nowhere' }, lines: this.#lines },
            mqtt: { port, devices: [] },
          },
          secrets: { uplink: '', sources: Object.fromEntries(this.#lines.map(({ name }) => [name, PASSWORD])) },
          dataDir: this.#folder,
          devices: devices.map((device) => ({ ...device, profileRecord: profileOf(device.profile) })),
        },
        {
          ...{ clock: this.clock, random: seededRandom(1), logger: silentLogger, startJournal: inline() },
          ...{ connect: () => () => {}, isSynchronised: async () => true },
        },
        'virtual',
      ),
    );
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('the gateway is off');
    return this.#gateway;
  }

  get simulator(): Simulator {
    return this.#simulator as Simulator;
  }

  /** The world as the simulator began it, at a later moment. */
  worldAt(timeMs: number): World {
    const world = new World({ ...WORLD, seed: WORLD.seed as number, startMs: this.#beganMs });
    world.advance(timeMs);
    return world;
  }

  /** Lets time go on in small steps, and what is on its way arrive before the next. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await this.clock.advance(Math.min(left, STEP_MS));
      await this.settled();
    }
  }

  /** Nothing is on its way: whoever waits for an answer has it, and the sockets were quiet for some turns. */
  async settled(): Promise<void> {
    let quiet = 0;
    for (let before = ''; quiet < QUIET_TURNS; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const { publishers } = this.simulator.report();
      const isHeard = this.#gateway === undefined || publishers.waiting === 0;
      // A commit comes in its own time.
      await this.clock.advance(isHeard ? 0 : WAIT_MS);
      const now = JSON.stringify([publishers, this.#gateway?.pipeline.counts.accepted]);
      quiet = now === before && isHeard ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Stops the gateway in order and starts it anew at the same port. */
  async restart(awayMs: number): Promise<void> {
    const port = this.gateway.mqttPort as number;
    await this.#meanwhile(this.gateway.stop());
    this.#gateway = undefined;
    await this.advance(awayMs);
    await this.#startGateway(port);
  }

  /** Stops all, and tells what the gateway has written. */
  async stop(): Promise<StoredReading[]> {
    await this.#simulator?.stop();
    this.#simulator = undefined;
    if (this.#gateway !== undefined) await this.#meanwhile(this.#gateway.stop());
    this.#gateway = undefined;
    return storedReadings(this.#folder, this.clock);
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #meanwhile<T>(doing: Promise<T>): Promise<T> {
    let isDone = false;
    const done = doing.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await this.clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await done;
  }
}

/** A message passes through two sockets and a commit in fewer turns of the loop. */
const QUIET_TURNS = 100;
