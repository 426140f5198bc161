/**
 * What stands in InfluxDB of several channels at once: readings of a stretch of time, or buckets of a level. One question for
 * all channels of a quantity; where its answer would be too long, one for each half of them.
 */
import { QUALITY, quantityOf } from '@karez/model';
import type { Bucket } from '../rollup/bucket.ts';
import type { Level, Span } from '../rollup/levels.ts';
import { type InfluxHttp, unavailable } from './influx-http.ts';
import { quoted } from './influx-repeats.ts';
import { fieldsOf, measurementOf } from './line-protocol.ts';
import { channelPath, type StoreChannel } from './store.ts';

/** Channels in one question, and questions under way at once: InfluxDB answers each with one core, and while it answers one another is read here. */
const CHANNELS_AT_ONCE = 16;
const QUESTIONS_AT_ONCE = 2;

export interface ReadingAt {
  /** Field in which the device stood; '' for none. */
  field: string;
  timeMs: number;
  /** Null for an absent one. */
  value: number | null;
  quality: number;
}

export interface BucketAt {
  field: string;
  timeMs: number;
  bucket: Bucket;
}

/** By channel path, each in the order of time; channels without any are left out. */
export type ByPath<T> = Map<string, T[]>;

/** Single readings of channels within a span. @throws KarezError STORE_UNAVAILABLE. */
export async function readingsOf(
  http: InfluxHttp,
  channels: readonly StoreChannel[],
  span: Span,
): Promise<ByPath<ReadingAt>> {
  return await ofEachQuantity(http, channels, (quantity, some) => {
    const { value, bits, absent } = fieldsOf(quantity);
    const question = `SELECT ${value}, ${bits}, ${absent} FROM "${measurementOf(quantity)}" WHERE ${whereOf(some, span)} ${BY_CHANNEL}`;
    const make = (field: string, [timeMs, v, q, a]: Cells): ReadingAt | undefined =>
      v === null && a === null
        ? undefined
        : { field, timeMs: timeMs as number, value: v ?? null, quality: q ?? a ?? 0 };
    return { question, make };
  });
}

/** What follows a quantity's name in the fields of a bucket (influx-rollups.ts). */
const PARTS = ['', '.min', '.max', '.n', '.used', '.q', '.unsound'];
const OF_DIRECTIONS = ['.sin', '.cos'];

/** Buckets of a level that begin within a span. @throws KarezError STORE_UNAVAILABLE. */
export async function bucketsOf(
  http: InfluxHttp,
  channels: readonly StoreChannel[],
  { name }: Level,
  span: Span,
): Promise<ByPath<BucketAt>> {
  return await ofEachQuantity(http, channels, (quantity, some) => {
    const aggregate = quantityOf(quantity)?.aggregate ?? 'mean';
    const parts = [...PARTS, ...(aggregate === 'circular' ? OF_DIRECTIONS : [])];
    const columns = parts.map((part) => `"${quantity}${part}"`).join(', ');
    const question = `SELECT ${columns} FROM "${name}"."${measurementOf(quantity)}" WHERE ${whereOf(some, span)} ${BY_CHANNEL}`;
    const make = (field: string, [timeMs, ...cells]: Cells): BucketAt | undefined =>
      cells[3] === null
        ? undefined
        : { field, timeMs: timeMs as number, bucket: bucketOf(aggregate === 'mean', cells) };
    return { question, make };
  });
}

type Cells = (number | null)[];
type Question<T> = { question: string; make(field: string, cells: Cells): T | undefined };

const BY_CHANNEL = 'GROUP BY "farm", "gateway", "device", "place", "field"';

async function ofEachQuantity<T extends { timeMs: number }>(
  http: InfluxHttp,
  channels: readonly StoreChannel[],
  ask: (quantity: string, some: readonly StoreChannel[]) => Question<T>,
): Promise<ByPath<T>> {
  const found: ByPath<T> = new Map();
  const take = async (quantity: string, some: readonly StoreChannel[]): Promise<void> => {
    const { question, make } = ask(quantity, some);
    const answer = await http.series(question);
    if (answer === undefined) {
      if (some.length === 1) throw unavailable('InfluxDB answers more than is read at once', question);
      const middle = some.length >> 1;
      await take(quantity, some.slice(0, middle));
      await take(quantity, some.slice(middle));
      return;
    }
    for (const { tags, values } of answer) {
      const path = channelPath({ ...(tags as unknown as StoreChannel), quantity, place: tags.place || undefined });
      const rows = values.map((cells) => make(tags.field ?? '', cells as Cells)).filter((row) => row !== undefined);
      const before = found.get(path);
      // A device that was moved to another field has a series for each.
      found.set(path, before === undefined ? rows : [...before, ...rows].sort((a, b) => a.timeMs - b.timeMs));
    }
  };
  const parts = [...Map.groupBy(channels, (channel) => channel.quantity)].flatMap(([quantity, all]) =>
    Array.from({ length: Math.ceil(all.length / CHANNELS_AT_ONCE) }, (_, i) => ({
      ...{ quantity, some: all.slice(i * CHANNELS_AT_ONCE, (i + 1) * CHANNELS_AT_ONCE) },
    })),
  );
  const next = parts.values();
  const worker = async () => {
    for (const { quantity, some } of next) await take(quantity, some);
  };
  await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, worker));
  return found;
}

function whereOf(channels: readonly StoreChannel[], { fromMs, toMs }: Span): string {
  const each = channels.map(
    (c) =>
      `(farm = ${quoted(c.farm)} AND gateway = ${quoted(c.gateway)} AND device = ${quoted(c.device)} AND place = ${quoted(c.place ?? '')})`,
  );
  return `(${each.join(' OR ')}) AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}

const QUALITY_BITS = Object.values(QUALITY).reduce((all, bit) => all | bit, 0);

function bucketOf(isMean: boolean, cells: Cells): Bucket {
  const [value = null, lo, hi, n, with_, bits, unsound, sin, cos] = cells;
  const count = n as number;
  if (value === null) {
    const none = { lo: Number.POSITIVE_INFINITY, hi: Number.NEGATIVE_INFINITY, last: Number.NaN };
    return {
      ...{ n: count, quality: (bits ?? 0) & QUALITY_BITS, sound: unsound === null },
      sums: { n: 0, sum: 0, sin: 0, cos: 0, ...none },
    };
  }
  const used = with_ ?? count;
  return {
    ...{ n: count, quality: (bits ?? 0) & QUALITY_BITS, sound: unsound === null },
    sums: {
      ...{ n: used, sum: isMean ? value * used : value, sin: sin ?? 0, cos: cos ?? 0 },
      ...{ lo: lo ?? value, hi: hi ?? value, last: value },
    },
  };
}
