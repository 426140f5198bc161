/**
 * A Sparkplug edge node's side of the wire (Eclipse Sparkplug 3.0.0, chapter 5): a death as will, births with every name and
 * alias, data by alias with one number for all, births anew when it is asked. What it measures without a connection, or
 * while its primary host is away, it keeps and sends as historical.
 */
import type { Cancel } from '@karez/model';
import {
  asksForRebirth,
  type SparkplugMetric,
  type SparkplugType,
  sparkplugBytes,
} from '../codec/sparkplug-payload.ts';
import type { SenderDeps } from './keeping-sender.ts';
import type { OpenSparkplugLink, SparkplugLink } from './sparkplug-link.ts';
import type { Told } from './told.ts';

export interface SparkplugTold extends Told {
  /** In the order of its metrics; NaN where there is none. */
  values: readonly number[];
  /** It takes a number and is not sent. */
  isLost: boolean;
  /** Its payload breaks off after this share of it. */
  cutAt: number | undefined;
  isLate: boolean;
}

export interface SparkplugIdentity {
  group: string;
  node: string;
  hostId: string | undefined;
  flashMessages: number;
  devices: ReadonlyMap<string, SparkplugPart>;
}

/** A simulated device as the node tells of it. */
export interface SparkplugPart {
  /** Its device id; '' is the node itself. */
  below: string;
  metrics: readonly { name: string; type: SparkplugType }[];
}

export interface SparkplugDeps extends SenderDeps {
  /** What a device's clock says, ms since 1970. */
  clockMs(device: string): number;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
/** Requests for a birth that come within so long of one are met by that one. */
const REBIRTH_MS = 1_000;

export class SparkplugSender {
  readonly #identity: SparkplugIdentity;
  readonly #open: OpenSparkplugLink;
  readonly #deps: SparkplugDeps;
  readonly #kept: SparkplugTold[] = [];
  /** What each device said last, for its birth. */
  readonly #last = new Map<string, SparkplugTold>();
  readonly #aliases = new Map<string, number>();
  readonly #off = new Set<string>();
  /** The device that is the node itself. */
  readonly #self: string | undefined;
  #link: SparkplugLink | undefined;
  #isOpen = false;
  /** Born, so that data may follow. */
  #isBorn = false;
  #isHostThere: boolean;
  #hostMs = 0;
  /** Counts connections; goes with will and birth. */
  #bdSeq = 0;
  #seq = 0;
  #bornAtMs = Number.NEGATIVE_INFINITY;
  #timer: Cancel | undefined;
  #delayMs = FIRST_DELAY_MS;
  #attempt = 0;
  #isStopped = false;
  #lastReason: string | undefined;
  /** Data messages that were sent, births that were asked for, samples for which there was no room. */
  readonly counts = { sent: 0, repeated: 0, dropped: 0 };

  constructor(identity: SparkplugIdentity, open: OpenSparkplugLink, deps: SparkplugDeps) {
    this.#identity = identity;
    this.#open = open;
    this.#deps = deps;
    this.#isHostThere = identity.hostId === undefined;
    this.#self = [...identity.devices].find(([, { below }]) => below === '')?.[0];
    for (const [device, { metrics }] of identity.devices)
      for (const { name } of metrics) this.#aliases.set(`${device} ${name}`, this.#aliases.size + 1);
  }

  get waiting(): number {
    return this.#kept.length;
  }

  start(): void {
    this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.();
    this.#link?.close();
  }

