/**
 * Simulator, gateway, cloud and, if wanted, InfluxDB as processes; the latter three are killed with SIGKILL at random
 * moments and started again, the link between gateway and cloud is reset and goes silent. In the end everything drains,
 * and the checker is given all books.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFarm, type TestFarm } from '../farm.ts';
import { type Running, type Service, waitFor } from '../process.ts';
import { endAndProve } from './evidence.ts';
import { Haunt } from './haunt.ts';
import { type Influxd, type InfluxProcess, makeInfluxd } from './influxd.ts';
import { type Fault, faultsOf, lives, type Victim } from './plan.ts';
import type { Proof } from './proof.ts';
import { Watch } from './watch.ts';

export interface TortureOptions {
  /** Ends after so many kills or minutes, whichever comes first. */
  kills: number;
  minutes: number;
  seed: number;
  influx: boolean;
  nodes: number;
  /** Where progress is told. */
  say(line: string): void;
}

export interface TortureResult {
  proof: Proof;
  /** Everything that is not as it must be, in words. */
  problems: string[];
  kills: Partial<Record<Victim, number>>;
  faults: Record<Fault['kind'], number>;
  tookMs: number;
  drainMs: number;
  /** Longest time without a PUBACK to any node, and without a reading that reached the store. */
  longestGapMs: { nodes: number; store: number };
  /** Folders that are kept to be looked at if something is wrong. */
  kept: string[];
}

const PROGRESS_EVERY_MS = 10_000;
const DRAIN_LIMIT_MS = 300_000;
/** A node whose newest acknowledged sample is so young has nothing left in its flash. */
const CAUGHT_UP_MS = 4_000;
/** Kills planned for where only the time is limited. */
const MANY = 20_000;

