/**
 * Rolled-up history in InfluxDB: one retention policy a level (rollup/levels.ts), the same measurements and tags as the
 * readings, at the start of each bucket. Of a quantity `q` there are `q` (mean, sum or last, as the quantity asks),
 * `q.min`, `q.max`, `q.n` readings; where needed `q.used` of them with values, `q.q` quality bits, `q.unsound` where no value is
 * inside the physical range, and for directions `q.sin` and `q.cos`. Continuous queries of InfluxDB do not see what
 * comes late, so it is done here, with the same sums as in the embedded store.
 */
import { type Aggregate, QUALITY, quantityOf } from '@karez/model';
import { aggregateOf, type Bucket, Gatherer } from '../rollup/bucket.ts';
import { DAY_MS, HOUR_MS, LEVELS, type Level, startOf } from '../rollup/levels.ts';
import type { DirtyHour } from '../vault/dirty.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { csvRows } from './influx-csv.ts';
import type { InfluxHttp } from './influx-http.ts';
import { quoted } from './influx-repeats.ts';
import { fieldsOf, measurementOf, seriesKey } from './line-protocol.ts';
import { pathChannel, type StoreChannel } from './store.ts';

const [MINUTE, QUARTER, HOUR, DAY] = LEVELS as [Level, Level, Level, Level];
/** Hours of channels taken in one piece, and neighbouring ones read with one question. */
const HOURS_AT_ONCE = 1_000;
const LONGEST_SPAN_HOURS = 24;
const SPANS_AT_ONCE = 16;

/** Neighbouring hours of one channel. */
interface Stretch {
  path: string;
  hours: DirtyHour[];
}

/** One bounded piece of work. @returns whether there is more. */
export async function rollUpSome(http: InfluxHttp, vault: OpenVault, closedMs: number): Promise<boolean> {
  const due = await vault.dirtyHours(closedMs, HOURS_AT_ONCE);
  const stretches = stretchesOf(due);
  const taken = stretches.slice(0, SPANS_AT_ONCE);
  for (const stretch of taken) await rollUpStretch(http, stretch);
  await vault.rolledUp(taken.flatMap(({ hours }) => hours));
  return taken.length < stretches.length || due.length === HOURS_AT_ONCE;
}

function stretchesOf(due: readonly DirtyHour[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [path, hours] of Map.groupBy(due, ({ path }) => path)) {
    for (const hour of hours.toSorted((a, b) => a.hour - b.hour)) {
      const last = stretches.at(-1);
      const follows = last?.path === path && last.hours.at(-1)?.hour === hour.hour - 1;
      if (follows && last.hours.length < LONGEST_SPAN_HOURS) last.hours.push(hour);
      else stretches.push({ path, hours: [hour] });
    }
  }
  return stretches;
}

/** Buckets by the field that the device stood in, and by their start. */
type Gathered = Map<string, Map<number, Gatherer>>;

async function rollUpStretch(http: InfluxHttp, { path, hours }: Stretch): Promise<void> {
  const channel = pathChannel(path);
  const fromMs = (hours[0] as DirtyHour).hour * HOUR_MS;
  const toMs = ((hours.at(-1) as DirtyHour).hour + 1) * HOUR_MS;
  const minutes: Gathered = new Map();
  const { value, bits, absent } = fieldsOf(channel.quantity);
  const question = `SELECT ${value} AS v, ${bits} AS q, ${absent} AS a FROM "${measurementOf(channel.quantity)}" WHERE ${whereOf(channel, fromMs, toMs)} GROUP BY "field"`;
  for (const { tags, timeMs, cells } of await rowsOf(http, question)) {
    const [v = '', q = '', a = ''] = cells;
    if (v === '' && a === '') continue;
    gathererAt(minutes, tags.get('field') ?? '', startOf(timeMs, MINUTE)).add(
      v === '' ? null : Number(v),
      Number(q || a),
    );
  }
  const quarters = coarser(minutes, QUARTER);
  const wholeHours = coarser(quarters, HOUR);
  for (const [level, gathered] of [
    [MINUTE, minutes],
    [QUARTER, quarters],
    [HOUR, wholeHours],
  ] as const)
    await write(http, channel, level, gathered);
  const dayFrom = startOf(fromMs, DAY);
  const dayTo = startOf(toMs - 1, DAY) + DAY_MS;
  const days: Gathered = new Map();
  for (const { field, timeMs, bucket } of await readBuckets(http, channel, HOUR, dayFrom, dayTo))
    gathererAt(days, field, startOf(timeMs, DAY)).addBucket(bucket);
  await write(http, channel, DAY, days);
}

