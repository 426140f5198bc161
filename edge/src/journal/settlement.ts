/**
 * What has become of readings: stored by the cloud, refused for good, lost. Whole blocks are deleted; of others it is
 * written down which parts are done. Called inside a transaction.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@karez/model';
import { type Mark, recentMarks } from './marks.ts';
import { type Range, RangeSet } from './range-set.ts';
import type { BlockRow } from './tables.ts';

export interface Totals {
  stored: number;
  refused: number;
  lost: Record<string, number>;
}

export interface SettleResult extends Totals {
  /** Readings that were waiting and are not any more. */
  settled: number;
}

export type Refusal = { first: number; last: number; code: string; reason: string };

/** Reasons for which accepted readings are lost, in words of docs/PROTOCOL.md. */
export type LossReason = 'dropped-full' | 'thinned' | 'too-old' | 'damaged' | 'torn';

export class Settlement {
  readonly #db: DatabaseSync;
  readonly #done = new RangeSet();
  /** Readings of a range that are still wanted: their numbers, and themselves as a batch. */
  readonly #rows: (first: number, last: number) => { seq: number[]; data: Uint8Array } | undefined;

  constructor(
    db: DatabaseSync,
    rows: (first: number, last: number) => { seq: number[]; data: Uint8Array } | undefined,
  ) {
    this.#db = db;
    this.#rows = rows;
    this.reload();
  }

  /** Reads again which parts of blocks are done. */
  reload(): void {
    this.#done.clear();
    for (const [first, last] of doneRanges(this.#db)) this.#done.add(first, last);
  }

  has(seq: number): boolean {
    return this.#done.has(seq);
  }

  /** Whether any number of a range is done. */
  touches(first: number, last: number): boolean {
    return this.#done.size > 0 && this.#done.touches(first, last);
  }

  settle(stored: Range[], refused: Refusal[], nextSeq: number, floorMs: number): SettleResult {
    const totals = readTotals(this.#db);
    let settled = 0;
    for (const range of stored) {
      const n = this.#finish(range);
      totals.stored += n;
      settled += n;
    }
    for (const refusal of refused) {
      this.#quarantine(refusal, this.#rows(refusal.first, refusal.last)?.data ?? null);
      const n = this.#finish([refusal.first, refusal.last]);
      totals.refused += n;
      settled += n;
    }
    this.setMeta('stored', totals.stored);
    this.setMeta('refused', totals.refused);
    this.#settledTo(nextSeq);
    this.setMeta('floor', floorMs);
    return { ...totals, settled };
  }

  /** Counts readings that were accepted and will never be stored. */
  lose(reason: LossReason, readings: number): void {
    this.#db
      .prepare(
        'INSERT INTO lost (reason, readings) VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET readings = readings + excluded.readings',
      )
      .run(reason, readings);
  }

  /** Forgets which parts of a block are done, as the block goes. Returns how many numbers they were. */
  dropParts(first: number, last: number): number {
    const parts = this.#done.remove(first, last);
    if (parts > 0) this.#db.prepare('DELETE FROM done WHERE first >= ? AND last <= ?').run(first, last);
    return parts;
  }

  setAside(row: BlockRow): void {
    this.#db.prepare('DELETE FROM block WHERE first = ?').run(row.first);
    this.lose('damaged', row.count - this.dropParts(row.first, row.last));
    this.#quarantine(
      { first: row.first, last: row.last, code: 'JOURNAL_CORRUPT', reason: 'the block’s checksum does not fit' },
      row.data,
    );
  }

  setMeta(key: string, value: number | string): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  #settledTo(nextSeq: number): void {
    const oldest = this.#db.prepare('SELECT first FROM block ORDER BY first LIMIT 1').get() as
      | { first: number }
      | undefined;
    this.setMeta('next', nextSeq);
    this.setMeta('settledTo', (oldest?.first ?? nextSeq) - 1);
  }

  /** Takes a range out of the blocks. Returns how many readings were still wanted. */
  #finish([first, last]: Range): number {
    const db = this.#db;
    const inside = db
      .prepare(
        'SELECT coalesce(sum(count), 0) AS n, count(marks) AS marks FROM block WHERE first >= ? AND first <= ? AND last <= ?',
      )
      .get(first, last, last) as { n: number; marks: number };
    let finished = inside.n;
    if (inside.marks > 0) this.#keepMarks('first >= ? AND first <= ? AND last <= ?', [first, last, last]);
    if (this.#done.size > 0) {
      for (const { first: f, last: l } of db
        .prepare('SELECT first, last FROM block WHERE first >= ? AND first <= ? AND last <= ?')
        .all(first, last, last) as { first: number; last: number }[])
        finished -= this.#done.remove(f, l);
      db.prepare('DELETE FROM done WHERE first >= ? AND last <= ?').run(first, last);
    }
    db.prepare('DELETE FROM block WHERE first >= ? AND first <= ? AND last <= ?').run(first, last, last);
    const edges = db
      .prepare(
        'SELECT first, last, count FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?) AND first <= ? AND last >= ?',
      )
      .all(first, last, first) as { first: number; last: number; count: number }[];
    for (const block of edges)
      finished += this.#finishPart(block, Math.max(first, block.first), Math.min(last, block.last));
    return finished;
  }

