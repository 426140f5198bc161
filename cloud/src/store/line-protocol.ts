/**
 * Readings as InfluxDB line protocol (InfluxDB 1.x documentation, "Line protocol reference"). A measurement for each
 * kind of quantity; tags farm, gateway, device and, where there are any, field and place; one field for each quantity
 * with its value. Quality bits, where there are any, stand in a field with `.q` appended; of an absent reading, for which
 * InfluxDB knows no NaN, there is nothing but one with `.absent` appended that holds its bits. A plain good reading is one
 * field, which is the least that InfluxDB can be given to store.
 *
 * The time is in nanoseconds: the sampling time in milliseconds and, below it, a number below 1,000,000 that follows
 * from epoch and sequence number. So a repeat writes the same point again, and two readings in one millisecond are two
 * points, as long as their numbers are less than a million apart.
 */
import { QUANTITIES, quantityOf } from '@karez/model';
import type { StoreBatch, StoreChannel } from './store.ts';

const escapeTag = (text: string) => text.replace(/[,= ]/g, '\\$&');

/** Measurement of a quantity: its kind. */
export function measurementOf(quantity: string): string {
  return (quantityOf(quantity) ?? QUANTITIES['soil.raw']).kind;
}

const KINDS: ReadonlySet<string> = new Set(Object.values(QUANTITIES).map(({ kind }) => kind));

/**
 * Whether a field of a measurement holds readings: their values, or the marks of absent ones. Notes (cloud/src/notes) share the
 * measurement `device` with them; a note's field has no dot there, and the id of a quantity has one.
 */
export function holdsReadings(measurement: string, field: string): boolean {
  return KINDS.has(measurement) && field.includes('.') && !field.endsWith('.q');
}

/** Fields of a quantity, quoted for a query: its value, its quality bits, the bits of an absent one. */
export function fieldsOf(quantity: string): { value: string; bits: string; absent: string } {
  return { value: `"${quantity}"`, bits: `"${quantity}.q"`, absent: `"${quantity}.absent"` };
}

/** Tags of a channel, sorted as InfluxDB likes them. */
export function tagsOf(c: StoreChannel): string {
  return [
    `device=${escapeTag(c.device)}`,
    `farm=${escapeTag(c.farm)}`,
    ...(c.field === undefined ? [] : [`field=${escapeTag(c.field)}`]),
    `gateway=${escapeTag(c.gateway)}`,
    ...(c.place === undefined ? [] : [`place=${escapeTag(c.place)}`]),
  ].join(',');
}

/** Measurement and tags of a channel, with the space behind them. */
export function seriesKey(c: StoreChannel): string {
  return `${measurementOf(c.quantity)},${tagsOf(c)} `;
}

/** What sets the epochs of a gateway apart below the millisecond. */
const epochOffset = (epoch: string) => Number.parseInt(epoch.slice(0, 8), 16);

/** The part of a time below the millisecond, from 0 to 999,999. */
export function offsetNs(epoch: string, seq: number): number {
  return (epochOffset(epoch) + seq) % NS_PER_MS;
}

const NS_PER_MS = 1_000_000;

/** Lines of a batch, each made when it is asked for, with its line feed. */
export class Lines {
  readonly #batch: StoreBatch;
  readonly #offset: number;
  /** By channel number: what stands before its value, between value and quality bits, before the bits of an absent one. */
  readonly #heads = new Map<number, [value: string, bits: string, absent: string]>();
  #timeMs = Number.NaN;
  #time = '';

  constructor(batch: StoreBatch) {
    this.#batch = batch;
    this.#offset = epochOffset(batch.epoch);
  }

  /** The line of a row. Quick where rows are asked for in order, since those of a sample share their time. */
  of(row: number): string {
    const { channel, value, quality, timeMs, seq } = this.#batch.readings;
    const [beforeValue, beforeBits, absent] = this.#head(channel[row] as number);
    if (timeMs[row] !== this.#timeMs) {
      this.#timeMs = timeMs[row] as number;
      this.#time = this.#timeMs.toString();
    }
    const ns = (NS_PER_MS + ((this.#offset + (seq[row] as number)) % NS_PER_MS)).toString().slice(1);
    const number = value[row] as number;
    const bits = quality[row] as number;
    if (Number.isNaN(number)) return `${absent}${bits}i ${this.#time}${ns}\n`;
    if (bits === 0) return `${beforeValue}${number} ${this.#time}${ns}\n`;
    return `${beforeValue}${number}${beforeBits}${bits}i ${this.#time}${ns}\n`;
  }

  #head(number: number): [string, string, string] {
    let head = this.#heads.get(number);
    if (head === undefined) {
      const channel = this.#batch.channels.get(number) as StoreChannel;
      const key = seriesKey(channel);
      const { quantity } = channel;
      head = [`${key}${quantity}=`, `,${quantity}.q=`, `${key}${quantity}.absent=`];
      this.#heads.set(number, head);
    }
    return head;
  }
}

/** One line for each reading. */
export function toLines(batch: StoreBatch): string[] {
  const lines = new Lines(batch);
  return Array.from({ length: batch.readings.count }, (_, row) => lines.of(row));
}
