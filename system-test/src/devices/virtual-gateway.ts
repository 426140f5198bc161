/**
 * A whole gateway that reads a whole simulated farm in virtual time: the gateway's own lines, pipeline and journal on one
 * side, the simulator's devices on the other, and between them lines that a test can cut. What a day brings passes in seconds.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Gateway,
  inline,
  JournalDb,
  type LoadedConfig,
  type OpenTransport,
  type StartBoard,
  type StartJournal,
  startGateway,
  type Transport,
} from '@karez/edge';
import { Farm, openRecordings, type SimConfig } from '@karez/firmware-sim';
import { type Clock, channelKey, KarezError, type Logger, profileOf, seededRandom, silentLogger } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { decodeBatch } from '@karez/model/wire';

export interface StoredReading {
  device: string;
  channel: string;
  timeMs: number;
  value: number;
  quality: number;
}

type Line = NonNullable<LoadedConfig['config']['lines']>[number];

export interface VirtualGatewayOptions {
  sim: Omit<SimConfig, 'seed' | 'start' | 'site' | 'fields'>;
  /** The gateway's lines; the first reads the simulator's first, and so on. Ports are given by us. */
  lines: Line[];
  startMs: number;
  /** Ticks of the simulated devices. Default a second. */
  stepMs?: number;
  logger?: Logger;
  /** Stands for the threads that drive boards. */
  startBoard?: StartBoard;
}

/** A byte takes so long at 19200 baud, with its start and stop bits. */
const BYTE_MS = 10_000 / 19_200;
const IDS = { farm: 'farm', gateway: 'gw-1' };

export class VirtualGateway {
  readonly clock: VirtualClock;
  readonly farm: Farm;
  readonly #options: VirtualGatewayOptions;
  #folder = newFolder();
  #life = { isAlive: true };
  readonly #transports = new Map<number, { it: Transport; isOpen: boolean }>();
  /** Lines whose cable is pulled: bytes get lost both ways. */
  readonly #cut = new Set<number>();
  readonly #stopTicking: () => void;
  #gateway: Gateway | undefined;
  #starts = 0;
  /** Bytes that the gateway sent, by line. */
  readonly written: { line: number; bytes: Uint8Array; atMs: number }[] = [];
  /** Whether the gateway knows the time. */
  isSynchronised = true;

