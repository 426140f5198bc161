/**
 * One Sparkplug edge node as its host sees it (Eclipse Sparkplug 3.0.0, chapters 5 and 6). Its births say what each alias means; its
 * messages are numbered from one birth to the next. Where a number is missing a birth may have been missed, and with it what
 * the aliases mean: values that come by alias then wait for the next birth, which is asked for, and are stored only if it still calls them the
 * same. Values that come with their names need not wait.
 */
import { type Cancel, KarezError, LIMITS } from '@karez/model';
import type { EdgeDeps, Intake } from '../ports.ts';
import type { NamedMetric } from './metric-samples.ts';
import { type Datatype, type Metric, numberOf, type Payload } from './payload.ts';
import { Rebirth } from './rebirth.ts';
import type { SparkDevice } from './spark-device.ts';

/** What an alias means. */
interface Meaning {
  name: string;
  device: string;
}

interface Held {
  device: string;
  payloadMs: number | undefined;
  metrics: Metric[];
  /** What the aliases meant when it came. */
  names: (string | undefined)[];
  /** The session in which it was sent is over. */
  isPast: boolean;
  cancel: Cancel;
  done: PromiseWithResolvers<void>;
}

/** The birth that was asked for comes within seconds, or the node is gone. */
const HOLD_MS = 60_000;
/** The name that stands for the node's own metrics. */
const OWN = '';

export class EdgeNode {
  readonly #devices: ReadonlyMap<string, SparkDevice>;
  readonly #intake: Intake;
  readonly #clock: EdgeDeps['clock'];
  /** Whether a message may wait for its acknowledgement; else its sender is cut, and sends it again. */
  readonly #mayWait: boolean;
  readonly rebirth: Rebirth;
  #aliases = new Map<number, Meaning>();
  readonly #types = new Map<string, Map<string, Datatype | undefined>>();
  readonly #alive = new Set<string>();
  #isBorn = false;
  /** A message was missed since the birth. */
  #isDoubtful = false;
  #bdSeq: number | undefined;
  #seq = 0;
  #held: Held[] = [];

  constructor(
    devices: ReadonlyMap<string, SparkDevice>,
    intake: Intake,
    clock: EdgeDeps['clock'],
    askRebirth: () => void,
    mayWait: boolean,
  ) {
    this.#devices = devices;
    this.#intake = intake;
    this.#clock = clock;
    this.#mayWait = mayWait;
    this.rebirth = new Rebirth(clock, askRebirth);
  }

  /** Messages may have been missed: nothing is believed until the next birth. */
  forget(): void {
    this.#isBorn = false;
    this.#alive.clear();
    this.rebirth.want();
  }

