/**
 * What was refused, kept for inspection; the oldest of each gateway give way to the newest. Sequence numbers that were
 * refused for good are kept for ever, apart from what they named: they are part of the proof that nothing is missing.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LIMITS } from '@karez/model';
import type { Names } from './names.ts';
import type { Range, RangeTable } from './ranges.ts';

export interface QuarantineEntry {
  farm: string;
  gateway: string;
  /** Absent for what could not be read. */
  epoch?: string;
  /** Sequence numbers refused, rising; none for what could not be read. */
  ranges: Range[];
  readings: number;
  code: string;
  reason: string;
  receivedMs: number;
  /** The refused readings as a batch; or the first bytes of what could not be read. */
  content: Uint8Array;
}

/** An entry as listed: first and last number instead of all ranges, without content. */
export interface QuarantineRow {
  id: number;
  epoch: string | null;
  first: number | null;
  last: number | null;
  readings: number;
  code: string;
  reason: string;
  receivedMs: number;
}

const SHOWN = 100;
const COLUMNS = 'id, epoch, first, last, readings, code, reason, received AS receivedMs';

export class Quarantine {
  readonly #names: Names;
  readonly #refused: RangeTable;
  readonly #same: StatementSync;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #list: StatementSync;
  readonly #one: StatementSync;

  constructor(db: DatabaseSync, names: Names, refused: RangeTable) {
    this.#names = names;
    this.#refused = refused;
    this.#same = db.prepare(
      'SELECT 1 FROM quarantine WHERE farm = ? AND gateway = ? AND epoch IS ? AND first IS ? AND code = ? AND content = ?',
    );
    this.#insert = db.prepare(
      'INSERT INTO quarantine (farm, gateway, epoch, first, last, readings, code, reason, received, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#trim = db.prepare(
      `DELETE FROM quarantine WHERE id IN (
         SELECT id FROM (
           SELECT id, row_number() OVER newer AS n, sum(length(content)) OVER newer AS bytes
           FROM quarantine WHERE farm = ? AND gateway = ? WINDOW newer AS (ORDER BY id DESC))
         WHERE n > ? OR (n > 1 AND bytes > ?))`,
    );
    this.#list = db.prepare(
      `SELECT ${COLUMNS} FROM quarantine WHERE farm = ? AND gateway = ? ORDER BY id DESC LIMIT ${SHOWN}`,
    );
    this.#one = db.prepare(`SELECT ${COLUMNS}, content FROM quarantine WHERE farm = ? AND gateway = ? AND id = ?`);
  }

  /** Within a transaction of the caller. */
  add({ farm, gateway, epoch, ranges, readings, code, reason, receivedMs, content }: QuarantineEntry): void {
    const [first, last] = [ranges[0]?.[0] ?? null, ranges.at(-1)?.[1] ?? null];
    // Refused before, and sent again because the acknowledgement was lost.
    if (this.#same.get(farm, gateway, epoch ?? null, first, code, content) !== undefined) return;
    this.#insert.run(farm, gateway, epoch ?? null, first, last, readings, code, reason, receivedMs, content);
    this.#trim.run(farm, gateway, LIMITS.quarantineItems, LIMITS.quarantineBytes);
    if (epoch === undefined) return;
    const source = this.#names.source(farm, gateway, epoch);
    for (const range of ranges) this.#refused.add(source, range);
  }

  /** The newest entries of a gateway, newest first. */
  list(farm: string, gateway: string): QuarantineRow[] {
    return this.#list.all(farm, gateway) as unknown as QuarantineRow[];
  }

  one(farm: string, gateway: string, id: number): (QuarantineRow & { content: Uint8Array | null }) | undefined {
    return this.#one.get(farm, gateway, id) as (QuarantineRow & { content: Uint8Array | null }) | undefined;
  }
}
