/**
 * What has become of readings: stored by the cloud, refused for good, lost. Whole blocks are deleted; of others it is
 * written down which parts are done. Called inside a transaction.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@karez/model/limits';
import { marksText, parseMarks, recentMarks } from './marks.ts';
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
  /** Readings that were set aside since the last answer, because they could not be read. */
  unread: number;
  /** No number up to this one is wanted any more. */
  settledTo: number;
}

export type Refusal = { first: number; last: number; code: string; reason: string };

/** Reasons for which accepted readings are lost, in words of docs/PROTOCOL.md. */
export const LOSS_REASONS = ['thinned', 'dropped-full', 'too-old', 'damaged', 'torn'] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

export interface SettlementParts {
  db: DatabaseSync;
  /** Readings of a range that are still wanted: their numbers, and themselves as a batch. */
  rows(first: number, last: number): { seq: number[]; data: Uint8Array } | undefined;
  /** Bytes of refused readings that are kept for inspection. */
  quarantineBytes: number;
}

/** What an entry takes besides its readings. */
const QUARANTINE_ROW_BYTES = 120;

export class Settlement {
  readonly #db: DatabaseSync;
  /** Every number above the oldest wanted one that is settled, in a block or not. */
  readonly #done = new RangeSet();
  /** Ranges of it that the file does not have yet. */
  #unwritten: Range[] = [];
  readonly #rows: SettlementParts['rows'];
  readonly #quarantineBytes: number;
  #totals: Totals = { stored: 0, refused: 0, lost: {} };
  /** Readings of blocks that could not be read, since the last time they were asked for. */
  #unread = 0;

  constructor({ db, rows, quarantineBytes }: SettlementParts) {
    this.#db = db;
    this.#rows = rows;
    this.#quarantineBytes = quarantineBytes;
    this.reload();
  }

  /** Reads again what the file says. */
  reload(): void {
    this.#done.clear();
    this.#unwritten = [];
    for (const [first, last] of doneRanges(this.#db)) this.#done.add(first, last);
    this.#totals = readTotals(this.#db);
  }

  /** Totals of this epoch. */
  get totals(): Readonly<Totals> {
    return this.#totals;
  }

  /** How many readings have been set aside since this was asked last: they wait no more. */
  takeUnread(): number {
    const unread = this.#unread;
    this.#unread = 0;
    return unread;
  }

  has(seq: number): boolean {
    return this.#done.has(seq);
  }

  /** Whether any number of a range is done. */
  touches(first: number, last: number): boolean {
    return this.#done.size > 0 && this.#done.touches(first, last);
  }

  settle(stored: Range[], refused: Refusal[], nextSeq: number, floorMs: number): SettleResult {
    const totals = this.#totals;
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
    const settledTo = this.#settledTo(nextSeq);
    this.setMeta('floor', floorMs);
    return { ...totals, lost: { ...totals.lost }, settled, unread: this.takeUnread(), settledTo };
  }

  /** Counts readings that were accepted and will never be stored. */
  lose(reason: LossReason, readings: number): void {
    const lost = (this.#totals.lost[reason] ?? 0) + readings;
    this.#totals.lost[reason] = lost;
    this.#db.prepare('INSERT OR REPLACE INTO lost (reason, readings) VALUES (?, ?)').run(reason, lost);
  }

  /** Blocks that went without being settled: nobody waits for their numbers any more. */
  gone(blocks: readonly Readonly<Range>[]): void {
    if (blocks.length === 0) return;
    for (const [first, last] of blocks) {
      this.#done.add(first, last);
      this.#unwritten.push([first, last]);
    }
    const oldest = this.#oldest();
    if (oldest !== undefined) this.setMeta('settledTo', oldest - 1);
    this.#keepDone((oldest ?? 1) - 1);
  }

  /** How many readings of a block are done. */
  doneIn({ first, last, count }: Pick<BlockRow, 'first' | 'last' | 'count'>): number {
    if (!this.touches(first, last)) return 0;
    const isWhole = count === last - first + 1;
    return isWhole ? this.#done.count(first, last) : count - (this.#rows(first, last)?.seq.length ?? 0);
  }

  setAside(row: BlockRow): void {
    this.#db.prepare('DELETE FROM block WHERE first = ?').run(row.first);
    const wanted = Math.max(0, row.count - this.#done.count(row.first, row.last));
    this.lose('damaged', wanted);
    this.#unread += wanted;
    this.gone([[row.first, row.last]]);
    this.#quarantine(
      { first: row.first, last: row.last, code: 'JOURNAL_CORRUPT', reason: 'the block’s checksum does not fit' },
      row.data,
    );
  }

  setMeta(key: string, value: number | string): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  #settledTo(nextSeq: number): number {
    this.setMeta('next', nextSeq);
    const settledTo = (this.#oldest() ?? nextSeq) - 1;
    this.setMeta('settledTo', settledTo);
    this.#keepDone(settledTo);
    return settledTo;
  }

  /** First number of the oldest block. */
  #oldest(): number | undefined {
    const oldest = this.#db.prepare('SELECT first FROM block ORDER BY first LIMIT 1').get();
    return (oldest as { first: number } | undefined)?.first;
  }

  /** Takes a range out of the blocks. Returns how many readings were still wanted. */
  #finish([first, last]: Range): number {
    const db = this.#db;
    const where = 'first >= ? AND first <= ? AND last <= ?';
    const inside = db
      .prepare(`SELECT coalesce(sum(count), 0) AS n, count(marks) AS marks FROM block WHERE ${where}`)
      .get(first, last, last) as { n: number; marks: number };
    let finished = inside.n;
    if (inside.marks > 0) this.#keepMarks(where, [first, last, last]);
    if (this.touches(first, last)) {
      const blocks = db.prepare(`SELECT first, last, count FROM block WHERE ${where}`).all(first, last, last);
      for (const block of blocks as unknown as BlockRow[]) finished -= this.doneIn(block);
    }
    db.prepare(`DELETE FROM block WHERE ${where}`).run(first, last, last);
    const edges = db
      .prepare(
        'SELECT first, last, count FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?) AND first <= ? AND last >= ?',
      )
      .all(first, last, first) as unknown as BlockRow[];
    for (const block of edges)
      finished += this.#finishPart(block, Math.max(first, block.first), Math.min(last, block.last));
    this.#done.add(first, last);
    this.#unwritten.push([first, last]);
    return finished;
  }

  /** Counts the wanted readings of a part of a block; drops the block when nothing else of it is wanted. */
  #finishPart(block: BlockRow, from: number, to: number): number {
    const part = this.#rows(from, to)?.seq.length ?? 0;
    const whole = this.#rows(block.first, block.last)?.seq.length ?? 0;
    if (part === whole) {
      this.#keepMarks('first = ?', [block.first]);
      this.#db.prepare('DELETE FROM block WHERE first = ?').run(block.first);
    }
    return part;
  }

