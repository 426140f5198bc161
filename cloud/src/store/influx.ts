/**
 * The InfluxDB store (1.x API). Queries go through `influx`; points are written as line protocol over kept-alive
 * connections, because building an object for every point costs more than the database does (docs/decisions/0005).
 * The ledger stays in the vault and is written after InfluxDB has answered 204: a crash in between makes the gateway
 * send again, and the same points are written over themselves.
 */
import { type Clock, messageOf, systemClock } from '@karez/model';
import { InfluxDB } from 'influx';
import { LEVELS, policies } from '../rollup/levels.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { type Range, runsOf } from '../vault/ranges.ts';
import { toVault } from './embedded.ts';
import { findGuilty, type Guilty } from './find-guilty.ts';
import type { InfluxAddress } from './influx-address.ts';
import { derivedLines } from './influx-derived.ts';
import { readHistories } from './influx-histories.ts';
import { readHistory } from './influx-history.ts';
import { answered, type InfluxHttp, influxHttp, unavailable } from './influx-http.ts';
import { InfluxNotes } from './influx-notes.ts';
import { compareRepeats } from './influx-repeats.ts';
import { rollUpSome } from './influx-rollups.ts';
import { Lines } from './line-protocol.ts';
import { clash, type Refused, rowsOf, rowsWithout, type Store, type StoreBatch, type StoreChannel } from './store.ts';

/** Lines in one write: InfluxDB's documentation advises 5,000 to 10,000. */
const LINES_PER_WRITE = 10_000;
/** Writes under way at once, and one more connection for questions. */
const WRITERS = 2;
const POLICIES_EVERY_MS = 6 * 3_600_000;
const QUERY_TIMEOUT_MS = 20_000;
/** The whole of an answer, not only its beginning. */
const ANSWER_LIMIT_MS = QUERY_TIMEOUT_MS * 1.5;
/** A start does not wait for an InfluxDB that says nothing: gateways want to be told so. */
const START_LIMIT_MS = 3_000;

/** Its host is the only one: after a failure it is tried again at the next question, not after a growing pause. */
const AT_ONCE = { getDelay: () => 100, next: () => AT_ONCE, reset: () => AT_ONCE };

export interface InfluxStoreOptions {
  /** Told why, in words, where something has to wait. */
  late?: (error: unknown) => void;
  clock?: Clock;
  limitMs?: number;
}

/** A point by its place in the batches of a commit. */
interface Point {
  batch: number;
  row: number;
}

/** Neighbouring rows of a batch, the last one excluded. */
interface Run {
  batch: number;
  from: number;
  to: number;
}

/**
 * Opens the store and makes its database. Where InfluxDB does not answer yet, as after a power cut that both went through,
 * nothing is committed until it does.
 */
export async function openInfluxStore(
  address: InfluxAddress,
  vault: OpenVault,
  { late = () => {}, clock = systemClock(), limitMs = ANSWER_LIMIT_MS }: InfluxStoreOptions = {},
): Promise<Store> {
  const { host, port, database, username, password } = address;
  const login = username === undefined ? {} : { username, password: password ?? '' };
  const influx = new InfluxDB({
    ...{ host, port, database, ...login },
    pool: { requestTimeout: QUERY_TIMEOUT_MS, maxRetries: 0, backoff: AT_ONCE },
  });
  const make = (mostMs: number) => answered(influx.createDatabase(database), mostMs);
  const http = influxHttp(address, WRITERS + 1, () => make(limitMs));
  await make(Math.min(START_LIMIT_MS, limitMs)).catch(late);

  const notes = new InfluxNotes(http, clock);
  /** For boards: they look up which policy suits their range. Said again now and then, since notes may be dropped with age. */
  const notePolicies = () => {
    for (const { rp, fromMs, toMs } of policies(rolling)) {
      const fields = { rp, from_ms: fromMs, to_ms: toMs };
      notes.take({
        ...{ measurement: 'rollup_policy', tags: { level: rp } },
        fields,
        timeMs: Math.round(clock.wallMs()),
      });
    }
  };
  const stopPolicies = clock.every(POLICIES_EVERY_MS, notePolicies);
  let rolling = false;
  let refused = !address.rollups;
  let policiesNoted = false;
  /** Whether history is rolled up here: a server that knows no retention policies of its own says so once. */
  const makePolicies = async () => {
    if (refused) {
      if (!policiesNoted) notePolicies();
      policiesNoted = true;
      return false;
    }
    for (const { name } of LEVELS) {
      const made = influx.createRetentionPolicy(name, { database, duration: 'INF', replication: 1, isDefault: false });
      await answered(made, limitMs).catch((cause) => {
        if (!/not implemented|unsupported|method not allowed|unauthorized|forbidden|parse/i.test(messageOf(cause)))
          throw unavailable('InfluxDB made no retention policy', cause);
        refused = true;
        late(new Error(`InfluxDB makes no retention policies, so history is not rolled up: ${messageOf(cause)}`));
      });
    }
    if (address.keep !== undefined && !refused)
      await answered(
        influx.alterRetentionPolicy('autogen', { database, duration: address.keep, replication: 1, isDefault: true }),
        limitMs,
      );
    rolling = !refused;
    notePolicies();
    return rolling;
  };

  const sources = { influx, http, vault, rollups: () => rolling };
  return {
    async commit(batches, nowMs) {
      const known = await vault.known(batches.map(numbersOf));
      const compared = await Promise.all(batches.map((batch, i) => compare(http, batch, known[i] as Range[])));
      const kept = batches.map((batch, i) => ({
        ...batch,
        readings: rowsWithout(batch.readings, compared[i]?.clashes ?? []),
      }));
      const guilty = await writeAll(http, kept);
      // What follows from them is a help, not a reading: a point of it that is refused is left out.
      const derived = kept.map(derivedLines).join('');
      if (derived !== '') await http.write(derived);
      const outcomes = kept.map(({ readings }, i) => {
        const refused = guilty.filter(({ item }) => item.batch === i);
        const stored = rowsWithout(
          readings,
          refused.map(({ item }) => item.row),
        );
        const clashes = clash((batches[i] as StoreBatch).readings, compared[i]?.clashes ?? []);
        const conflicts = compared[i]?.conflicts ?? 0;
        return { stored, refused: [...clashes, ...byReason(readings, refused)], conflicts };
      });
      const entries = outcomes.map(({ stored, conflicts }, i) => ({
        ...toVault({ ...(kept[i] as StoreBatch), readings: stored }),
        conflicts,
      }));
      await vault.commit(
        entries.filter(({ readings }) => readings.count > 0),
        nowMs,
      );
      return outcomes;
    },
    history: (wanted) => answered(readHistory(sources, wanted), limitMs),
    histories: (wanted) => answered(readHistories(sources, wanted), limitMs),
    async rollUp(closedMs) {
      if (!rolling && !(await makePolicies())) return false;
      return await rollUpSome(http, vault, closedMs);
    },
    note: (note) => notes.take(note),
    async close() {
      stopPolicies();
      await notes.close();
      http.close();
    },
  };
}

