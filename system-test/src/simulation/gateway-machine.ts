/**
 * The machine that the gateway runs on: its power, its clocks, its disk, and the supervisor that starts the process again.
 * The process is the real gateway (edge/src/gateway.ts) with its ports to the outside replaced.
 */
import { type Gateway, type LoadedConfig, type Sample, startGateway } from '@karez/edge';
import { profileOf } from '@karez/model';
import type { PlannedFault } from './faults.ts';
import { remove } from './files.ts';
import { GatewayDisk } from './gateway-disk.ts';
import { LifeClock } from './life-clock.ts';
import type { DeviceSpec } from './scenario.ts';
import { FARM, GATEWAY, type World } from './world.ts';

/** One life of the gateway's process. */
export interface Life {
  clock: LifeClock;
  number: number;
  boot: number;
  isAlive: boolean;
  /** Set once it has started. */
  gateway: Gateway | undefined;
  /** Lets go of the files. */
  release(): void;
  isStopping: boolean;
}

const RESTART_MS = 500;
const FAILED_START_MS = 2_000;
/** The monotonic clock does not start at 0 when the process does. */
const BOOT_TAKES_MS = 20_000;

export class GatewayMachine {
  readonly #world: World;
  readonly disk: GatewayDisk;
  life: Life | undefined;
  #boot = 0;
  #bootMs = -BOOT_TAKES_MS;
  #clockMs: number;
  #configured: DeviceSpec[];
  #starts = 0;

  constructor(world: World) {
    this.#world = world;
    this.disk = new GatewayDisk(world);
    this.#clockMs = world.scenario.clockMs;
    this.#configured = world.scenario.devices.filter(({ isSpare }) => !isSpare);
  }

  /** Whether a device is in the present configuration. */
  knows(device: string): boolean {
    return this.#configured.some(({ id }) => id === device);
  }

  start(): void {
    const world = this.#world;
    const bootMs = this.#bootMs;
    const clock = new LifeClock(world.clock, { wallMs: () => this.#clockMs, bootMs: () => bootMs });
    const number = this.#starts++;
    const life: Life = {
      clock,
      number,
      boot: this.#boot,
      isAlive: true,
      gateway: undefined,
      release() {},
      isStopping: false,
    };
    this.life = life;
    world.boots.started(life.boot, world.clock.wallMs());
    world.trace.say('gateway', 'starts', `boot ${this.#boot}, clock off by ${this.#clockMs} ms`);
    startGateway(
      this.#loaded(),
      {
        ...{ clock, random: world.draw.stream(`gateway ${number}`) },
        logger: { log: (level, message, fields) => this.#heard(level, message, fields) },
        startJournal: this.disk.starter(life),
        connect: world.network.connector(life),
        bootUuid: `boot-${this.#boot}`,
        isSynchronised: async () => this.#isSynchronised(),
      },
      'simulated',
    ).then(
      (gateway) => {
        life.gateway = gateway;
      },
      (error) => {
        if (!life.isAlive) return;
        world.trace.say(
          'gateway',
          'could not start',
          String((error as Error).cause instanceof Error ? ((error as Error).cause as Error).stack : error),
        );
        this.#end(life, undefined, FAILED_START_MS);
      },
    );
  }

  /** Hands a sample to the gateway. Resolves when it has accepted it; never, where it dies before it can say so. */
  accept(sample: Sample): Promise<void> {
    const gateway = this.life?.gateway;
    if (gateway === undefined || this.life?.isStopping) return Promise.reject(new Error('nobody answers'));
    const { breakage } = this.#world;
    return breakage.accept?.(sample, gateway.pipeline) ?? gateway.pipeline.accept(sample);
  }

  /** Dies here if an armed fault says so. */
  trip(point: string): boolean {
    const fault = this.#world.find('gateway.crash', (f) => f.point === point);
    if (fault === undefined || this.life === undefined) return false;
    this.#world.fire(`gateway.crash:${point}${fault.power ? ':power' : ''}`);
    this.#world.end(fault);
    this.crash(fault);
    return true;
  }

  /** The disk lies from here on, once the journal has been opened in this boot: the end of a boot ends all lies. */
  beginLie(fault: PlannedFault): void {
    if (this.life?.gateway === undefined || !this.disk.snapshot()) this.#world.active.delete(fault);
  }

  /** Ends the process at once; with `power`, the machine too. */
  crash(fault: PlannedFault): void {
    let toDisk = fault;
    if (fault.power) {
      this.#world.boots.ended(this.#boot++, this.#world.clock.wallMs());
      this.#bootMs = this.#world.clock.monoMs() + (fault.offMs as number) - BOOT_TAKES_MS;
      const clockMs = fault.clockMs as number;
      // -1: a board without a battery starts in 1970.
      this.#clockMs = clockMs === -1 ? -this.#world.clock.wallMs() : this.#clockMs + clockMs;
      const lie = this.#world.find('disk.lie');
      if (lie !== undefined) {
        this.#world.active.delete(lie);
        toDisk = lie;
      }
    }
    if (this.life !== undefined) this.#end(this.life, toDisk, (fault.offMs as number | undefined) ?? RESTART_MS);
    else if (toDisk.kind === 'disk.lie') this.disk.afterDeath(toDisk);
  }

  /** Stops in good order and starts again. */
  restart(): void {
    this.#stopAndGo(() => this.#world.fire('gateway.restart'));
  }

  /** Starts again with other devices, or the same in another order. */
  reconfigure({ without, added, turned }: PlannedFault): void {
    this.#stopAndGo(() => {
      const all = this.#world.scenario.devices;
      let next = this.#configured.filter((_, i) => i !== without || this.#configured.length === 1);
      const others = all.filter((spec) => !next.includes(spec)).slice(0, added as number);
      next = turned ? [...others, ...next].reverse() : [...next, ...others];
      this.#configured = next;
      this.#world.fire('gateway.reconfigure');
    });
  }

  stepClock({ ms }: PlannedFault): void {
    this.#clockMs += ms as number;
    this.#world.fire('clock.step');
  }

  #stopAndGo(between: () => void): void {
    const { life } = this;
    if (life?.gateway === undefined || life.isStopping) return;
    life.isStopping = true;
    this.#world.trouble.begin('link', this.#world.clock.monoMs());
    life.gateway.stop().then(
      () => {
        if (!life.isAlive) return;
        between();
        life.release = () => {};
        this.#end(life, undefined, RESTART_MS);
      },
      (error) => {
        if (!life.isAlive) return;
        this.#world.trace.say('gateway', 'could not stop', String(error));
        this.#end(life, undefined, RESTART_MS);
      },
    );
  }

