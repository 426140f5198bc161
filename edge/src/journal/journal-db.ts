/**
 * The journal's work, in the thread that owns the file. Invariants: what `commit` has returned for survives a power cut;
 * sequence numbers are given here, so a commit that fails leaves no gap; a block goes only once the cloud has all of it.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { LIMITS, newReadings, type Readings } from '@karez/model';
import { type BatchAddress, decodeBatch, encodeBatch } from '@karez/model/wire';
import { type Range, RangeSet } from './range-set.ts';
import { createTables } from './tables.ts';

export interface JournalOptions extends BatchAddress {
  path: string;
  limitBytes: number;
  /** Names this boot, with both clocks at its start. */
  boot: { uuid: string; wallMs: number; monoMs: number };
}

/** Newest accepted counter of a device, with the time it said. */
export type Mark = [device: string, counter: number, timeMs: number | null];

export interface Group {
  /** Sequence numbers are filled in here. */
  readings: Readings;
  marks: Mark[];
  monoMs: number;
}

export interface OpenedJournal {
  epoch: string;
  /** The next sequence number. */
  nextSeq: number;
  /** What the cloud has not acknowledged. */
  waiting: Range[];
  stored: number;
  refused: number;
  marks: Mark[];
  bytes: number;
}

export type CommitResult = { first: number; last: number; bytes: number } | 'full';

export interface EncodedBatch {
  bytes: Uint8Array;
  ranges: Range[];
  /** Sampling time of the oldest reading in it. */
  oldestMs: number;
}

