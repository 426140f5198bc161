/**
 * Readings as InfluxDB line protocol (InfluxDB 1.x documentation, "Line protocol reference"). A measurement for each
 * kind of quantity; tags farm, gateway, device and, where there are any, field and place; one field for each quantity
 * with its value, and one with `.q` appended for its quality bits. An absent reading has only the latter, since InfluxDB
 * knows no NaN.
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

function seriesKey(c: StoreChannel): string {
  const tags = [
    `device=${escapeTag(c.device)}`,
    `farm=${escapeTag(c.farm)}`,
    ...(c.field === undefined ? [] : [`field=${escapeTag(c.field)}`]),
    `gateway=${escapeTag(c.gateway)}`,
    ...(c.place === undefined ? [] : [`place=${escapeTag(c.place)}`]),
  ];
  return `${measurementOf(c.quantity)},${tags.join(',')} `;
}

/** The part of a time below the millisecond, from 0 to 999,999. */
export function offsetNs(epoch: string, seq: number): number {
  return (Number.parseInt(epoch.slice(0, 8), 16) + seq) % 1_000_000;
}

/** One line for each reading. */
export function toLines({ readings, channels, epoch }: StoreBatch): string[] {
  const heads = new Map<number, [key: string, field: string]>();
  const lines = new Array<string>(readings.count);
  for (let i = 0; i < readings.count; i++) {
    const number = readings.channel[i] as number;
    let head = heads.get(number);
    if (head === undefined) {
      const channel = channels.get(number) as StoreChannel;
      head = [seriesKey(channel), channel.quantity];
      heads.set(number, head);
    }
    const value = readings.value[i] as number;
    const fields = Number.isNaN(value) ? '' : `${head[1]}=${value},`;
    const ns = offsetNs(epoch, readings.seq[i] as number)
      .toString()
      .padStart(6, '0');
    lines[i] = `${head[0]}${fields}${head[1]}.q=${readings.quality[i]}i ${readings.timeMs[i]}${ns}`;
  }
  return lines;
}