/** Runs it. Throws where it could not be carried through; what is wrong with the outcome stands in `problems`. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const folder = options.influx ? mkdtempSync(join(tmpdir(), 'karez-influxd-')) : undefined;
  const influxd = folder === undefined ? undefined : await makeInfluxd(folder);
  const farm = await makeFarm({ nodes: options.nodes, ...(influxd === undefined ? {} : { store: influxd.url }) });
  const run = new Run(options, farm, influxd);
  let isFine = false;
  try {
    const sim = await run.warmUp();
    await run.rage();
    const result = await run.drainAndJudge(sim);
    isFine = result.problems.length === 0;
    return isFine ? result : { ...result, kept: [farm.folder, ...(folder === undefined ? [] : [folder])] };
  } finally {
    run.watch?.stop();
    await farm.close(!isFine);
    await run.influx?.current?.kill();
    if (folder !== undefined && isFine) rmSync(folder, { recursive: true, force: true });
  }
}

class Run {
  readonly #options: TortureOptions;
  readonly #farm: TestFarm;
  readonly #influxd: Influxd | undefined;
  readonly #faults: Fault[];
  readonly #planned: ReadonlySet<Fault['kind']>;
  readonly #struck: Record<Fault['kind'], number> = { reset: 0, silence: 0, freeze: 0, calm: 0 };
  readonly #striking = new Set<Promise<void>>();
  readonly #troubles: string[] = [];
  readonly #enough = Promise.withResolvers<void>();
  readonly #gateway: Haunt<Running>;
  readonly #cloud: Haunt<Running>;
  readonly influx: Haunt<InfluxProcess> | undefined;
  readonly #haunts: Record<string, Haunt<Running> | Haunt<InfluxProcess>>;
  watch: Watch | undefined;
  #kills = 0;
  #tookMs = 0;
  #left: [Running, Running] | undefined;

  constructor(options: TortureOptions, farm: TestFarm, influxd: Influxd | undefined) {
    const { seed, kills } = options;
    this.#options = options;
    this.#farm = farm;
    this.#influxd = influxd;
    const told = { killed: () => this.#killed() };
    this.#gateway = new Haunt({
      ...{ victim: 'gateway', launch: () => farm.launch('gateway'), nextLife: lives(seed, 'gateway') },
      ...told,
    });
    this.#cloud = new Haunt({
      ...{ victim: 'cloud', launch: () => farm.launch('cloud'), nextLife: lives(seed, 'cloud') },
      ...told,
    });
    if (influxd !== undefined)
      this.influx = new Haunt({
        ...{ victim: 'influxd', launch: () => influxd.launch(), nextLife: lives(seed, 'influxd') },
        ...told,
      });
    this.#haunts = { gateway: this.#gateway, cloud: this.#cloud, ...(this.influx && { influxd: this.influx }) };
    this.#faults = faultsOf(seed, Math.min(kills, MANY), Object.keys(this.#haunts) as Victim[]);
    this.#planned = new Set(this.#faults.map((fault) => fault.kind));
  }

  /** Starts and stops each service once, which keeps what is compiled; then the simulated farm, which lives through it all. */
  async warmUp(): Promise<Service> {
    const sim = await this.#farm.startSim();
    const services = await Promise.all([this.#farm.startCloud(), this.#farm.startGateway()]);
    for (const service of services) await service.stop();
    this.watch = new Watch(this.#farm);
    return sim;
  }

  /** Kills and breaks until it is enough; leaves gateway and cloud alive. */
  async rage(): Promise<void> {
    const { minutes, say } = this.#options;
    const began = performance.now();
    const left = Promise.all([this.#gateway.run(), this.#cloud.run(), this.influx?.run()]);
    const progress = () => {
      const each = Object.entries(this.#haunts).map(([name, haunt]) => `${name} ${haunt.kills}`);
      say(`${this.#kills} kills (${each.join(', ')}) · ${this.watch?.words()}`);
    };
    const timer = setInterval(progress, PROGRESS_EVERY_MS);
    const timeIsUp = new AbortController();
    await Promise.race([
      this.#enough.promise,
      ...(Number.isFinite(minutes) ? [pause(minutes * 60_000, undefined, timeIsUp)] : []),
    ]);
    await Promise.all(this.#striking);
    for (const haunt of Object.values(this.#haunts)) haunt.end();
    const [gateway, cloud] = await left;
    this.#left = [gateway, cloud];
    this.#tookMs = performance.now() - began;
    clearInterval(timer);
    progress();
  }

  async drainAndJudge(sim: Service): Promise<TortureResult> {
    const farm = this.#farm;
    const watch = this.watch as Watch;
    const [gateway, cloud] = this.#left as [Running, Running];
    this.#options.say('no more kills; nodes, journal and link drain');
    const began = performance.now();
    const isCaughtUp = (node: string) => (watch.tail.newestMs.get(node) ?? 0) > Date.now() - CAUGHT_UP_MS;
    await waitFor('the nodes to empty their flash', () => farm.nodes.every(isCaughtUp), DRAIN_LIMIT_MS);
    const proof = await endAndProve(
      farm,
      { sim, gateway, cloud },
      { limitMs: DRAIN_LIMIT_MS, ...(this.#influxd && { rows: this.#influxd.rows }) },
    );
    const drainMs = performance.now() - began;
    const problems = [...this.#troubles, ...proof.problems];
    if (proof.lostAsSaid > 0) problems.push(`the gateway says that ${proof.lostAsSaid} readings are lost`);
    for (const [name, { kills, deaths }] of Object.entries(this.#haunts)) {
      if (kills === 0) problems.push(`${name} was never killed`);
      problems.push(...deaths);
    }
    for (const kind of this.#planned)
      if (this.#struck[kind] === 0) problems.push(`no ${kind} struck, although planned`);
    return {
      ...{ proof, problems, faults: this.#struck, tookMs: this.#tookMs, drainMs, longestGapMs: watch.longestGapMs },
      kills: Object.fromEntries(Object.entries(this.#haunts).map(([name, { kills }]) => [name, kills])),
      kept: [],
    };
  }

  #killed(): void {
    this.#kills++;
    while (this.#faults[0] !== undefined && this.#faults[0].atKill < this.#kills) {
      const strike = this.#inflict(this.#faults.shift() as Fault)
        .catch((error: Error) => void this.#troubles.push(error.message))
        .finally(() => this.#striking.delete(strike));
      this.#striking.add(strike);
    }
    if (this.#kills >= this.#options.kills) this.#enough.resolve();
  }

  /** Whoever has to find its own way out of a fault is not killed meanwhile. */
  async #inflict({ kind, ms }: Fault): Promise<void> {
    const { link } = this.#farm;
    const all = Object.values(this.#haunts);
    if (kind === 'calm') await this.#without(all, () => pause(ms));
    else if (kind === 'freeze') {
      await this.#without([this.influx as Haunt<InfluxProcess>], async () => {
        this.influx?.current?.freeze();
        await pause(ms);
        this.influx?.current?.thaw();
      });
    } else {
      await waitFor('a connection to break', () => link.open() > 0);
      if (kind === 'reset') link.reset();
      else
        await this.#without([this.#gateway], async () => {
          link.goSilent();
          await pause(ms);
          link.heal();
        });
    }
    this.#struck[kind]++;
  }

  /** Does something while some are not killed. */
  async #without(haunts: { hold(): void; release(): void }[], run: () => Promise<unknown>): Promise<void> {
    for (const haunt of haunts) haunt.hold();
    try {
      await run();
    } finally {
      for (const haunt of haunts) haunt.release();
    }
  }
}
