/**
 * Committed readings: the ledger of their sequence numbers, the newest value of each channel, and, where the vault is the
 * store, the readings themselves.
 *
 * A number that is in the ledger already is usually a repeat, and changes nothing. But a gateway that was restored from a
 * copy of its disk gives numbers again to other readings. So readings whose number is known are compared with what is
 * there: one of another channel or time is stored beside it and counted as a conflict; one of the same channel and time
 * with another value has no place of its own and is handed back, for the quarantine.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Readings } from '@karez/model';
import { newestRows, takenMs } from '../store/newest.ts';
import type { Names } from './names.ts';
import { inOrder, type RangeTable, runsOf } from './ranges.ts';

/** A batch with its channels named by path, as it travels to this thread. */
export interface VaultBatch {
  farm: string;
  gateway: string;
  epoch: string;
  readings: Readings;
  /** Path by channel number. */
  paths: Map<number, string>;
  /** Conflicts that another store has found; only the ledger is kept here then. */
  conflicts?: number;
}

export interface VaultOutcome {
  /** Readings stored although their number had been used for another one. */
  conflicts: number;
  /** Rows that could not be stored because another value stands in their place. */
  clashes: number[];
}

/** Newest value of a channel: path, time, value or null, quality, sequence number. */
export type LatestRow = [path: string, timeMs: number, value: number | null, quality: number, seq: number];

export class ReadingTable {
  readonly #keep: boolean;
  readonly #names: Names;
  readonly #ledger: RangeTable;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #setLatest: StatementSync;
  readonly #allLatest: StatementSync;
  readonly #addConflicts: StatementSync;

  constructor(db: DatabaseSync, names: Names, ledger: RangeTable, keep: boolean) {
    this.#keep = keep;
    this.#names = names;
    this.#ledger = ledger;
    this.#insert = db.prepare(
      'INSERT OR IGNORE INTO reading (series, time, source, seq, value, quality) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#find = db.prepare(
      'SELECT value, quality FROM reading WHERE series = ? AND time = ? AND source = ? AND seq = ?',
    );
    this.#setLatest = db.prepare(
      `INSERT INTO latest (series, time, value, quality, seq) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (series) DO UPDATE SET time = excluded.time, value = excluded.value, quality = excluded.quality, seq = excluded.seq
       WHERE excluded.time > latest.time OR (excluded.time = latest.time AND excluded.seq >= latest.seq)`,
    );
    this.#allLatest = db.prepare(
      'SELECT path, time, value, quality, seq FROM latest JOIN series ON series.id = latest.series',
    );
    this.#addConflicts = db.prepare('UPDATE source SET conflicts = conflicts + ? WHERE id = ?');
  }

  /** Within a transaction of the caller. */
  commit({ farm, gateway, epoch, readings, paths, conflicts: found }: VaultBatch, nowMs: number): VaultOutcome {
    const source = this.#names.source(farm, gateway, epoch);
    const runs = runsOf(readings.seq, readings.count);
    const known = inOrder(runs.flatMap((run) => this.#ledger.overlap(source, run)));
    const outcome: VaultOutcome = { conflicts: found ?? 0, clashes: [] };
    if (this.#keep) {
      for (let i = 0; i < readings.count; i++) {
        const series = this.#names.series(paths.get(readings.channel[i] as number) as string);
        const isNew = this.#store(readings, i, series, source);
        if (!known(readings.seq[i] as number)) continue;
        if (isNew) outcome.conflicts++;
        else if (!this.#isThere(readings, i, series, source)) outcome.clashes.push(i);
      }
    }
    if (outcome.conflicts > 0) this.#addConflicts.run(outcome.conflicts, source);
    for (const [c, i] of newestRows(readings)) {
      this.#setLatest.run(
        this.#names.series(paths.get(c) as string),
        takenMs(readings.timeMs[i] as number, nowMs),
        orNull(readings.value[i] as number),
        readings.quality[i] as number,
        readings.seq[i] as number,
      );
    }
    for (const run of runs) this.#ledger.add(source, run);
    return outcome;
  }

  latest(): LatestRow[] {
    const rows = this.#allLatest.all() as {
      path: string;
      time: number;
      value: number | null;
      quality: number;
      seq: number;
    }[];
    return rows.map((r) => [r.path, r.time, r.value, r.quality, r.seq]);
  }

  #store(readings: Readings, i: number, series: number, source: number): boolean {
    const { changes } = this.#insert.run(
      series,
      readings.timeMs[i] as number,
      source,
      readings.seq[i] as number,
      orNull(readings.value[i] as number),
      readings.quality[i] as number,
    );
    return changes === 1;
  }

  /** Whether what stands in this reading's place is this reading. */
  #isThere(readings: Readings, i: number, series: number, source: number): boolean {
    const row = this.#find.get(series, readings.timeMs[i] as number, source, readings.seq[i] as number) as
      | { value: number | null; quality: number }
      | undefined;
    return row?.value === orNull(readings.value[i] as number) && row.quality === readings.quality[i];
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