  /** Writes down that a part of a block is done, or drops the block when nothing else of it is wanted. */
  #finishPart(block: { first: number; last: number }, from: number, to: number): number {
    const db = this.#db;
    const part = this.#rows(from, to)?.seq.length ?? 0;
    const whole = this.#rows(block.first, block.last)?.seq.length ?? 0;
    if (part === whole) {
      this.#keepMarks('first = ?', [block.first]);
      this.dropParts(block.first, block.last);
      db.prepare('DELETE FROM block WHERE first = ?').run(block.first);
      return part;
    }
    this.#done.add(from, to);
    const parts = new RangeSet(doneRanges(db, block.first, block.last));
    parts.add(from, to);
    db.prepare('DELETE FROM done WHERE first >= ? AND last <= ?').run(block.first, block.last);
    for (const [f, l] of parts.ranges()) db.prepare('INSERT INTO done (first, last) VALUES (?, ?)').run(f, l);
    return part;
  }

  /** Device counters outlive their blocks. */
  #keepMarks(where: string, args: number[]): void {
    const rows = this.#db
      .prepare(`SELECT marks FROM block WHERE marks IS NOT NULL AND ${where} ORDER BY first`)
      .all(...args) as { marks: string }[];
    const known = this.#db.prepare('SELECT marks FROM mark WHERE device = ?');
    const keep = this.#db.prepare('INSERT OR REPLACE INTO mark (device, marks) VALUES (?, ?)');
    const gone = rows.flatMap(({ marks }) => JSON.parse(marks) as Mark[]);
    for (const device of new Set(gone.map(([name]) => name))) {
      const before = known.get(device) as { marks: string } | undefined;
      const all = [
        ...(before === undefined ? [] : (JSON.parse(before.marks) as Mark[])),
        ...gone.filter(([name]) => name === device),
      ];
      keep.run(device, JSON.stringify(recentMarks(all)));
    }
  }

  #quarantine({ first, last, code, reason }: Refusal, data: Uint8Array | null): void {
    this.#db
      .prepare('INSERT INTO quarantine (first, last, code, reason, data) VALUES (?, ?, ?, ?, ?)')
      .run(first, last, code, reason, data);
    this.#db
      .prepare('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?')
      .run(LIMITS.quarantineItems);
  }
}

/** Totals of this epoch. */
export function readTotals(db: DatabaseSync): Totals {
  const lost = db.prepare('SELECT reason, readings FROM lost').all() as { reason: string; readings: number }[];
  return {
    stored: metaNumber(db, 'stored') ?? 0,
    refused: metaNumber(db, 'refused') ?? 0,
    lost: Object.fromEntries(lost.map((row) => [row.reason, row.readings])),
  };
}

export function metaNumber(db: DatabaseSync, key: string): number | undefined {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key) as { value: unknown } | undefined;
  return typeof row?.value === 'number' ? row.value : undefined;
}

/** Parts of blocks that are done, all or those of one block. */
export function doneRanges(db: DatabaseSync, first = 0, last = Number.MAX_SAFE_INTEGER): Range[] {
  const rows = db
    .prepare('SELECT first, last FROM done WHERE first >= ? AND last <= ? ORDER BY first')
    .all(first, last);
  return (rows as { first: number; last: number }[]).map((row) => [row.first, row.last]);
}
