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
import { HOUR_MS } from '../rollup/levels.ts';
import { newestRows, takenMs } from '../store/newest.ts';
import type { AlertInbox } from './alert-inbox.ts';
import type { DirtyHours } from './dirty.ts';
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
  /** Channels of the gateway's alerts, each with its place in a sample; left out where there are none. */
  alerts?: Map<number, number>;
  /** The same of commands. */
  commands?: Map<number, number>;
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

/** Rows in one statement where there are so many: calling SQLite costs as much as a row. */
const ROWS_TOGETHER = 16;

export interface ReadingParts {
  names: Names;
  ledger: RangeTable;
  dirty: DirtyHours;
  inbox: AlertInbox;
  commandInbox: AlertInbox;
  /** Whether readings are kept here. */
  keep: boolean;
}

export class ReadingTable {
  readonly #keep: boolean;
  readonly #names: Names;
  readonly #ledger: RangeTable;
  readonly #dirty: DirtyHours;
  readonly #inbox: AlertInbox;
  readonly #commandInbox: AlertInbox;
  readonly #insert: StatementSync;
  readonly #insertMany: StatementSync;
  readonly #find: StatementSync;
  readonly #setLatest: StatementSync;
  readonly #allLatest: StatementSync;
  readonly #addConflicts: StatementSync;

  constructor(db: DatabaseSync, { keep, names, ledger, dirty, inbox, commandInbox }: ReadingParts) {
    this.#keep = keep;
    this.#names = names;
    this.#ledger = ledger;
    this.#dirty = dirty;
    this.#inbox = inbox;
    this.#commandInbox = commandInbox;
    const insert = (rows: number) =>
      db.prepare(
        `INSERT OR IGNORE INTO reading (series, time, source, seq, value, quality) VALUES ${Array(rows).fill('(?, ?, ?, ?, ?, ?)').join(', ')}`,
      );
    this.#insert = insert(1);
    this.#insertMany = insert(ROWS_TOGETHER);
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
  commit(
    { farm, gateway, epoch, readings, paths, alerts, commands, conflicts: found }: VaultBatch,
    nowMs: number,
  ): VaultOutcome {
    const source = this.#names.source(farm, gateway, epoch);
    const runs = runsOf(readings.seq, readings.count);
    const known = inOrder(runs.flatMap((run) => this.#ledger.overlap(source, run)));
    const outcome: VaultOutcome = { conflicts: found ?? 0, clashes: [] };
    if (this.#keep) {
      const seriesOf = (channel: number) => this.#names.series(paths.get(channel) as string);
      const fresh = new Map<number, number[]>();
      for (let i = 0; i < readings.count; i++) {
        const channel = readings.channel[i] as number;
        if (!known(readings.seq[i] as number)) {
          const rows = fresh.get(channel);
          if (rows === undefined) fresh.set(channel, [i]);
          else rows.push(i);
        } else if (this.#store(readings, [i], seriesOf(channel), source) > 0) outcome.conflicts++;
        else if (!this.#isThere(readings, i, seriesOf(channel), source)) outcome.clashes.push(i);
      }
      // Channel by channel, as the table is ordered: half the work of going to and fro.
      for (const [channel, rows] of fresh) this.#store(readings, rows, seriesOf(channel), source);
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
    this.#markHours(readings, paths);
    if (alerts !== undefined) this.#inbox.take(source, readings, alerts, known);
    if (commands !== undefined) this.#commandInbox.take(source, readings, commands, known);
    for (const run of runs) this.#ledger.add(source, run);
    return outcome;
  }

  /** Marks the hours in which these readings lie; a repeat marks for nothing, which costs little. */
  #markHours({ channel, timeMs, count }: Readings, paths: VaultBatch['paths']): void {
    let [series, lastHour, lastChannel] = [0, Number.NaN, Number.NaN];
    for (let i = 0; i < count; i++) {
      const hour = Math.floor((timeMs[i] as number) / HOUR_MS);
      if (channel[i] === lastChannel && hour === lastHour) continue;
      if (channel[i] !== lastChannel) series = this.#names.series(paths.get(channel[i] as number) as string);
      [lastHour, lastChannel] = [hour, channel[i] as number];
      this.#dirty.mark(series, hour);
    }
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

  /** Stores rows of one channel that are not there; returns how many were not. */
  #store(readings: Readings, rows: readonly number[], series: number, source: number): number {
    const { timeMs, seq, value, quality } = readings;
    let stored = 0;
    for (let from = 0; from < rows.length; ) {
      const together = rows.length - from >= ROWS_TOGETHER ? ROWS_TOGETHER : 1;
      const cells: (number | null)[] = [];
      for (const i of rows.slice(from, from + together)) {
        const v = orNull(value[i] as number);
        cells.push(series, timeMs[i] as number, source, seq[i] as number, v, quality[i] as number);
      }
      const insert = together === 1 ? this.#insert : this.#insertMany;
      stored += Number(insert.run(...cells).changes);
      from += together;
    }
    return stored;
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