  /** Writes down what is settled above the oldest wanted number; what is below needs no memory. */
  #keepDone(settledTo: number): void {
    const db = this.#db;
    this.#done.remove(1, settledTo);
    db.prepare('DELETE FROM done WHERE first <= ?').run(settledTo);
    const lowest = this.#done.firstRange;
    const changed = new Set(lowest === undefined ? [] : [lowest[0]]);
    for (const [, last] of this.#unwritten) {
      const range = this.#done.rangeOf(last);
      if (range !== undefined) changed.add(range[0]);
    }
    this.#unwritten = [];
    for (const first of changed) {
      const [from, to] = this.#done.rangeOf(first) as Range;
      db.prepare('DELETE FROM done WHERE first >= ? AND last <= ?').run(from, to);
      db.prepare('INSERT INTO done (first, last) VALUES (?, ?)').run(from, to);
    }
  }

  /** Device counters outlive their blocks. */
  #keepMarks(where: string, args: number[]): void {
    const rows = this.#db
      .prepare(`SELECT first, marks FROM block WHERE marks IS NOT NULL AND ${where}`)
      .all(...args) as { first: number; marks: string }[];
    const known = this.#db.prepare('SELECT marks FROM mark WHERE device = ?');
    const keep = this.#db.prepare('INSERT OR REPLACE INTO mark (device, marks) VALUES (?, ?)');
    const gone = rows.flatMap(({ first, marks }) => parseMarks(marks, first));
    for (const device of new Set(gone.map(([name]) => name))) {
      const before = known.get(device) as { marks: string } | undefined;
      const all = [...parseMarks(before?.marks ?? null, 0), ...gone.filter(([name]) => name === device)];
      keep.run(device, marksText(recentMarks(all)));
    }
  }

  #quarantine({ first, last, code, reason }: Refusal, data: Uint8Array | null): void {
    this.#db
      .prepare('INSERT INTO quarantine (first, last, code, reason, data) VALUES (?, ?, ?, ?, ?)')
      .run(first, last, code, reason, data);
    this.#db
      .prepare('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?')
      .run(LIMITS.quarantineItems);
    // The newest may be larger than all: it is kept without its readings.
    if ((data?.length ?? 0) > this.#quarantineBytes)
      this.#db.prepare('UPDATE quarantine SET data = NULL WHERE id = (SELECT max(id) FROM quarantine)').run();
    this.#db
      .prepare(
        `DELETE FROM quarantine WHERE id IN (
           SELECT id FROM (SELECT id, sum(coalesce(length(data), 0) + ${QUARANTINE_ROW_BYTES}) OVER (ORDER BY id DESC) AS bytes FROM quarantine)
           WHERE bytes > ?)`,
      )
      .run(this.#quarantineBytes + QUARANTINE_ROW_BYTES);
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
