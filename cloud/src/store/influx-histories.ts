/**
 * Histories of many channels at once, as a chart asks for them: what was rolled up of all of them with one question for each
 * quantity, the stretches that are not rolled up with one more each. Single readings, where a channel has no more of them than
 * points, and whatever InfluxDB must sum up itself, are asked for channel by channel.
 */
import type { Series } from '@karez/model';
import { type Level, levelFor, planOf, type Span } from '../rollup/levels.ts';
import { type HistorySources, readHistory } from './influx-history.ts';
import { unavailable } from './influx-http.ts';
import { type BucketAt, type ByPath, bucketsOf, type ReadingAt, readingsOf } from './influx-read.ts';
import { channelPath, type HistoryRequest } from './store.ts';
import { Summary, stepOf } from './summary.ts';

/** Of one channel: how its range is read, and what was found so far. */
interface Wanted {
  request: HistoryRequest;
  path: string;
  plan: (Span & { rolled: boolean })[];
}

const keyOf = ({ fromMs, toMs }: Span) => `${fromMs}-${toMs}`;

/** @param requests of one range and number of points. @returns in the order asked. */
export async function readHistories(sources: HistorySources, requests: readonly HistoryRequest[]): Promise<Series[]> {
  const [first] = requests;
  const level = first && sources.rollups() ? levelFor(stepOf(first.fromMs, first.toMs, first.points)) : undefined;
  if (first === undefined || level === undefined) return await oneByOne(sources, requests);
  const paths = requests.map(({ channel }) => channelPath(channel));
  const dirty = await sources.vault.dirtyOfAll(paths, first.fromMs, first.toMs);
  const wanted = requests.map((request, i) => ({
    ...{ request, path: paths[i] as string },
    plan: planOf(first, level, dirty[i] as number[]),
  }));
  const [rolled, single] = await Promise.all([readRolled(sources, wanted, level), readSingle(sources, wanted)]).catch(
    (cause) => {
      throw unavailable('InfluxDB did not answer a query', cause);
    },
  );
  const found: Series[] = [];
  for (const each of wanted) found.push(summaryOf(each, rolled, single) ?? (await readHistory(sources, each.request)));
  return found;
}

async function oneByOne(sources: HistorySources, requests: readonly HistoryRequest[]): Promise<Series[]> {
  const found: Series[] = [];
  for (const request of requests) found.push(await readHistory(sources, request));
  return found;
}

/** Buckets of the whole range; those in stretches that are marked again meanwhile are left aside later. */
async function readRolled(
  { http }: HistorySources,
  wanted: readonly Wanted[],
  level: Level,
): Promise<ByPath<BucketAt>> {
  const some = wanted.filter(({ plan }) => plan.some(({ rolled }) => rolled));
  const spans = some.flatMap(({ plan }) => plan.filter(({ rolled }) => rolled));
  if (spans.length === 0) return new Map();
  const span = {
    fromMs: spans.reduce((least, { fromMs }) => Math.min(least, fromMs), Number.POSITIVE_INFINITY),
    toMs: spans.reduce((most, { toMs }) => Math.max(most, toMs), 0),
  };
  return await bucketsOf(
    http,
    some.map(({ request }) => request.channel),
    level,
    span,
  );
}

/** Readings of the stretches that are not rolled up, by stretch. */
async function readSingle(
  { http }: HistorySources,
  wanted: readonly Wanted[],
): Promise<Map<string, ByPath<ReadingAt>>> {
  const pairs = wanted.flatMap((each) => each.plan.filter(({ rolled }) => !rolled).map((span) => ({ each, span })));
  const found = new Map<string, ByPath<ReadingAt>>();
  for (const [key, some] of Map.groupBy(pairs, ({ span }) => keyOf(span))) {
    const channels = some.map(({ each }) => each.request.channel);
    found.set(key, await readingsOf(http, channels, (some[0] as (typeof some)[number]).span));
  }
  return found;
}

/** Undefined where the channel has no more readings than points, which are then to be given one by one. */
function summaryOf(
  { request, path, plan }: Wanted,
  rolled: ByPath<BucketAt>,
  single: ReadonlyMap<string, ByPath<ReadingAt>>,
): Series | undefined {
  const { id, aggregate, fromMs, toMs, points } = request;
  const summary = new Summary(id, aggregate, fromMs, toMs, points);
  const buckets = rolled.get(path) ?? [];
  let [at, n] = [0, 0];
  for (const span of plan) {
    if (!span.rolled) {
      const readings = single.get(keyOf(span))?.get(path) ?? [];
      for (const { timeMs, value, quality } of readings) summary.add(timeMs, value, quality);
      n += readings.length;
      continue;
    }
    while (at < buckets.length && (buckets[at] as BucketAt).timeMs < span.fromMs) at++;
    for (; at < buckets.length && (buckets[at] as BucketAt).timeMs < span.toMs; at++) {
      const { timeMs, bucket } = buckets[at] as BucketAt;
      summary.addBucket(timeMs, bucket);
      n += bucket.n;
    }
  }
  return n > points ? summary.result() : undefined;
}