  /** The process is gone: files as they are, sockets closed, timers void; started again after a while. */
  #end(life: Life, fault: PlannedFault | undefined, offMs: number): void {
    const world = this.#world;
    world.trace.say('gateway', 'ends', fault?.kind ?? '');
    life.isAlive = false;
    life.clock.die();
    this.life = undefined;
    const before = this.disk.folder;
    this.disk.afterDeath(fault);
    life.release();
    remove(before);
    world.network.died(life, fault?.power === true);
    world.devices.gatewayDied();
    world.clock.after(offMs, () => this.start());
  }

  /** NTP keeps the machine's clock right while there is a network for it. */
  #isSynchronised(): boolean {
    const world = this.#world;
    if (!world.scenario.ntp) return false;
    if (world.find('clock.no-ntp') !== undefined) {
      world.fire('clock.no-ntp');
      return false;
    }
    if (world.find('net.cut') !== undefined) return false;
    this.#clockMs = 0;
    if (this.life !== undefined) world.boots.learnt(this.life, world.clock.wallMs());
    return true;
  }

  #heard(level: string, message: string, fields: Record<string, unknown> = {}): void {
    this.#world.trace.tell(`gateway ${level}`, message, fields);
  }

  #loaded(): LoadedConfig {
    const { scenario } = this.#world;
    const { limitBytes, policy } = scenario.journal;
    const limit = (this.#world.breakage.journalLimit ?? 1) * limitBytes;
    return {
      config: {
        farm: { id: FARM, title: 'Farm' },
        gateway: { id: GATEWAY, title: 'Gateway' },
        ...{ data: '.', secrets: '.', fields: [] },
        uplink: {
          url: 'mqtt://nowhere',
          ...(scenario.uplinkBytesPerS === undefined ? {} : { maxBytesPerSecond: scenario.uplinkBytesPerS }),
        },
        journal: { limitMb: limit / 1_000_000, whenFull: policy },
      },
      secrets: { uplink: '' },
      dataDir: this.disk.folder,
      devices: this.#configured.map(({ id, profile, everyMs }) => ({
        ...{ id, profile, intervalMs: everyMs, profileRecord: profileOf(profile) },
      })),
    };
  }
}
