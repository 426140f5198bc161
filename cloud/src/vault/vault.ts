/**
 * The vault's work, in the thread that owns the database. Every method is one transaction or a read.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Inventory, LIMITS, type Readings, type Series } from '@karez/model';
import type { HistoryRequest } from '../store/store.ts';
import { channelPath } from '../store/store.ts';
import { Summary } from '../store/summary.ts';
import { type Range, RangeTable, runsOf } from './ranges.ts';
import { createTables } from './tables.ts';

/** A batch with its channels named by path, as it travels to this thread. */
export interface VaultBatch {
  farm: string;
  gateway: string;
  epoch: string;
  readings: Readings;
  /** Path by channel number. */
  paths: Map<number, string>;
}

export interface VaultOptions {
  path: string;
  /** Whether readings are kept here, or only the ledger of what another store has committed. */
  keepReadings: boolean;
}

export interface Credential {
  salt: Uint8Array;
  hash: Uint8Array;
}

export interface QuarantineEntry {
  farm: string;
  gateway: string;
  epoch?: string;
  first?: number;
  last?: number;
  readings: number;
  code: string;
  reason: string;
  receivedMs: number;
  content?: Uint8Array;
}

export interface LedgerEntry {
  farm: string;
  gateway: string;
  epoch: string;
  ranges: Range[];
  stored: number;
  quarantined: number;
}

/** Newest value of a channel: path, time, value or null, quality. */
export type LatestRow = [path: string, timeMs: number, value: number | null, quality: number];

export class Vault {
  readonly #db: DatabaseSync;
  readonly #keepReadings: boolean;
  readonly #ledger: RangeTable;
  readonly #refused: RangeTable;
  readonly #insert: StatementSync;
  readonly #latest: StatementSync;
  readonly #sources = new Map<string, number>();
  readonly #series = new Map<string, number>();

  constructor({ path, keepReadings }: VaultOptions) {
    this.#db = new DatabaseSync(path);
    createTables(this.#db);
    this.#keepReadings = keepReadings;
    this.#ledger = new RangeTable(this.#db, 'ledger');
    this.#refused = new RangeTable(this.#db, 'refused');
    this.#insert = this.#db.prepare(
      'INSERT OR IGNORE INTO reading (series, time, source, seq, value, quality) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#latest = this.#db.prepare(
      'INSERT INTO latest (series, time, value, quality) VALUES (?, ?, ?, ?) ON CONFLICT (series) DO UPDATE SET time = excluded.time, value = excluded.value, quality = excluded.quality WHERE excluded.time >= latest.time',
    );
  }

