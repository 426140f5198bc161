/**
 * The InfluxDB store (1.x API). Queries go through `influx`; points are written as line protocol over kept-alive
 * connections, because building an object for every point costs more than the database does (docs/decisions/0005).
 * The ledger stays in the vault and is written after InfluxDB has answered 204: a crash in between makes the gateway
 * send again, and the same points are written over themselves.
 */
import { type Clock, systemClock } from '@karez/model';
import type { OpenVault } from '../vault/open-vault.ts';
import { type Range, runsOf } from '../vault/ranges.ts';
import { toVault } from './embedded.ts';
import type { Guilty } from './find-guilty.ts';
import type { InfluxAddress } from './influx-address.ts';
import { influxClient } from './influx-client.ts';
import { derivedLines } from './influx-derived.ts';
import { readHistories } from './influx-histories.ts';
import { readHistory } from './influx-history.ts';
import { answered, influxHttp } from './influx-http.ts';
import { InfluxNotes } from './influx-notes.ts';
import { InfluxPolicies } from './influx-policies.ts';
import { type Compared, compareRepeats } from './influx-repeats.ts';
import { rollUpSome } from './influx-rollups.ts';
import { type Point, WRITERS, writeAll } from './influx-write.ts';
import { clash, type Refused, rowsOf, rowsWithout, type Store, type StoreBatch } from './store.ts';

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

/**
 * Opens the store and makes its database. Where InfluxDB does not answer yet, as after a power cut that both went through,
 * nothing is committed until it does.
 */
export async function openInfluxStore(
  address: InfluxAddress,
  vault: OpenVault,
  { late = () => {}, clock = systemClock(), limitMs = ANSWER_LIMIT_MS }: InfluxStoreOptions = {},
): Promise<Store> {
  const influx = influxClient(address, { requestTimeout: QUERY_TIMEOUT_MS, maxRetries: 0, backoff: AT_ONCE });
  const make = (mostMs: number) => answered(influx.createDatabase(address.database), mostMs);
  const http = influxHttp(address, WRITERS + 1, () => make(limitMs));
  await make(Math.min(START_LIMIT_MS, limitMs)).catch(late);
  const notes = new InfluxNotes(http, clock);
  const policies = new InfluxPolicies({ ...{ address, influx, http, notes, clock, limitMs, late } });
  const sources = { influx, http, vault, rollups: () => policies.rolling };
  const compare = async (batch: StoreBatch, known: Range[]): Promise<Compared> =>
    known.length === 0 || !(await policies.answers()) ? NOTHING : await compareRepeats(http, batch, known);
  return {
    async commit(batches, nowMs) {
      const known = await vault.known(batches.map(numbersOf));
      const compared = await Promise.all(batches.map((batch, i) => compare(batch, known[i] as Range[])));
      const kept = batches.map((batch, i) => ({
        ...batch,
        readings: rowsWithout(batch.readings, (compared[i] as Compared).clashes),
      }));
      const there = batches.map((batch, i) => placesIn(batch, compared[i] as Compared));
      const guilty = await writeAll({ http, clock }, kept, there);
      // What follows from them is a help, not a reading: a point of it that is refused is left out.
      const derived = kept.map(derivedLines).join('');
      if (derived !== '') await http.write(derived);
      const outcomes = kept.map(({ readings }, i) => {
        const refused = guilty.filter(({ item }) => item.batch === i);
        const stored = rowsWithout(
          readings,
          refused.map(({ item }) => item.row),
        );
        const clashes = clash((batches[i] as StoreBatch).readings, (compared[i] as Compared).clashes);
        const { conflicts } = compared[i] as Compared;
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
    async history(wanted) {
      await answered(policies.mustAnswer(), limitMs);
      return await answered(readHistory(sources, wanted), limitMs);
    },
    async histories(wanted) {
      await answered(policies.mustAnswer(), limitMs);
      return await answered(readHistories(sources, wanted), limitMs);
    },
    async rollUp(closedMs) {
      if (!(await policies.make())) return false;
      try {
        return await rollUpSome(http, vault, closedMs);
      } catch (error) {
        policies.doubt();
        await vault.dirtyRound();
        throw error;
      }
    },
    note: (note) => notes.take(note),
    async close() {
      policies.close();
      await notes.close();
      http.close();
    },
  };
}

const numbersOf = ({ farm, gateway, epoch, readings }: StoreBatch) => ({
  ...{ farm, gateway, epoch, runs: runsOf(readings.seq, readings.count) },
});

const NOTHING: Compared = { conflicts: 0, clashes: [], same: [] };

/** Where the rows that stand there already are among those that are kept. */
function placesIn({ readings }: StoreBatch, { clashes, same }: Compared): ReadonlySet<number> {
  if (clashes.length === 0) return new Set(same);
  const out = new Set(clashes);
  const known = new Set(same);
  const kept = Array.from({ length: readings.count }, (_, row) => row).filter((row) => !out.has(row));
  return new Set(kept.flatMap((row, place) => (known.has(row) ? [place] : [])));
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