export class JournalDb {
  readonly #db: DatabaseSync;
  readonly #options: JournalOptions;
  readonly #epoch: string;
  readonly #boot: number;
  readonly #insert: StatementSync;
  #nextSeq: number;
  /** Parts of blocks that are done. */
  readonly #done: RangeSet;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#db = new DatabaseSync(options.path);
    this.#epoch = createTables(this.#db);
    const { wallMs, monoMs, uuid } = options.boot;
    this.#boot = Number(
      this.#db.prepare('INSERT INTO boot (uuid, wall, mono) VALUES (?, ?, ?)').run(uuid, wallMs, Math.round(monoMs))
        .lastInsertRowid,
    );
    this.#insert = this.#db.prepare(
      'INSERT INTO block (first, last, boot, mono, marks, data) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const newest = this.#db.prepare('SELECT max(last) AS last FROM block').get() as { last: number | null };
    this.#nextSeq = Math.max(this.#meta('next') ?? 1, (newest.last ?? 0) + 1);
    this.#done = new RangeSet(this.#ranges('SELECT first, last FROM done'));
  }

  open(): OpenedJournal {
    const waiting = new RangeSet(this.#ranges('SELECT first, last FROM block ORDER BY first'));
    for (const [first, last] of this.#done.ranges()) waiting.remove(first, last);
    const marks = new Map<string, Mark>();
    for (const row of this.#db.prepare('SELECT device, counter, time FROM mark').all() as {
      device: string;
      counter: number;
      time: number | null;
    }[]) {
      marks.set(row.device, [row.device, row.counter, row.time]);
    }
    for (const row of this.#db
      .prepare('SELECT marks FROM block WHERE marks IS NOT NULL ORDER BY first')
      .iterate() as Iterable<{ marks: string }>) {
      for (const mark of JSON.parse(row.marks) as Mark[]) marks.set(mark[0], mark);
    }
    return {
      ...{ epoch: this.#epoch, nextSeq: this.#nextSeq, waiting: waiting.ranges(), marks: [...marks.values()] },
      ...{ stored: this.#meta('stored') ?? 0, refused: this.#meta('refused') ?? 0, bytes: this.#bytes() },
    };
  }

  /** Makes a group of readings durable, or says that there is no room. */
  commit({ readings, marks, monoMs }: Group): CommitResult {
    if (this.#bytes() >= this.#options.limitBytes) return 'full';
    const first = this.#nextSeq;
    const { count } = readings;
    for (let i = 0; i < count; i++) readings.seq[i] = first + i;
    const data = encodeBatch(readings, { ...this.#options, epoch: this.#epoch });
    const last = first + count - 1;
    this.#insert.run(
      first,
      last,
      this.#boot,
      Math.round(monoMs),
      marks.length > 0 ? JSON.stringify(marks) : null,
      data,
    );
    this.#nextSeq = last + 1;
    return { first, last, bytes: this.#bytes() };
  }

  /**
   * The readings from `from` to `to` that are still wanted, as one batch for the cloud, at most `most` of them.
   * Undefined where there are none.
   */
  batch(from: number, to: number, most: number): EncodedBatch | undefined {
    const rows = this.#db
      .prepare(
        'SELECT first, last, data FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?) AND first <= ? ORDER BY first',
      )
      .iterate(from, to) as Iterable<{ first: number; last: number; data: Uint8Array }>;
    const parts: Readings[] = [];
    let count = 0;
    for (const row of rows) {
      const { readings } = decodeBatch(row.data, this.#options);
      const wanted = this.#wanted(readings, from, to);
      if (count > 0 && count + wanted.count > most) break;
      if (wanted.count > 0) parts.push(wanted);
      count += wanted.count;
      if (count >= most) break;
    }
    if (count === 0) return undefined;
    const joined = parts.length === 1 ? (parts[0] as Readings) : join(parts, count);
    const ranges = new RangeSet();
    let oldestMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const seq = joined.seq[i] as number;
      ranges.add(seq, seq);
      oldestMs = Math.min(oldestMs, joined.timeMs[i] as number);
    }
    const bytes = encodeBatch(joined, { ...this.#options, epoch: this.#epoch });
    if (bytes.length > LIMITS.batchBytes && most > 1) return this.batch(from, to, Math.max(1, Math.floor(count / 2)));
    return { bytes, ranges: ranges.ranges(), oldestMs };
  }

  /** Readings of a block between two numbers that are not done. */
  #wanted(readings: Readings, from: number, to: number): Readings {
    const first = readings.seq[0] as number;
    const last = readings.seq[readings.count - 1] as number;
    if (first >= from && last <= to && this.#done.size === 0) return readings;
    const keep: number[] = [];
    for (let i = 0; i < readings.count; i++) {
      const seq = readings.seq[i] as number;
      if (seq >= from && seq <= to && !this.#done.has(seq)) keep.push(i);
    }
    const wanted = newReadings(keep.length);
    for (const [i, row] of keep.entries()) copyRow(readings, row, wanted, i);
    wanted.count = keep.length;
    return wanted;
  }

  /** Forgets what the cloud has: ranges stored, ranges refused for good with their reasons. */
  settle(
    stored: Range[],
    refused: { first: number; last: number; code: string; reason: string }[],
  ): { bytes: number; stored: number; refused: number } {
    const db = this.#db;
    db.exec('BEGIN IMMEDIATE');
    try {
      const counts = { stored: this.#meta('stored') ?? 0, refused: this.#meta('refused') ?? 0 };
      for (const range of stored) counts.stored += this.#finish(range);
      for (const { first, last, code, reason } of refused) {
        counts.refused += this.#finish([first, last]);
        db.prepare('INSERT INTO quarantine (first, last, code, reason) VALUES (?, ?, ?, ?)').run(
          first,
          last,
          code,
          reason,
        );
        db.prepare('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?').run(
          LIMITS.quarantineItems,
        );
      }
      this.#setMeta('stored', counts.stored);
      this.#setMeta('refused', counts.refused);
      this.#setMeta('next', this.#nextSeq);
      db.exec('COMMIT');
      return { ...counts, bytes: this.#bytes() };
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      // The set in memory may have run ahead of the file.
      const onDisk = this.#ranges('SELECT first, last FROM done');
      for (const [first, last] of this.#done.ranges()) this.#done.remove(first, last);
      for (const [first, last] of onDisk) this.#done.add(first, last);
      throw error;
    }
  }

  /** Drops whole blocks of a range, remembers parts of others. Returns how many readings were newly done. */
  #finish([first, last]: Range): number {
    const db = this.#db;
    const blocks = db
      .prepare(
        'SELECT first, last, marks FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?) AND first <= ?',
      )
      .all(first, last) as { first: number; last: number; marks: string | null }[];
    let finished = 0;
    for (const block of blocks) {
      const from = Math.max(first, block.first);
      const to = Math.min(last, block.last);
      if (to < from) continue;
      const before = this.#done.size;
      this.#done.add(from, to);
      finished += this.#done.size - before;
      const kept = this.#done.remove(block.first, block.last);
      if (kept === block.last - block.first + 1) {
        for (const mark of block.marks === null ? [] : (JSON.parse(block.marks) as Mark[])) {
          db.prepare('INSERT OR REPLACE INTO mark (device, counter, time) VALUES (?, ?, ?)').run(...mark);
        }
        db.prepare('DELETE FROM block WHERE first = ?').run(block.first);
        db.prepare('DELETE FROM done WHERE first >= ? AND last <= ?').run(block.first, block.last);
      } else {
        // Parts of this block only: written down so that a restart does not send them again.
        const parts = new RangeSet(
          this.#ranges('SELECT first, last FROM done WHERE first >= ? AND last <= ?', block.first, block.last),
        );
        parts.add(from, to);
        db.prepare('DELETE FROM done WHERE first >= ? AND last <= ?').run(block.first, block.last);
        for (const part of parts.ranges()) {
          db.prepare('INSERT INTO done (first, last) VALUES (?, ?)').run(...part);
          this.#done.add(...part);
        }
      }
    }
    return finished;
  }

  /** Gives every name its number, the old ones theirs, new ones the next. */
  number(names: string[]): number[] {
    const find = this.#db.prepare('SELECT number FROM channel WHERE name = ?');
    const add = this.#db.prepare('INSERT INTO channel (name) VALUES (?)');
    this.#db.exec('BEGIN IMMEDIATE');
    const numbers = names.map(
      (name) => (find.get(name) as { number: number } | undefined)?.number ?? Number(add.run(name).lastInsertRowid),
    );
    this.#db.exec('COMMIT');
    return numbers;
  }

  /** A value that outlives a restart, and its change. */
  remember(key: string, value: string): string | null {
    const before = this.#db.prepare('SELECT value FROM meta WHERE key = ?').get(`kept.${key}`) as
      | { value: string }
      | undefined;
    if (before?.value !== value) this.#setMeta(`kept.${key}`, value);
    return before?.value ?? null;
  }

  close(): void {
    this.#db.close();
  }

  #bytes(): number {
    const pages = (this.#db.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
    const free = (this.#db.prepare('PRAGMA freelist_count').get() as { freelist_count: number }).freelist_count;
    const size = (this.#db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size;
    return (pages - free) * size;
  }

  #ranges(sql: string, ...args: number[]): Range[] {
    return (this.#db.prepare(sql).all(...args) as { first: number; last: number }[]).map((row) => [
      row.first,
      row.last,
    ]);
  }

  #meta(key: string): number | undefined {
    return (this.#db.prepare('SELECT value FROM meta WHERE key = ?').get(key) as { value: number } | undefined)?.value;
  }

  #setMeta(key: string, value: number | string): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }
}

function copyRow(from: Readings, row: number, to: Readings, at: number): void {
  to.seq[at] = from.seq[row] as number;
  to.timeMs[at] = from.timeMs[row] as number;
  to.channel[at] = from.channel[row] as number;
  to.value[at] = from.value[row] as number;
  to.quality[at] = from.quality[row] as number;
}

function join(parts: Readings[], count: number): Readings {
  const joined = newReadings(count);
  for (const part of parts) {
    for (const column of ['seq', 'timeMs', 'channel', 'value', 'quality'] as const)
      joined[column].set(part[column].subarray(0, part.count), joined.count);
    joined.count += part.count;
  }
  return joined;
}