const numbersOf = ({ farm, gateway, epoch, readings }: StoreBatch) => ({
  ...{ farm, gateway, epoch, runs: runsOf(readings.seq, readings.count) },
});

async function compare(http: InfluxHttp, batch: StoreBatch, known: Range[]) {
  return known.length === 0 ? { conflicts: 0, clashes: [] } : await compareRepeats(http, batch, known);
}

/** Writes every reading of the batches; the points that InfluxDB will never take come back, each with its reason. */
async function writeAll(http: InfluxHttp, batches: readonly StoreBatch[]): Promise<Guilty<Point>[]> {
  const lines = batches.map((batch) => new Lines(batch));
  const text = (runs: readonly Run[]) => {
    let body = '';
    for (const { batch, from, to } of runs)
      for (let row = from; row < to; row++) body += (lines[batch] as Lines).of(row);
    return body;
  };
  const guilty: Guilty<Point>[] = [];
  const next = partsOf(batches).values();
  let failed = false;
  const worker = async () => {
    for (const part of next) {
      if (failed) return;
      const refusal = await http.write(text(part));
      if (refusal === undefined) continue;
      const found = await findGuilty(
        part.flatMap(pointsOf),
        refusal,
        (point) => quantityAt(batches, point),
        (some) => http.write(text(some.map(({ batch, row }) => ({ batch, from: row, to: row + 1 })))),
      );
      guilty.push(...found);
    }
  };
  const stopAll = (error: unknown) => {
    failed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: WRITERS }, () => worker().catch(stopAll)));
  return guilty;
}

/** All rows, in parts of as many as one write takes. */
function partsOf(batches: readonly StoreBatch[]): Run[][] {
  const parts: Run[][] = [];
  let room = 0;
  for (const [batch, { readings }] of batches.entries()) {
    for (let from = 0; from < readings.count; ) {
      if (room === 0) {
        parts.push([]);
        room = LINES_PER_WRITE;
      }
      const to = Math.min(readings.count, from + room);
      parts.at(-1)?.push({ batch, from, to });
      room -= to - from;
      from = to;
    }
  }
  return parts;
}

const pointsOf = ({ batch, from, to }: Run): Point[] =>
  Array.from({ length: to - from }, (_, i) => ({ batch, row: from + i }));

function quantityAt(batches: readonly StoreBatch[], { batch, row }: Point): string {
  const { readings, channels } = batches[batch] as StoreBatch;
  return (channels.get(readings.channel[row] as number) as StoreChannel).quantity;
}

function byReason(readings: StoreBatch['readings'], refused: readonly Guilty<Point>[]): Refused[] {
  return [...Map.groupBy(refused, ({ reason }) => reason)].map(([reason, points]) => ({
    readings: rowsOf(
      readings,
      points.map(({ item }) => item.row).sort((a, b) => a - b),
    ),
    code: 'STORE_REFUSED',
    reason: `InfluxDB: ${reason}`,
  }));
}