function gathererAt(gathered: Gathered, field: string, startMs: number): Gatherer {
  const buckets = gathered.get(field) ?? new Map<number, Gatherer>();
  const gatherer = buckets.get(startMs) ?? new Gatherer();
  gathered.set(field, buckets);
  buckets.set(startMs, gatherer);
  return gatherer;
}

function coarser(finer: Gathered, level: Level): Gathered {
  const gathered: Gathered = new Map();
  for (const [field, buckets] of finer)
    for (const [startMs, gatherer] of buckets)
      gathererAt(gathered, field, startOf(startMs, level)).addBucket(gatherer.bucket());
  return gathered;
}

async function write(http: InfluxHttp, channel: StoreChannel, { name }: Level, gathered: Gathered): Promise<void> {
  let lines = '';
  for (const [field, buckets] of gathered) {
    const key = seriesKey({ ...channel, field: field === '' ? undefined : field });
    for (const [startMs, gatherer] of buckets)
      lines += `${key}${fieldsText(channel.quantity, gatherer.bucket())} ${startMs}000000\n`;
  }
  if (lines === '') return;
  const refusal = await http.write(lines, name);
  if (refusal !== undefined) throw new Error(`InfluxDB refuses what was rolled up: ${refusal.reason}`);
}

const aggregateFor = (quantity: string): Aggregate => quantityOf(quantity)?.aggregate ?? 'mean';

function fieldsText(quantity: string, bucket: Bucket): string {
  const { n, quality, sound, sums } = bucket;
  const aggregate = aggregateFor(quantity);
  const values =
    sums.n === 0
      ? []
      : [`${quantity}=${aggregateOf(bucket, aggregate)}`, `${quantity}.min=${sums.lo}`, `${quantity}.max=${sums.hi}`];
  return [
    ...values,
    `${quantity}.n=${n}i`,
    ...(sums.n === n ? [] : [`${quantity}.used=${sums.n}i`]),
    ...(quality === 0 ? [] : [`${quantity}.q=${quality}i`]),
    ...(sound ? [] : [`${quantity}.unsound=1i`]),
    ...(aggregate === 'circular' && sums.n > 0 ? [`${quantity}.sin=${sums.sin}`, `${quantity}.cos=${sums.cos}`] : []),
  ].join(',');
}

/** Buckets of a level that begin within a span, in the order of time. */
export async function readBuckets(
  http: InfluxHttp,
  channel: StoreChannel,
  { name }: Level,
  fromMs: number,
  toMs: number,
): Promise<{ field: string; timeMs: number; bucket: Bucket }[]> {
  const { quantity } = channel;
  const parts = ['', '.min', '.max', '.n', '.used', '.q', '.unsound', '.sin', '.cos'];
  const columns = parts.map((part, i) => `"${quantity}${part}" AS c${i}`).join(', ');
  const question = `SELECT ${columns} FROM "${name}"."${measurementOf(quantity)}" WHERE ${whereOf(channel, fromMs, toMs)} GROUP BY "field"`;
  const rows = (await rowsOf(http, question)).filter(({ cells }) => cells[3] !== '');
  return rows
    .map(({ tags, timeMs, cells }) => ({ field: tags.get('field') ?? '', timeMs, bucket: bucketOf(quantity, cells) }))
    .sort((a, b) => a.timeMs - b.timeMs);
}

function bucketOf(quantity: string, cells: readonly string[]): Bucket {
  const [value = '', lo = '', hi = '', count = '', with_ = '', bits = '', unsound = '', sin = '', cos = ''] = cells;
  const n = Number(count);
  const used = value === '' ? 0 : with_ === '' ? n : Number(with_);
  const v = Number(value);
  const sum = aggregateFor(quantity) === 'mean' ? v * used : v;
  const empty = used === 0;
  return {
    ...{ n, quality: Number(bits || 0) & QUALITY_BITS, sound: unsound === '' },
    sums: {
      ...{ n: used, sum: empty ? 0 : sum, sin: Number(sin || 0), cos: Number(cos || 0) },
      lo: empty ? Number.POSITIVE_INFINITY : Number(lo),
      hi: empty ? Number.NEGATIVE_INFINITY : Number(hi),
      last: empty ? Number.NaN : v,
    },
  };
}

const QUALITY_BITS = Object.values(QUALITY).reduce((all, bit) => all | bit, 0);

async function rowsOf(http: InfluxHttp, question: string) {
  const csv = await http.csv(question);
  if (csv === undefined) throw new Error('InfluxDB answers more than is read at once');
  return csvRows(csv);
}

function whereOf(c: StoreChannel, fromMs: number, toMs: number): string {
  const tags = [
    `farm = ${quoted(c.farm)}`,
    `gateway = ${quoted(c.gateway)}`,
    `device = ${quoted(c.device)}`,
    `place = ${quoted(c.place ?? '')}`,
  ];
  return `${tags.join(' AND ')} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}