  /** Stores what is new of each batch, with its ledger entry and the newest value of each channel, or nothing at all. */
  commit(batches: readonly VaultBatch[]): void {
    this.#transaction(() => {
      for (const batch of batches) this.#commitBatch(batch);
    });
  }

  #commitBatch({ farm, gateway, epoch, readings, paths }: VaultBatch): void {
    const source = this.#sourceId(farm, gateway, epoch);
    const runs = runsOf(readings.seq, readings.count);
    if (runs.every((run) => this.#ledger.covers(source, run))) return;
    const newest = new Map<number, number>();
    for (let i = 0; i < readings.count; i++) {
      const c = readings.channel[i] as number;
      if (this.#keepReadings) {
        const value = readings.value[i] as number;
        this.#insert.run(
          this.#seriesId(paths.get(c) as string),
          readings.timeMs[i] as number,
          source,
          readings.seq[i] as number,
          Number.isNaN(value) ? null : value,
          readings.quality[i] as number,
        );
      }
      const best = newest.get(c);
      if (best === undefined || (readings.timeMs[i] as number) >= (readings.timeMs[best] as number)) newest.set(c, i);
    }
    for (const [c, i] of newest) {
      const value = readings.value[i] as number;
      this.#latest.run(
        this.#seriesId(paths.get(c) as string),
        readings.timeMs[i] as number,
        Number.isNaN(value) ? null : value,
        readings.quality[i] as number,
      );
    }
    for (const run of runs) this.#ledger.add(source, run);
  }

  history(request: HistoryRequest): Series {
    const summary = new Summary(request.id, request.aggregate, request.fromMs, request.toMs, request.points);
    const series = this.#series.get(channelPath(request.channel)) ?? this.#findSeries(channelPath(request.channel));
    if (series !== undefined) {
      const rows = this.#db
        .prepare(
          'SELECT time, value, quality FROM reading WHERE series = ? AND time >= ? AND time < ? ORDER BY time, source, seq',
        )
        .iterate(series, request.fromMs, request.toMs) as Iterable<{
        time: number;
        value: number | null;
        quality: number;
      }>;
      for (const row of rows) summary.add(row.time, row.value, row.quality);
    }
    return summary.result();
  }

  latest(): LatestRow[] {
    const rows = this.#db
      .prepare('SELECT path, time, value, quality FROM latest JOIN series ON series.id = latest.series')
      .all();
    return (rows as { path: string; time: number; value: number | null; quality: number }[]).map((r) => [
      r.path,
      r.time,
      r.value,
      r.quality,
    ]);
  }

  ledger(): LedgerEntry[] {
    const sources = this.#db.prepare('SELECT id, farm, gateway, epoch FROM source ORDER BY id').all();
    return (sources as { id: number; farm: string; gateway: string; epoch: string }[]).map(
      ({ id, farm, gateway, epoch }) => {
        const count = (ranges: Range[]) => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
        const ranges = this.#ledger.all(id);
        return { farm, gateway, epoch, ranges, stored: count(ranges), quarantined: count(this.#refused.all(id)) };
      },
    );
  }

  setInventory(farm: string, gateway: string, inventory: Inventory, receivedMs: number): void {
    const source = this.#sourceId(farm, gateway, inventory.epoch);
    this.#db
      .prepare('UPDATE source SET inventory = ?, received = ? WHERE id = ?')
      .run(JSON.stringify(inventory), receivedMs, source);
  }

  /** Every inventory, the newest of each gateway last. */
  inventories(): { farm: string; gateway: string; inventory: Inventory }[] {
    const rows = this.#db
      .prepare('SELECT farm, gateway, inventory FROM source WHERE inventory IS NOT NULL ORDER BY received, id')
      .all();
    return (rows as { farm: string; gateway: string; inventory: string }[]).map((r) => ({
      ...r,
      inventory: JSON.parse(r.inventory) as Inventory,
    }));
  }

  /** Keeps what was refused for inspection; the oldest give way. Sequence numbers given are counted as refused for good. */
  quarantine(entry: QuarantineEntry): void {
    this.#transaction(() => {
      const { farm, gateway, epoch, first, last } = entry;
      this.#db
        .prepare(
          'INSERT INTO quarantine (farm, gateway, epoch, first, last, readings, code, reason, received, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          farm,
          gateway,
          epoch ?? null,
          first ?? null,
          last ?? null,
          entry.readings,
          entry.code,
          entry.reason,
          entry.receivedMs,
          entry.content ?? null,
        );
      this.#db
        .prepare(
          'DELETE FROM quarantine WHERE farm = ? AND gateway = ? AND id NOT IN (SELECT id FROM quarantine WHERE farm = ? AND gateway = ? ORDER BY id DESC LIMIT ?)',
        )
        .run(farm, gateway, farm, gateway, LIMITS.quarantineItems);
      if (epoch !== undefined && first !== undefined && last !== undefined)
        this.#refused.add(this.#sourceId(farm, gateway, epoch), [first, last]);
    });
  }

  quarantined(farm: string, gateway: string): Omit<QuarantineEntry, 'content'>[] {
    const rows = this.#db
      .prepare(
        'SELECT epoch, first, last, readings, code, reason, received FROM quarantine WHERE farm = ? AND gateway = ? ORDER BY id DESC LIMIT 100',
      )
      .all(farm, gateway) as {
      epoch: string | null;
      first: number | null;
      last: number | null;
      readings: number;
      code: string;
      reason: string;
      received: number;
    }[];
    return rows.map((r) => ({
      ...{ farm, gateway, readings: r.readings, code: r.code, reason: r.reason, receivedMs: r.received },
      ...(r.epoch === null ? {} : { epoch: r.epoch }),
      ...(r.first === null ? {} : { first: r.first }),
      ...(r.last === null ? {} : { last: r.last }),
    }));
  }

  credential(farm: string, gateway: string): Credential | undefined {
    return this.#db.prepare('SELECT salt, hash FROM gateway WHERE farm = ? AND gateway = ?').get(farm, gateway) as
      | Credential
      | undefined;
  }

  setCredential(farm: string, gateway: string, { salt, hash }: Credential, createdMs: number): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO gateway (farm, gateway, salt, hash, created) VALUES (?, ?, ?, ?, ?)')
      .run(farm, gateway, salt, hash, createdMs);
  }

  gateways(): { farm: string; gateway: string }[] {
    return this.#db.prepare('SELECT farm, gateway FROM gateway ORDER BY farm, gateway').all() as {
      farm: string;
      gateway: string;
    }[];
  }

  close(): void {
    this.#db.close();
  }

  #transaction(run: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      run();
      this.#db.exec('COMMIT');
    } catch (error) {
      // Ids that were given inside are void with it.
      this.#sources.clear();
      this.#series.clear();
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #sourceId(farm: string, gateway: string, epoch: string): number {
    const key = `${farm}/${gateway}/${epoch}`;
    let id = this.#sources.get(key);
    if (id === undefined) {
      this.#db
        .prepare('INSERT OR IGNORE INTO source (farm, gateway, epoch) VALUES (?, ?, ?)')
        .run(farm, gateway, epoch);
      id = (
        this.#db
          .prepare('SELECT id FROM source WHERE farm = ? AND gateway = ? AND epoch = ?')
          .get(farm, gateway, epoch) as { id: number }
      ).id;
      this.#sources.set(key, id);
    }
    return id;
  }

  #findSeries(path: string): number | undefined {
    return (this.#db.prepare('SELECT id FROM series WHERE path = ?').get(path) as { id: number } | undefined)?.id;
  }

  #seriesId(path: string): number {
    let id = this.#series.get(path);
    if (id === undefined) {
      this.#db.prepare('INSERT OR IGNORE INTO series (path) VALUES (?)').run(path);
      id = this.#findSeries(path) as number;
      this.#series.set(path, id);
    }
    return id;
  }
}
