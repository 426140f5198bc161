/** Histories out of InfluxDB, through `influx`. */
import type { Series } from '@karez/model';
import type { InfluxDB } from 'influx';
import { type Level, levelFor, planOf } from '../rollup/levels.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { type InfluxHttp, unavailable } from './influx-http.ts';
import { bucketsOf } from './influx-read.ts';
import { quoted } from './influx-repeats.ts';
import { fieldsOf, measurementOf } from './line-protocol.ts';
import { channelPath, type HistoryRequest, type StoreChannel } from './store.ts';
import { Summary, stepOf } from './summary.ts';

/** Readings fetched to be summed up here; beyond, the database sums up. */
const FETCH_AT_MOST = 200_000;

export interface HistorySources {
  influx: InfluxDB;
  http: InfluxHttp;
  vault: Pick<OpenVault, 'dirtyOf' | 'dirtyOfAll'>;
  /** Whether history is rolled up in this database. */
  rollups(): boolean;
}

/** Readings one by one where they are few; else what was rolled up, as far as it is, and the rest reading by reading. */
export async function readHistory(sources: HistorySources, request: HistoryRequest): Promise<Series> {
  const { channel, id, aggregate, fromMs, toMs, points } = request;
  const summary = new Summary(id, aggregate, fromMs, toMs, points);
  const level = sources.rollups() ? levelFor(stepOf(fromMs, toMs, points)) : undefined;
  try {
    const spans = level === undefined ? undefined : await rolledSpans(sources, request, level);
    if (spans === undefined || level === undefined) {
      if (!(await addReadings(sources.influx, request, summary, FETCH_AT_MOST)))
        return await summedUp(sources.influx, request);
      return summary.result();
    }
    for (const span of spans) {
      if (!span.rolled) {
        if (!(await addReadings(sources.influx, { ...request, ...span }, summary, FETCH_AT_MOST)))
          return await summedUp(sources.influx, request);
        continue;
      }
      const buckets = await bucketsOf(sources.http, [channel], level, span);
      for (const { timeMs, bucket } of buckets.get(channelPath(channel)) ?? []) summary.addBucket(timeMs, bucket);
    }
    return summary.result();
  } catch (cause) {
    throw unavailable('InfluxDB did not answer a query', cause);
  }
}

/** How the range is to be read, or undefined where it holds no more readings than points. */
async function rolledSpans({ influx, vault }: HistorySources, request: HistoryRequest, level: Level) {
  const few = new Summary('', 'last', request.fromMs, request.toMs, request.points);
  if (await addReadings(influx, request, few, request.points)) return undefined;
  return planOf(request, level, await vault.dirtyOf(channelPath(request.channel), request.fromMs, request.toMs));
}

/** @returns false where there are more than `most`; then nothing was added. */
async function addReadings(
  influx: InfluxDB,
  { channel, fromMs, toMs }: HistoryRequest,
  summary: Summary,
  most: number,
): Promise<boolean> {
  const { value, bits, absent } = fieldsOf(channel.quantity);
  const rows = await influx.query<{
    time: { getTime(): number };
    v: number | null;
    q: number | null;
    a: number | null;
  }>(
    `SELECT ${value} AS v, ${bits} AS q, ${absent} AS a FROM "${measurementOf(channel.quantity)}" WHERE ${where(channel, fromMs, toMs)} ORDER BY time LIMIT ${most + 1}`,
  );
  if (rows.length > most) return false;
  for (const row of rows) summary.add(row.time.getTime(), row.v ?? null, row.q ?? row.a ?? 0);
  return true;
}

function where(c: StoreChannel, fromMs: number, toMs: number): string {
  const tags = [
    `farm = ${quoted(c.farm)}`,
    `gateway = ${quoted(c.gateway)}`,
    `device = ${quoted(c.device)}`,
    `place = ${quoted(c.place ?? '')}`,
  ];
  return `${tags.join(' AND ')} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}

/** So many readings that the database must sum up; quality is then the highest set of bits, not all of them. */
async function summedUp(
  influx: InfluxDB,
  { channel, id, aggregate, fromMs, toMs, points }: HistoryRequest,
): Promise<Series> {
  const stepMs = Math.max(1, Math.ceil((toMs - fromMs) / points));
  const { value, bits, absent } = fieldsOf(channel.quantity);
  const middle = { mean: 'mean', sum: 'sum', last: 'last', circular: 'last' }[aggregate];
  const rows = await influx.query<{
    time: { getTime(): number };
    m: number | null;
    lo: number | null;
    hi: number | null;
    n: number | null;
    absent: number | null;
    q: number | null;
    a: number | null;
  }>(
    `SELECT ${middle}(${value}) AS m, min(${value}) AS lo, max(${value}) AS hi, count(${value}) AS n, count(${absent}) AS absent, max(${bits}) AS q, max(${absent}) AS a FROM "${measurementOf(channel.quantity)}" WHERE ${where(channel, fromMs, toMs)} GROUP BY time(${stepMs}ms, ${fromMs % stepMs}ms) FILL(none)`,
  );
  const count = (row: (typeof rows)[number]) => (row.n ?? 0) + (row.absent ?? 0);
  const steps = rows.filter((row) => count(row) > 0);
  return {
    id,
    stepMs,
    timeMs: steps.map((r) => r.time.getTime()),
    mean: steps.map((r) => r.m),
    lo: steps.map((r) => r.lo),
    hi: steps.map((r) => r.hi),
    n: steps.map(count),
    quality: steps.map((r) => (r.q ?? 0) | (r.a ?? 0)),
  };
}
