/**
 * Rolled-up history in InfluxDB: one retention policy a level (rollup/levels.ts), the same measurements and tags as the
 * readings, at the start of each bucket. Of a quantity `q` there are `q` (mean, sum or last, as the quantity asks),
 * `q.min`, `q.max`, `q.n` readings; where needed `q.used` of them with values, `q.q` quality bits, `q.unsound` where no value is
 * inside the physical range, and for directions `q.sin` and `q.cos`. Continuous queries of InfluxDB do not see what
 * comes late, so it is done here, with the same sums as in the embedded store.
 */
import { type Aggregate, quantityOf } from '@karez/model';
import { aggregateOf, type Bucket, Gatherer } from '../rollup/bucket.ts';
import { DAY_MS, HOUR_MS, LEVELS, type Level, type Span, startOf } from '../rollup/levels.ts';
import type { DirtyHour } from '../vault/dirty.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { InfluxHttp } from './influx-http.ts';
import { bucketsOf, readingsOf } from './influx-read.ts';
import { seriesKey } from './line-protocol.ts';
import { pathChannel, type StoreChannel } from './store.ts';

const [MINUTE, QUARTER, HOUR, DAY] = LEVELS as [Level, Level, Level, Level];
/** Channels taken in one piece, each with what is marked of one day. */
const CHANNELS_AT_ONCE = 32;
const HOURS_AT_ONCE = CHANNELS_AT_ONCE * 24;
/** Channels whose readings are read with one question: some thousand rows, some tens of milliseconds of work here. */
const CHANNELS_A_QUESTION = 8;
const LINES_PER_WRITE = 10_000;

/** Neighbouring hours of one channel within a day. */
interface Stretch extends Span {
  channel: StoreChannel;
  path: string;
}

/** One bounded piece of work. @returns whether there may be more. */
export async function rollUpSome(http: InfluxHttp, vault: OpenVault, closedMs: number): Promise<boolean> {
  const due = await vault.dirtyHours(closedMs, HOURS_AT_ONCE);
  if (due.length === 0) return false;
  const stretches = stretchesOf(due);
  const lines = new LevelLines();
  for (const some of Map.groupBy(stretches, ({ fromMs, toMs }) => `${fromMs}-${toMs}`).values())
    for (let i = 0; i < some.length; i += CHANNELS_A_QUESTION)
      await rollUpHours(http, some.slice(i, i + CHANNELS_A_QUESTION), lines);
  await lines.write(http);
  await rollUpDays(http, stretches, lines);
  await lines.write(http);
  await vault.rolledUp(due);
  return true;
}

function stretchesOf(due: readonly DirtyHour[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [path, hours] of Map.groupBy(due, ({ path }) => path)) {
    for (const { hour } of hours.toSorted((a, b) => a.hour - b.hour)) {
      const [fromMs, toMs] = [hour * HOUR_MS, (hour + 1) * HOUR_MS];
      const last = stretches.at(-1);
      const follows = last?.path === path && last.toMs === fromMs && startOf(last.fromMs, DAY) === startOf(fromMs, DAY);
      if (follows) last.toMs = toMs;
      else stretches.push({ channel: pathChannel(path), path, fromMs, toMs });
    }
  }
  return stretches;
}

/** Buckets by the field that the device stood in, and by their start. */
type Gathered = Map<string, Map<number, Gatherer>>;

/** Minutes, quarters and hours of stretches that are one span, from their readings. */
async function rollUpHours(http: InfluxHttp, stretches: readonly Stretch[], lines: LevelLines): Promise<void> {
  const channels = stretches.map(({ channel }) => channel);
  const found = await readingsOf(http, channels, stretches[0] as Stretch);
  for (const { channel, path } of stretches) {
    const minutes: Gathered = new Map();
    for (const { field, timeMs, value, quality } of found.get(path) ?? [])
      gathererAt(minutes, field, startOf(timeMs, MINUTE)).add(value, quality);
    const quarters = coarser(minutes, QUARTER);
    lines.add(MINUTE, channel, minutes);
    lines.add(QUARTER, channel, quarters);
    lines.add(HOUR, channel, coarser(quarters, HOUR));
    // Sockets and live events have their turn between two channels.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Days from their hours, also those that were rolled up before. */
async function rollUpDays(http: InfluxHttp, stretches: readonly Stretch[], lines: LevelLines): Promise<void> {
  for (const [fromMs, some] of Map.groupBy(stretches, (stretch) => startOf(stretch.fromMs, DAY))) {
    const channels = new Map(some.map(({ path, channel }) => [path, channel]));
    const hours = await bucketsOf(http, [...channels.values()], HOUR, { fromMs, toMs: fromMs + DAY_MS });
    for (const [path, channel] of channels) {
      const days: Gathered = new Map();
      for (const { field, bucket } of hours.get(path) ?? []) gathererAt(days, field, fromMs).addBucket(bucket);
      lines.add(DAY, channel, days);
    }
  }
}

/** Lines to be written, by level: each write is an fsync of InfluxDB's. */
class LevelLines {
  readonly #lines = new Map<Level, string[]>();

  add(level: Level, channel: StoreChannel, gathered: Gathered): void {
    const lines = this.#lines.get(level) ?? [];
    this.#lines.set(level, lines);
    for (const [field, buckets] of gathered) {
      const key = seriesKey({ ...channel, field: field === '' ? undefined : field });
      for (const [startMs, gatherer] of buckets)
        lines.push(`${key}${fieldsText(channel.quantity, gatherer.bucket())} ${startMs}000000\n`);
    }
  }

  async write(http: InfluxHttp): Promise<void> {
    for (const [{ name }, lines] of this.#lines) {
      for (let i = 0; i < lines.length; i += LINES_PER_WRITE) {
        const refusal = await http.write(lines.slice(i, i + LINES_PER_WRITE).join(''), name);
        if (refusal !== undefined) throw new Error(`InfluxDB refuses what was rolled up: ${refusal.reason}`);
      }
    }
    this.#lines.clear();
  }
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