  add(told: SparkplugTold): void {
    if (this.#off.has(told.device) || this.#isDark) return;
    const before = this.#last.get(told.device);
    if (before === undefined || before.t <= told.t) this.#last.set(told.device, told);
    if (this.#isBorn) {
      this.#tell(told, told.isLate);
      return;
    }
    if (this.#kept.length >= this.#identity.flashMessages) {
      this.#kept.shift();
      if (this.counts.dropped++ === 0)
        this.#deps.logger.log('warn', 'no room for more messages; the oldest are dropped', { device: told.device });
    }
    this.#kept.push(told);
  }

  /** Where the node itself has no power its connection breaks off; a device below it is said to be gone. */
  power(device: string, isOn: boolean): void {
    if (isOn !== this.#off.has(device)) return;
    if (isOn) this.#off.delete(device);
    else {
      this.#off.add(device);
      // What it measured is gone with its power, and what a node knew of those below it with the node's.
      if (device === this.#self) this.#last.clear();
      else this.#last.delete(device);
    }
    if (device === this.#self) {
      if (isOn) {
        this.#connect();
        return;
      }
      const link = this.#link;
      this.#forget();
      // What was kept in a node is gone with its power.
      this.#kept.length = 0;
      link?.close();
    } else if (this.#isBorn) {
      if (isOn) this.#deviceBirth(device);
      else this.#publish('DDEATH', device, this.#nowMs(device), []);
    }
  }

  /** The node itself has no power. */
  get #isDark(): boolean {
    return this.#self !== undefined && this.#off.has(this.#self);
  }

  #nowMs(device = this.#self ?? [...this.#identity.devices.keys()][0] ?? ''): number {
    return Math.round(this.#deps.clockMs(device));
  }

  #connect(): void {
    if (this.#isStopped || this.#isDark) return;
    const { group, node, hostId } = this.#identity;
    const attempt = ++this.#attempt;
    this.#bdSeq = (this.#bdSeq + 1) % 256;
    const will = sparkplugBytes({ t: this.#nowMs(), metrics: [this.#bdSeqMetric()] });
    const link = this.#open(
      {
        will: { topic: `spBv1.0/${group}/NDEATH/${node}`, payload: will },
        subscriptions: [`spBv1.0/${group}/NCMD/${node}`, ...(hostId === undefined ? [] : [`spBv1.0/STATE/${hostId}`])],
      },
      {
        opened: () => {
          if (attempt !== this.#attempt || this.#isStopped) return;
          this.#isOpen = true;
          this.#delayMs = FIRST_DELAY_MS;
          this.#lastReason = undefined;
          this.#birth();
        },
        heard: (topic, payload) => {
          if (attempt === this.#attempt) this.#heard(topic, payload);
        },
        closed: (reason) => {
          if (attempt !== this.#attempt) return;
          this.#forget();
          this.#again(reason);
        },
      },
    );
    if (attempt === this.#attempt) this.#link = link;
  }

  #forget(): void {
    this.#attempt++;
    this.#link = undefined;
    this.#isOpen = false;
    this.#isBorn = false;
    this.#isHostThere = this.#identity.hostId === undefined;
    this.#hostMs = 0;
    this.#timer?.();
  }

  #again(reason: string | undefined): void {
    if (this.#isStopped) return;
    if (reason !== undefined && reason !== this.#lastReason)
      this.#deps.logger.log('info', 'not connected', { node: this.#identity.node, reason });
    this.#lastReason = reason;
    this.#timer = this.#deps.clock.after(this.#delayMs * (0.5 + this.#deps.random.next()), () => this.#connect());
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
  }

  #heard(topic: string, payload: Uint8Array): void {
    if (topic.includes('/STATE/')) {
      this.#hostSays(payload);
      return;
    }
    if (!asksForRebirth(payload) || !this.#isBorn) return;
    const now = this.#deps.clock.monoMs();
    if (now - this.#bornAtMs < REBIRTH_MS) return;
    this.counts.repeated++;
    this.#birth();
  }

  /** Section 6.4.28: what is older than what is known is of a connection that is gone. */
  #hostSays(payload: Uint8Array): void {
    let state: { online?: unknown; timestamp?: unknown };
    try {
      state = JSON.parse(new TextDecoder().decode(payload)) as typeof state;
    } catch {
      return;
    }
    const { online, timestamp } = state;
    if (typeof online !== 'boolean' || typeof timestamp !== 'number' || timestamp < this.#hostMs) return;
    this.#hostMs = timestamp;
    this.#isHostThere = online;
    if (online) {
      if (!this.#isBorn) this.#birth();
      return;
    }
    if (!this.#isBorn) return;
    // It takes its leave, and comes back to wait for the host.
    this.#isBorn = false;
    this.#publishBytes('NDEATH', '', sparkplugBytes({ t: this.#nowMs(), metrics: [this.#bdSeqMetric()] }));
    this.#link?.close();
  }

  #bdSeqMetric = (): SparkplugMetric => ({ name: 'bdSeq', type: 'UInt64', saysType: true, value: this.#bdSeq });

  #birth(): void {
    if (!this.#isOpen || !this.#isHostThere) return;
    this.#isBorn = true;
    this.#seq = 0;
    this.#bornAtMs = this.#deps.clock.monoMs();
    this.#publish('NBIRTH', undefined, this.#nowMs(), [
      this.#bdSeqMetric(),
      { name: 'Node Control/Rebirth', type: 'Boolean', saysType: true, value: 0 },
      ...(this.#self === undefined ? [] : this.#bornMetrics(this.#self)),
    ]);
    for (const device of this.#identity.devices.keys())
      if (device !== this.#self && !this.#off.has(device)) this.#deviceBirth(device);
    for (const told of this.#kept.splice(0)) this.#tell(told, true);
  }

  #deviceBirth(device: string): void {
    this.#publish('DBIRTH', device, this.#nowMs(device), this.#bornMetrics(device));
  }

  /** Every metric by name and alias, with what it was last. */
  #bornMetrics(device: string): SparkplugMetric[] {
    const last = this.#last.get(device);
    const { metrics } = this.#identity.devices.get(device) as SparkplugPart;
    return metrics.map(({ name, type }, i) => ({
      ...{ name, alias: this.#aliases.get(`${device} ${name}`) as number, type, saysType: true },
      ...(last === undefined ? {} : { t: last.t }),
      value: last?.values[i] ?? Number.NaN,
    }));
  }

  #tell({ device, t, values, isLost, cutAt }: SparkplugTold, historical: boolean): void {
    const { metrics } = this.#identity.devices.get(device) as SparkplugPart;
    const told = metrics.map(({ name, type }, i) => ({
      ...{ alias: this.#aliases.get(`${device} ${name}`) as number, t, type, saysType: false, historical },
      value: values[i] as number,
    }));
    this.counts.sent++;
    if (isLost) this.#seq = (this.#seq + 1) % 256;
    else this.#publish(device === this.#self ? 'NDATA' : 'DDATA', device, t, told, cutAt);
  }

  #publish(kind: string, device: string | undefined, t: number, metrics: SparkplugMetric[], cutAt?: number): void {
    const bytes = sparkplugBytes({ t, seq: this.#seq, metrics });
    this.#seq = (this.#seq + 1) % 256;
    this.#publishBytes(
      kind,
      device === undefined ? '' : (this.#identity.devices.get(device)?.below ?? ''),
      cutAt === undefined ? bytes : bytes.subarray(0, Math.floor(cutAt * bytes.length)),
    );
  }

  #publishBytes(kind: string, below: string, bytes: Uint8Array): void {
    const { group, node } = this.#identity;
    this.#link?.publish(`spBv1.0/${group}/${kind}/${node}${below === '' ? '' : `/${below}`}`, bytes);
  }
}
