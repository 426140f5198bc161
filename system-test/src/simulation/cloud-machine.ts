/**
 * The machine that the cloud runs on. The process is the real receiver, registry, ingest, live bus and vault
 * (cloud/src/cloud.ts says in which order they start); in place of the broker stands the simulated network.
 */
import { embeddedStore, Ingest, LiveBus, Receiver, Registry, type Store } from '@karez/cloud';
import { LIMITS, type UpLeaf } from '@karez/model';
import { peekBatch } from '@karez/model/wire';
import { CloudDisk, type OpenCloudDisk } from './cloud-disk.ts';
import { LifeClock } from './life-clock.ts';
import { refusing } from './refusing-store.ts';
import { FARM, GATEWAY, type World } from './world.ts';

interface CloudLife {
  clock: LifeClock;
  isAlive: boolean;
  disk: OpenCloudDisk;
  registry: Registry;
  live: LiveBus;
  ingest: Ingest;
  receiver: Receiver;
}

const WORDS_EVERY_MS = 5_000;
const RESTART_MS = 1_000;

export class CloudMachine {
  readonly #world: World;
  readonly #disk: CloudDisk;
  readonly #refusals = refusing();
  #life: CloudLife | undefined;
  #isWanted = false;

  constructor(world: World) {
    this.#world = world;
    this.#disk = new CloudDisk(world);
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  /** The running parts, for the checkers at the end. */
  get parts(): CloudLife | undefined {
    return this.#life;
  }

  /** Where the database is. */
  get path(): string {
    return this.#disk.path;
  }

  async start(): Promise<void> {
    const world = this.#world;
    this.#isWanted = true;
    const clock = new LifeClock(world.clock, { wallMs: () => world.cloudClockMs, bootMs: () => 0 });
    const logger = {
      log: (level: string, message: string, fields = {}) => world.trace.tell(`cloud ${level}`, message, fields),
    };
    const life = { clock, isAlive: true } as CloudLife;
    const disk = this.#disk.open(life);
    const { vault } = disk;
    const registry = new Registry(vault);
    await registry.load();
    const live = new LiveBus(logger);
    live.load(await vault.latest());
    const shown = world.breakage.liveBus?.(live) ?? live;
    const parts = { clock, logger, registry, live };
    const ingest = new Ingest({
      ...{ clock, logger, store: this.#store(disk), floorMs: registry.lastHeardMs },
      channels: (farm, gateway, epoch) => registry.channels(farm, gateway, epoch),
      quarantine: (entries) => vault.quarantine(entries),
      acknowledge: (_farm, _gateway, ack) => {
        if (!life.isAlive) return;
        world.network.acknowledge(ack);
        if (ack.acked.length > 0) this.trip('after-ack');
      },
      committed: (batches, nowMs) => {
        if (life.isAlive) shown.committed(batches, nowMs);
      },
    });
    Object.assign(life, { disk, registry, live, ingest, receiver: new Receiver({ ...parts, ingest }) });
    clock.every(WORDS_EVERY_MS, () => void registry.write().catch(() => {}));
    live.listen(FARM, world.live.listener(life, shown));
    this.#life = life;
    world.trace.say('cloud', 'up');
  }

  #store({ vault }: OpenCloudDisk): Store {
    const store = this.#refusals(this.#world, embeddedStore(vault));
    return this.#world.breakage.store?.(store) ?? store;
  }

  /** A message from the broker. */
  received(leaf: UpLeaf, payload: Uint8Array): void {
    const life = this.#life;
    if (life === undefined) return;
    const world = this.#world;
    if (leaf === 'batch' && world.draw.chance(world.most('cloud.busy', 'share'))) {
      const { firstSeq, count, epoch } = peekBatch(payload, { farm: FARM, gateway: GATEWAY });
      world.fire('cloud.busy');
      const afterMs = Math.round(world.most('cloud.busy', 'ms'));
      life.ingest.answers.later(
        { farm: FARM, gateway: GATEWAY, epoch },
        [[firstSeq, firstSeq + count - 1]],
        'BUSY',
        afterMs,
      );
      return;
    }
    if (world.find('cloud.clock') !== undefined) world.fire('cloud.clock');
    void life.receiver.received(FARM, GATEWAY, leaf, payload);
    const { batches } = life.ingest.depth;
    if (batches > LIMITS.ingestBatchesPerGateway)
      world.violate('bound', `${batches} batches of one gateway wait in the cloud`);
  }

  connected(is: boolean): void {
    this.#life?.receiver.connected(FARM, GATEWAY, is);
  }

  /** Somebody starts it again. */
  restart(): void {
    this.#crash(RESTART_MS);
  }

  /** Dies here if an armed fault says so. */
  trip(point: string): boolean {
    const world = this.#world;
    const fault = world.find('cloud.crash', (f) => f.point === point);
    if (fault === undefined || this.#life === undefined) return false;
    world.fire(`cloud.crash:${point}`);
    world.end(fault);
    this.#crash(fault.offMs as number);
    return true;
  }

  #crash(offMs: number): void {
    const life = this.#life;
    if (life === undefined) return;
    const world = this.#world;
    world.trace.say('cloud', 'ends');
    life.isAlive = false;
    life.clock.die();
    this.#life = undefined;
    this.#disk.afterDeath(life.disk);
    world.network.cloudDied();
    world.trouble.add(world.clock.monoMs(), world.clock.monoMs() + offMs + 45_000, 'cloud down');
    world.clock.after(offMs, () => {
      if (this.#isWanted && this.#life === undefined) void this.start();
    });
  }
}