  async nodeBorn(payload: Payload): Promise<void> {
    const bdSeq = bdSeqOf(payload);
    if (this.#bdSeq !== undefined && bdSeq !== this.#bdSeq) for (const held of this.#held) held.isPast = true;
    this.#bdSeq = bdSeq;
    this.#isBorn = true;
    this.#isDoubtful = false;
    this.#seq = payload.seq ?? 0;
    this.#aliases = new Map();
    this.#alive.clear();
    this.rebirth.settled();
    await this.#born(OWN, payload);
  }

  async deviceBorn(device: string, payload: Payload): Promise<void> {
    if (!this.#isBorn) return this.#unborn();
    this.#count(payload.seq);
    await this.#born(device, payload);
  }

  async told(device: string, payload: Payload, qos: number): Promise<void> {
    if (this.#isBorn) this.#count(payload.seq);
    const target = this.#devices.get(device);
    const isKnown = this.#isBorn && !this.#isDoubtful && this.#alive.has(device);
    const named: NamedMetric[] = [];
    const waiting: Metric[] = [];
    for (const metric of payload.metrics) {
      const name = metric.name ?? (isKnown ? this.#meaning(device, metric.alias) : undefined);
      if (name === undefined) waiting.push(metric);
      else named.push({ ...metric, name });
    }
    if (!isKnown || waiting.length > 0) this.rebirth.want();
    if (target === undefined) return this.#intake.ignore('sparkplug device that is not configured');
    const taken = named.length === 0 ? Promise.resolve() : target.told(named, payload.timeMs);
    if (waiting.length === 0) return taken;
    if (qos > 0 && !this.#mayWait) {
      await taken;
      throw new KarezError('BUSY', 'messages were missed, and what an alias means is not known until the next birth');
    }
    const held = this.#hold(device, payload.timeMs, waiting);
    await (qos > 0 ? Promise.all([taken, held]) : taken);
  }

  async deviceDied(device: string, payload: Payload): Promise<void> {
    if (this.#isBorn) this.#count(payload.seq);
    else this.#unborn();
    this.#alive.delete(device);
    await this.#devices.get(device)?.died('the edge node says that it is offline', payload.timeMs);
  }

  async nodeDied(payload: Payload): Promise<void> {
    const bdSeq = bdSeqOf(payload);
    // A will of an earlier connection, which the server sent late.
    if (this.#isBorn && bdSeq !== undefined && this.#bdSeq !== undefined && bdSeq !== this.#bdSeq)
      return this.#intake.ignore('sparkplug NDEATH of an earlier session');
    this.#isBorn = false;
    this.#alive.clear();
    for (const held of this.#held) held.isPast = true;
    // The time in it is that of the connection's beginning.
    await Promise.all([...this.#devices.values()].map((device) => device.died('its edge node is offline', undefined)));
  }

  stop(): void {
    this.rebirth.stop();
    for (const held of this.#held.splice(0)) {
      held.cancel();
      held.done.reject(new KarezError('BUSY', 'the gateway stops'));
    }
  }

  async #born(device: string, payload: Payload): Promise<void> {
    const types = new Map<string, Datatype | undefined>();
    const named: NamedMetric[] = [];
    for (const metric of payload.metrics) {
      const { name, alias, datatype } = metric;
      if (name === undefined) continue;
      types.set(name, datatype);
      if (alias !== undefined) this.#aliases.set(alias, { name, device });
      named.push({ ...metric, name });
    }
    this.#types.set(device, types);
    this.#alive.add(device);
    const target = this.#devices.get(device);
    const taken = target?.born(named, payload.timeMs, types);
    if (target === undefined && device !== OWN) this.#intake.ignore('sparkplug device that is not configured');
    const released = this.#release(device);
    await Promise.all([taken, released]);
  }

  /** Whether the number is the next; where it is not, births are asked for. Some writers leave a 0 out. */
  #count(seq = 0): void {
    const expected = (this.#seq + 1) & 0xff;
    this.#seq = seq;
    if (seq === expected) return;
    this.#isDoubtful = true;
    this.#intake.ignore('sparkplug gap in the sequence');
    this.rebirth.want();
  }

  #unborn(): void {
    this.rebirth.want();
    this.#intake.ignore('sparkplug message before the birth of its node');
  }

  #meaning(device: string, alias: number | undefined): string | undefined {
    const meaning = alias === undefined ? undefined : this.#aliases.get(alias);
    return meaning?.device === device ? meaning.name : undefined;
  }

  #hold(device: string, payloadMs: number | undefined, metrics: Metric[]): Promise<void> {
    const held: Held = {
      ...{ device, payloadMs, metrics, isPast: false },
      names: metrics.map(({ alias }) => this.#meaning(device, alias)),
      cancel: this.#clock.after(HOLD_MS, () => this.#drop(held, `no birth came within ${HOLD_MS / 1_000} s`)),
      done: Promise.withResolvers(),
    };
    held.done.promise.catch(() => {});
    this.#held.push(held);
    if (this.#held.length > LIMITS.sparkplugHeld)
      this.#drop(this.#held[0] as Held, `more than ${LIMITS.sparkplugHeld} messages wait for a birth`);
    return held.done.promise;
  }

  #drop(held: Held, reason: string): void {
    held.cancel();
    this.#held = this.#held.filter((other) => other !== held);
    this.#devices.get(held.device)?.refuse('FRAME_UNEXPECTED', `${held.metrics.length} values by alias: ${reason}`);
    held.done.resolve();
  }

  /** What waited for this birth is stored where the birth calls it the same. */
  async #release(device: string): Promise<void> {
    const ready = this.#held.filter((held) => held.device === device);
    if (ready.length === 0) return;
    this.#held = this.#held.filter((held) => held.device !== device);
    const target = this.#devices.get(device) as SparkDevice;
    await Promise.all(
      ready.map(async ({ metrics, names, payloadMs, isPast, cancel, done }) => {
        cancel();
        const named: NamedMetric[] = [];
        for (const [i, metric] of metrics.entries()) {
          const name = this.#meaning(device, metric.alias);
          const before = names[i];
          const isSame = before === undefined ? !isPast : before === name;
          if (name !== undefined && isSame) named.push({ ...metric, name });
          else
            target.refuse(
              'FRAME_UNEXPECTED',
              `alias ${metric.alias} meant ${before ?? 'nothing known'}, and now ${name ?? 'nothing'}`,
            );
        }
        try {
          if (named.length > 0) await target.told(named, payloadMs);
          done.resolve();
        } catch (error) {
          done.reject(error);
          throw error;
        }
      }),
    );
  }
}

/** The number of the node's connection, in its births and its will. */
function bdSeqOf({ metrics }: Payload): number | undefined {
  const metric = metrics.find(({ name }) => name === 'bdSeq');
  return metric?.value === undefined ? undefined : numberOf(metric.value, metric.datatype);
}
