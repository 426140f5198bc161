/**
 * The faults of a farm over time: which are in force on which device, and how often each has struck. No clock and no
 * chance but the seed's.
 */
import { KarezError } from '@karez/model';
import { checker } from '@karez/model/schemas';
import { chance } from '../world/noise.ts';
import { FaultCommand, type FaultTarget, selected, unfit } from './fault-order.ts';
import {
  type Emission,
  FAULTS,
  type FaultKind,
  type FaultRecord,
  type SampleFate,
  type Strike,
} from './fault-table.ts';

/** What became of an order. */
export interface FaultReport {
  fault: FaultKind;
  device: string;
  /** Simulated time, ms since 1970; no end where it lasts until it is ended. */
  fromMs: number;
  toMs: number | undefined;
  /** Devices that it was meant for. */
  devices: number;
  /** How often it struck, and how many of the devices. */
  strikes: number;
  struck: number;
}

interface Order {
  fault: FaultKind;
  record: FaultRecord;
  command: FaultCommand;
  meant: number;
  fromMs: number;
  toMs: number;
  strikes: Map<string, number>;
  memory: Map<string, Map<string, number>>;
}

/** A stretch of time in which a device has no power, or starts anew. Simulated ms. */
export interface PowerEvent {
  device: string;
  atMs: number;
  /** Off until told otherwise, on again, or off and on at once. */
  what: 'off' | 'on' | 'restart';
}

const commandChecker = checker(FaultCommand, 'REQUEST_INVALID');
/** Ids that an error names. */
const NAMED = 20;
const SOUND: SampleFate = {
  ...{ dropped: false, samples: 1, sendings: 1, delayMs: 0 },
  ...{ isLost: false, cutAt: undefined },
};

export class Faults {
  readonly #seed: number;
  readonly #devices: ReadonlyMap<string, FaultTarget>;
  readonly #nowMs: () => number;
  readonly #deviceClock: (simulatedMs: number) => number;
  readonly #orders: Order[] = [];
  readonly #ofDevice = new Map<string, Order[]>();
  /** How often each device was struck since the start. */
  readonly fired = new Map<string, number>();
  #draws = 0;

  /** `deviceClock` is what a right clock of a device says at a moment of simulated time. */
  constructor(
    seed: number,
    devices: ReadonlyMap<string, FaultTarget>,
    nowMs: () => number,
    deviceClock: (simulatedMs: number) => number = (ms) => ms,
  ) {
    this.#seed = seed;
    this.#devices = devices;
    this.#nowMs = nowMs;
    this.#deviceClock = deviceClock;
  }