  constructor(options: VirtualGatewayOptions) {
    this.#options = options;
    this.clock = virtualClock(options.startMs, 2);
    const { seed, start, site, fields } = WORLD;
    const recordings = openRecordings(options.sim.recordings, options.sim.lines, '/', { where: (key) => key });
    this.farm = new Farm(
      { seed, start, site, fields, ...options.sim },
      { seed, startMs: options.startMs, firstCounter: 1, recordings },
      { bytes: (line, bytes) => this.#deliver(line, bytes), message() {}, power() {} },
    );
    const stepMs = options.stepMs ?? 1_000;
    this.#stopTicking = this.clock.every(stepMs, () => this.farm.advance(this.clock.wallMs()));
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('the gateway is off');
    return this.#gateway;
  }

  async start(): Promise<void> {
    const { lines, logger = silentLogger, startBoard } = this.#options;
    const named = lines.map((line, i) => ({ ...line, port: { serial: String(i) } })) as Line[];
    const devices = named.flatMap((line) => ('device' in line ? [line.device] : line.devices));
    const starting = startGateway(
      {
        config: {
          farm: { id: IDS.farm, title: 'Farm' },
          gateway: { id: IDS.gateway, title: 'Gateway' },
          ...{ data: '.', secrets: '.', fields: [], uplink: { url: 'mqtt://nowhere' }, lines: named },
        },
        secrets: { uplink: '' },
        dataDir: this.#folder,
        devices: devices.map((device) => ({ ...device, profileRecord: profileOf(device.profile) })),
      },
      {
        ...{
          clock: clockOf(this.clock, this.#life),
          random: seededRandom(this.#starts),
          logger,
          startJournal: this.#startJournal(this.#life),
        },
        ...{ openTransport: this.#open, connect: () => () => {}, bootUuid: `boot-${this.#starts++}` },
        isSynchronised: async () => this.isSynchronised,
        ...(startBoard === undefined ? {} : { startBoard }),
      },
      'virtual',
    );
    await this.clock.advance(0);
    this.#gateway = await starting;
    await this.clock.advance(0);
  }

  get isOn(): boolean {
    return this.#gateway !== undefined;
  }

  /** Asked at each call of the journal while the gateway runs: whether it dies before the journal has done it. */
  diesBefore: (method: string) => boolean = () => false;

  #startJournal(life: { isAlive: boolean }): StartJournal {
    const start = inline();
    return async (options, reopened) => {
      const journal = await start(options, reopened);
      return {
        call: (method, ...args) => {
          if (life.isAlive && this.isOn && this.diesBefore(method)) this.crash();
          return life.isAlive ? journal.call(method, ...args) : new Promise(() => {});
        },
      };
    };
  }

  /** Stops it in order. */
  async stop(): Promise<void> {
    let isDone = false;
    const stopped = this.gateway.stop().then(() => {
      isDone = true;
    });
    while (!isDone) await this.clock.advance(100);
    await stopped;
    this.#gateway = undefined;
    this.#transports.clear();
  }

  /** It is gone from one moment to the next; what its files held then is what the next start finds. */
  crash(): void {
    this.#life.isAlive = false;
    this.#life = { isAlive: true };
    const from = this.#folder;
    this.#folder = newFolder();
    for (const end of ['', '-wal', '.id', '.next']) {
      const file = `journal.db${end}`;
      if (existsSync(join(from, file))) copyFileSync(join(from, file), join(this.#folder, file));
    }
    rmSync(from, { recursive: true, force: true });
    this.#gateway = undefined;
    this.#transports.clear();
  }

  /** Bytes that the simulated devices send, while a test listens itself. */
  onBytes: (line: number, bytes: Uint8Array) => void = () => {};

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** The cable is pulled; the port stays open and is silent. */
  cut(line: number): void {
    this.#cut.add(line);
  }

  mend(line: number): void {
    this.#cut.delete(line);
  }

  /** The port itself goes, as when a USB adapter is pulled out. */
  unplug(line: number): void {
    const at = this.#transports.get(line);
    if (at === undefined || !at.isOpen) return;
    at.isOpen = false;
    at.it.onClose();
  }

  plugIn(line: number): void {
    const at = this.#transports.get(line);
    if (at === undefined || at.isOpen) return;
    at.isOpen = true;
    at.it.onOpen();
  }

  /** Everything that the journal holds, by the number that it was given. The gateway is off. */
  readings(): StoredReading[] {
    if (this.#gateway !== undefined) throw new Error('stop the gateway before its journal is read');
    return storedReadings(this.#folder, this.clock);
  }

  /** What a line wrote down under a key. The gateway is off. */
  remembered(key: string): string | null {
    const db = this.#journal();
    const text = db.recall(key);
    db.close();
    return text;
  }

  #journal(): JournalDb {
    if (this.#gateway !== undefined) throw new Error('stop the gateway before its journal is read');
    return openedJournal(this.#folder, this.clock);
  }

  async end(): Promise<void> {
    if (this.#gateway !== undefined) await this.stop();
    this.#stopTicking();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #deliver(line: number, bytes: Uint8Array): void {
    this.onBytes(line, bytes);
    if (this.#cut.has(line)) return;
    const copy = bytes.slice();
    this.clock.after(Math.ceil(bytes.length * BYTE_MS), () => {
      const at = this.#transports.get(line);
      if (at?.isOpen) at.it.onBytes(copy);
    });
  }

  readonly #open: OpenTransport = (port) => {
    const line = Number('serial' in port ? port.serial : -1);
    const at = { isOpen: false } as { it: Transport; isOpen: boolean };
    at.it = {
      name: `line ${line}`,
      get open() {
        return at.isOpen;
      },
      get trouble() {
        return at.isOpen ? null : 'unplugged';
      },
      onOpen() {},
      onBytes() {},
      onClose() {},
      write: (bytes) => {
        if (!at.isOpen) throw new KarezError('TRANSPORT_CLOSED', 'unplugged');
        this.written.push({ line, bytes: bytes.slice(), atMs: this.clock.wallMs() });
        if (this.#cut.has(line)) return;
        const copy = bytes.slice();
        this.clock.after(Math.ceil(bytes.length * BYTE_MS), () => {
          this.farm.advance(this.clock.wallMs());
          this.farm.take(line, copy);
        });
      },
      async stop() {
        at.isOpen = false;
      },
    };
    this.#transports.set(line, at);
    const life = this.#life;
    this.clock.after(0, () => {
      if (!life.isAlive) return;
      at.isOpen = true;
      at.it.onOpen();
    });
    return at.it;
  };
}

/** Everything that a journal holds, by the number that it was given; nobody else may have it open. */
export function storedReadings(folder: string, clock: VirtualClock): StoredReading[] {
  const db = openedJournal(folder, clock);
  const devices = JSON.parse(db.recall('devices') ?? '[]') as {
    id: string;
    channels: { number: number; quantity: string; place?: string }[];
  }[];
  const names = new Map(
    devices.flatMap(({ id, channels }) => channels.map((c) => [c.number, [id, channelKey(c)] as const] as const)),
  );
  const found: StoredReading[] = [];
  for (let from = 1; ; ) {
    const batch = db.batch(from, Number.MAX_SAFE_INTEGER, 5_000);
    if (batch === undefined) break;
    const { readings } = decodeBatch(batch.bytes, IDS);
    for (let i = 0; i < readings.count; i++) {
      const [device, channel] = names.get(readings.channel[i] as number) ?? ['', ''];
      found.push({
        ...{ device, channel, timeMs: readings.timeMs[i] as number },
        ...{ value: readings.value[i] as number, quality: readings.quality[i] as number },
      });
    }
    from = (readings.seq[readings.count - 1] as number) + 1;
  }
  db.close();
  return found;
}

function openedJournal(folder: string, clock: VirtualClock): JournalDb {
  const boot = { uuid: 'reader', wallMs: clock.wallMs(), monoMs: clock.monoMs() };
  const db = new JournalDb({
    ...{ path: join(folder, 'journal.db'), ...IDS, limitBytes: 1e9, policy: 'keep-oldest', boot },
  });
  db.open();
  return db;
}

const newFolder = () => mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'karez-virtual-'));

/** Timers that end with the life of the process that set them. */
function clockOf(clock: VirtualClock, life: { isAlive: boolean }): Clock {
  const whileAlive = (run: () => void) => () => {
    if (life.isAlive) run();
  };
  return {
    wallMs: () => clock.wallMs(),
    monoMs: () => clock.monoMs(),
    after: (ms, run) => clock.after(ms, whileAlive(run)),
    every: (ms, run) => clock.every(ms, whileAlive(run)),
  };
}

/** Where the simulated devices stand. */
export const WORLD: Pick<SimConfig, 'seed' | 'start' | 'site' | 'fields'> = {
  ...{ seed: 7, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
  fields: [
    {
      ...{ id: 'north', soil: 'loam' },
      outline: [
        [86.05, 44.302],
        [86.0541, 44.3021],
        [86.0543, 44.3041],
      ],
    },
  ],
};