  /**
   * Takes an order as it came in. One that begins at once takes the place of those of its kind on the same device.
   * @returns the order, and when its devices lose their power or start anew.
   * @throws KarezError REQUEST_INVALID naming the key and what was expected.
   */
  command(value: unknown, where = 'command'): { command: FaultCommand; power: PowerEvent[] } {
    const command = commandChecker.parse(value, where) as FaultCommand;
    const fail = (key: string, words: string): never => {
      throw new KarezError('REQUEST_INVALID', `${where}: ${words}`, { where: key });
    };
    const ids = selected(command.device, this.#devices);
    if (ids.length === 0) {
      const known = [...this.#devices.keys()];
      const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : '';
      fail('device', `device must be one of ${known.slice(0, NAMED).join(', ')}${more}, or mean some of them`);
    }
    if (command.fault === 'none') return { command, power: ids.flatMap((id) => this.#end(id)) };
    const { fault, device: _, afterS = 0, forS = Number.POSITIVE_INFINITY, ...options } = command;
    const reasons = ids.map((id) => unfit(fault, options, this.#devices.get(id) as FaultTarget));
    const fit = ids.filter((_id, i) => reasons[i] === undefined);
    if (fit.length === 0) fail('fault', `fault ${fault} ${reasons[0]}; ${ids[0]} does not fit`);
    const record = FAULTS[fault] as FaultRecord;
    const fromMs = this.#nowMs() + afterS * 1_000;
    const toMs = fromMs + forS * 1_000;
    const order: Order = {
      ...{ fault, record, command, fromMs, toMs, meant: fit.length },
      ...{ strikes: new Map(), memory: new Map() },
    };
    if (afterS === 0) for (const id of fit) this.#withdraw(id, (other) => other.fault === fault && this.#isOn(other));
    this.#orders.push(order);
    for (const id of fit) this.#ofDevice.set(id, [...(this.#ofDevice.get(id) ?? []), order]);
    return { command, power: fit.flatMap((device) => powerEvents(order, device)) };
  }

  /** What goes out in place of bytes on their way. */
  pass(emission: Emission): Uint8Array[] {
    let out = [emission];
    for (const order of this.#on(emission.device)) {
      const { bytes, answersToo } = order.record;
      if (bytes === undefined || !(emission.framed || answersToo)) continue;
      const strike = this.#strike(order, emission.device);
      // Made to order for the frame as it was; after another fault it is bytes like any others.
      if (strike !== undefined)
        out = out.flatMap((one) =>
          bytes(one, strike).map((changed) => ({ device: one.device, bytes: changed, framed: true })),
        );
    }
    return out.map(({ bytes }) => bytes);
  }

  /** What becomes of a sample that a node takes now. */
  sample(device: string): SampleFate {
    const fate = { ...SOUND };
    for (const order of this.#on(device)) {
      const { sample } = order.record;
      if (sample === undefined) continue;
      const strike = this.#strike(order, device);
      if (strike !== undefined) Object.assign(fate, sample(strike));
      if (fate.dropped) break;
    }
    return fate;
  }

  /** What the device measures where `values` is true. */
  felt<T extends object>(device: string, values: T, sensor = ''): T {
    let felt = values;
    for (const order of this.#on(device)) {
      const { value } = order.record;
      if (value === undefined) continue;
      const strike = this.#aim(order, device, 0);
      const changed = Object.entries(felt).flatMap(([name, was]) => {
        const is = typeof was === 'number' ? value(name, was, strike, sensor) : undefined;
        return is === undefined ? [] : [[name, is] as const];
      });
      if (changed.length === 0) continue;
      this.#count(order, device);
      felt = { ...felt, ...Object.fromEntries(changed) };
    }
    return felt;
  }

  /** What the device's own clock says now, ms since 1970. */
  clockMs(device: string): number {
    const nowMs = this.#deviceClock(this.#nowMs());
    for (const order of this.#on(device)) {
      const { clock } = order.record;
      if (clock === undefined) continue;
      this.#count(order, device);
      return clock(nowMs - this.#deviceClock(order.fromMs));
    }
    return nowMs;
  }

  /** Every order so far. */
  reports(): FaultReport[] {
    return this.#orders.map(({ fault, command, fromMs, toMs, meant, strikes }) => ({
      ...{ fault, device: command.device, fromMs, toMs: Number.isFinite(toMs) ? toMs : undefined, devices: meant },
      ...{ strikes: [...strikes.values()].reduce((sum, n) => sum + n, 0), struck: strikes.size },
    }));
  }

  #isOn({ fromMs, toMs }: Order): boolean {
    const now = this.#nowMs();
    return now >= fromMs && now < toMs;
  }

  #on(device: string): Order[] {
    const orders = this.#ofDevice.get(device);
    return orders === undefined ? [] : orders.filter((order) => this.#isOn(order));
  }

  /** The strike, counted, where chance wants one. */
  #strike(order: Order, device: string): Strike | undefined {
    const draw = this.#draws++;
    if (chance(this.#seed, `${device} strike`, draw) >= (order.command.share ?? 1)) return undefined;
    const strike = this.#aim(order, device, chance(this.#seed, `${device} where`, draw));
    this.#count(order, device);
    return strike;
  }

  #aim(order: Order, device: string, luck: number): Strike {
    const memory = order.memory.get(device) ?? new Map<string, number>();
    order.memory.set(device, memory);
    const isFirst = !order.strikes.has(device);
    return { options: order.command, luck, isFirst, sinceMs: this.#nowMs() - order.fromMs, memory };
  }

  #count(order: Order, device: string): void {
    order.strikes.set(device, (order.strikes.get(device) ?? 0) + 1);
    this.fired.set(device, (this.fired.get(device) ?? 0) + 1);
  }

  #withdraw(device: string, which: (order: Order) => boolean): Order[] {
    const gone = (this.#ofDevice.get(device) ?? []).filter(which);
    this.#ofDevice.set(
      device,
      (this.#ofDevice.get(device) ?? []).filter((order) => !gone.includes(order)),
    );
    return gone;
  }

  /** Ends everything on a device; one without power has it again. */
  #end(device: string): PowerEvent[] {
    const gone = this.#withdraw(device, () => true);
    return gone.some((order) => order.record.powerCut) ? [{ device, atMs: this.#nowMs(), what: 'on' }] : [];
  }
}

function powerEvents({ record, fromMs, toMs }: Order, device: string): PowerEvent[] {
  if (record.restart) return [{ device, atMs: fromMs, what: 'restart' }];
  if (!record.powerCut) return [];
  const off: PowerEvent = { device, atMs: fromMs, what: 'off' };
  return Number.isFinite(toMs) ? [off, { device, atMs: toMs, what: 'on' }] : [off];
}
