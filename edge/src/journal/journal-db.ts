/**
 * The journal's work, in the thread that owns the file. Invariants: what `commit` has returned for survives a power cut;
 * sequence numbers are given here, each once for ever, so a commit that fails leaves no gap; a block goes only once the
 * cloud has all of it, or by the farm's policy for a full journal, and then it is counted as lost.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LIMITS } from '@karez/model/limits';
import { newReadings, type Readings } from '@karez/model/reading';
import { type BatchAddress, encodeBatch } from '@karez/model/wire';
import { copyBooks } from './books.ts';
import { appendRows, joinRows, selectRows } from './columns.ts';
import { Dating } from './dating.ts';
import type { Identity } from './identity.ts';
import { identityText, writeIdentity } from './identity.ts';
import { type Mark, marksText } from './marks.ts';
import { MERGED_READINGS, Merger } from './merge.ts';
import { NextHint } from './next-hint.ts';
import { type Opened, openFile } from './open-file.ts';
import { type Range, RangeSet } from './range-set.ts';
import { makeRoom, type RoomOptions } from './room.ts';
import { LOSS_REASONS, Settlement, type SettleResult } from './settlement.ts';
import type { BlockRow } from './tables.ts';
import { inBlocks, isBatch, isBetterWhole, type Wanted } from './whole-block.ts';

export interface JournalOptions extends BatchAddress, RoomOptions {
  path: string;
  /** Names this boot of the machine, with both clocks at one moment: what an undated reading's time is counted from. */
  boot: { uuid: string; wallMs: number; monoMs: number };
  /** Makes the file anew even if nothing seems wrong with it. */
  rebuild?: boolean;
}

export interface Group {
  /** Readings whose times are true. Sequence numbers are filled in here. */
  readings: Readings;
  /** Readings whose times are to be shifted once this boot's clock is known. */
  undated: Readings;
  marks: Mark[];
  /** Highest sequence number that may be on its way to the cloud: not to be dropped where others can. */
  inFlightTo: number;
}

export interface CommitResult {
  /** Undefined where the journal is full and keeps what it has. */
  range: Range | undefined;
  /** What had to go to make room. */
  dropped: Range[];
  lost: number;
  bytes: number;
}

export interface EncodedBatch {
  bytes: Uint8Array;
  ranges: Range[];
  /** Readings that were found unreadable on the way, and are lost. */
  unread?: number;
}

/** Share of the journal that what was refused may take. */
const QUARANTINE_SHARE = 1 / 8;
/** Readings of a refused range that are kept for inspection. */
const INSPECTED_READINGS = 4_096;

export class JournalDb {
  readonly #db: DatabaseSync;
  readonly #options: JournalOptions;
  readonly #identity: Identity;
  readonly #opened: Opened;
  readonly #hint: NextHint;
  readonly #insert: StatementSync;
  readonly #settlement: Settlement;
  readonly #merger: Merger;
  readonly #dating: Dating;
  #nextSeq: number;
  /** Used again from batch to batch: columns that are thrown away are collected late. */
  readonly #scratch = newReadings(MERGED_READINGS);
  #joined = newReadings(MERGED_READINGS);
  #settledTo: number;
  #protected = new Set<number>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#hint = new NextHint(`${options.path}.next`);
    this.#opened = openFile(options, this.#hint.read());
    this.#db = this.#opened.db;
    this.#identity = this.#opened.identity;
    this.#nextSeq = this.#opened.nextSeq;
    this.#dating = new Dating(this.#db, options, options.boot);
    this.#insert = this.#db.prepare(
      'INSERT INTO block (first, last, count, boot, level, marks, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#settlement = new Settlement({
      db: this.#db,
      rows: (first, last) => this.#rowsBetween(first, last),
      quarantineBytes: options.limitBytes * QUARANTINE_SHARE,
    });
    this.#merger = new Merger(this.#db, this.#settlement, {
      readings: (row) => this.#dating.readings(row),
      encode: (readings) => this.#encode(readings),
      isDated: (boot) => this.#dating.isDated(boot),
    });
    this.#settledTo = this.#opened.settledTo;
    this.#saveIdentity();
    this.#writeHint();
  }

  /** What was found, for whoever opened it. */
  open() {
    const { db: _, identity, ...opened } = this.#opened;
    return {
      ...{ ...opened, writable: true, trouble: null as string | null, epoch: identity.epoch, boot: this.#dating.boot },
      ...{ bytes: this.#bytes(), oldestMs: this.#oldestMs(), undated: this.#dating.undated() },
    };
  }

  /** Makes a group of readings durable, or says that there is no room. */
  commit({ readings, undated, marks, inFlightTo }: Group): CommitResult {
    const before = this.#bytes();
    const isFull = before >= this.#options.limitBytes;
    // One that waits for nothing takes at least one group, whatever else it holds.
    if (isFull && this.#options.policy === 'keep-oldest' && this.#oldest() < this.#nextSeq)
      return { range: undefined, dropped: [], lost: 0, bytes: before };
    const first = this.#nextSeq;
    const parts = [undated, readings].filter((part) => part.count > 0);
    let made = { dropped: [] as Range[], lost: 0 };
    let next = first;
    // Before anything is written: what cannot be encoded takes no number.
    const blocks = parts.flatMap((part) => {
      for (let i = 0; i < part.count; i++) part.seq[i] = next + i;
      next += part.count;
      const boot = part === undated ? this.#dating.boot : null;
      return inBlocks(part, (rows) => this.#encode(rows)).map((block) => ({ ...block, boot }));
    });
    const several = isFull || blocks.length > 1;
    if (several) this.#db.exec('BEGIN IMMEDIATE');
    try {
      if (isFull) made = makeRoom(this.#room(), inFlightTo);
      for (const block of blocks) {
        const carried = block === blocks.at(-1) ? marksText(marks) : null;
        this.#insert.run(block.first, block.last, block.count, block.boot, 0, carried, block.data);
      }
      if (several) this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      // Sets in memory may have run ahead of the file.
      this.#settlement.reload();
      throw error;
    }
    this.#nextSeq = next;
    if (made.dropped.length > 0) this.#settledTo = this.#oldest() - 1;
    this.#writeHint();
    return { range: [first, next - 1], ...made, bytes: this.#bytes() };
  }

  /** Drops what is older than `beforeMs`. Counted as lost. */
  dropOlder(beforeMs: number): { dropped: Range[]; lost: number; bytes: number } {
    const dropped: Range[] = [];
    let lost = 0;
    this.#transaction(() => {
      for (;;) {
        const block = this.#db.prepare('SELECT * FROM block ORDER BY first LIMIT 1').get() as BlockRow | undefined;
        const readings = block === undefined ? undefined : this.#dating.readings(block);
        if (block === undefined) break;
        if (readings?.timeMs.subarray(0, readings.count).some((t) => t >= beforeMs)) break;
        lost += block.count - this.#settlement.doneIn(block);
        this.#db.prepare('DELETE FROM block WHERE first = ?').run(block.first);
        dropped.push([block.first, block.last]);
      }
      if (lost > 0) this.#settlement.lose('too-old', lost);
      this.#settlement.gone(dropped);
    });
    if (lost > 0) this.#settledTo = this.#oldest() - 1;
    this.#writeHint();
    return { dropped, lost, bytes: this.#bytes() };
  }

  /**
   * The readings from `from` to `to` that are still wanted, as one batch for the cloud, at most `most` of them, or fewer
   * so that the next batch can be a block as it is. Undefined where there are none. A block that cannot be read is set
   * aside and counted.
   */
  batch(from: number, to: number, most: number): EncodedBatch | undefined {
    const rows = this.#db
      .prepare(
        'SELECT * FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?) AND first <= ? ORDER BY first',
      )
      .iterate(from, to) as Iterable<unknown> as Iterable<BlockRow>;
    this.#joined.count = 0;
    const damaged: BlockRow[] = [];
    const asked = { from, to, most };
    for (const row of rows) {
      if (this.#joined.count > 0 && isBetterWhole(row, asked)) break;
      if (this.#joined.count === 0 && damaged.length === 0 && this.#isBatch(row, asked))
        return { bytes: row.data, ranges: [[row.first, row.last]], unread: this.#settlement.takeUnread() };
      const readings = this.#dating.readings(row, this.#scratch);
      if (readings === undefined) damaged.push(row);
      else {
        const wanted = this.#wanted(readings, from, to);
        if (this.#joined.count > 0 && this.#joined.count + wanted.count > most) break;
        this.#joined = appendRows(this.#joined, wanted);
      }
      if (this.#joined.count >= most) break;
    }
    if (damaged.length > 0)
      this.#transaction(() => {
        for (const row of damaged) this.#settlement.setAside(row);
      });
    const unread = this.#settlement.takeUnread();
    if (unread > 0) this.#writeHint();
    const joined = this.#joined;
    const { count } = joined;
    if (count === 0) return unread === 0 ? undefined : { bytes: new Uint8Array(0), ranges: [], unread };
    const ranges = new RangeSet();
    for (let i = 0; i < count; i++) ranges.add(joined.seq[i] as number, joined.seq[i] as number);
    const bytes = this.#encode(joined);
    if (bytes.length > LIMITS.batchBytes && count > 1) {
      const half = count >> 1;
      const smaller = this.batch(from, joined.seq[half - 1] as number, half);
      return smaller && { ...smaller, unread };
    }
    return { bytes, ranges: ranges.ranges(), unread };
  }

  /** Forgets what the cloud has: ranges stored, ranges refused for good with their reasons. */
  settle(
    stored: Range[],
    refused: { first: number; last: number; code: string; reason: string }[],
    floorMs: number,
  ): SettleResult & { bytes: number; oldestMs: number | undefined } {
    const totals = this.#transaction(() => this.#settlement.settle(stored, refused, this.#nextSeq, floorMs));
    this.#settledTo = totals.settledTo;
    this.#writeHint();
    return { ...totals, bytes: this.#bytes(), oldestMs: this.#oldestMs() };
  }

  /** Says what is to be added to the times of boots whose clock was not known. Once said it stays, since readings leave with it. */
  date(shifts: [boot: number, shiftMs: number][]): void {
    this.#transaction(() => this.#dating.write(shifts));
    this.#dating.take(shifts);
    this.#saveIdentity();
  }

  /** Merges a run of small blocks into one, which takes a fifth of the room. Returns whether there may be more to do. */
  merge(): boolean {
    return this.#transaction(() => this.#merger.merge());
  }

  /** Gives every name its number, the old ones theirs, new ones the next. */
  number(names: string[]): number[] {
    const { channels } = this.#identity;
    const before = channels.length;
    const known = new Map(channels.map((name, i) => [name, i + 1]));
    const numbers = names.map((name) => known.get(name) ?? known.set(name, channels.push(name)).get(name));
    // Of a thousand devices this is half a megabyte.
    if (channels.length > before) this.#saveIdentity();
    return numbers as number[];
  }

  /** A text that outlives a restart, and its change. */
  remember(key: string, value: string): string | null {
    const before = this.#identity.kept[key];
    if (before !== value) {
      this.#identity.kept[key] = value;
      this.#saveIdentity();
    }
    return before ?? null;
  }

  recall(key: string): string | null {
    return this.#identity.kept[key] ?? null;
  }

  /** Channels whose samples stay longest when the journal is full. */
  protect(channels: number[]): void {
    this.#protected = new Set(channels);
  }

  /** Lets go of a damaged file without writing to it. */
  abandon(): void {
    this.#hint.close();
    try {
      this.#db.close();
    } catch {
      // A damaged file may refuse even this.
    }
  }

  close(): void {
    this.#transaction(() => {
      this.#settlement.setMeta('next', this.#nextSeq);
      this.#settlement.setMeta('clean', 1);
    });
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db.close();
    this.#hint.close();
  }

  #writeHint(): void {
    const { refused, lost } = this.#settlement.totals;
    const counts = LOSS_REASONS.map((reason) => lost[reason] ?? 0);
    this.#hint.write({ nextSeq: this.#nextSeq, settledTo: this.#settledTo, refused, lost: counts });
  }

  #saveIdentity(): void {
    copyBooks(this.#db, this.#identity);
    writeIdentity(`${this.#options.path}.id`, this.#identity);
    this.#settlement.setMeta('identity', identityText(this.#identity));
  }

  /** The oldest number that is still wanted, or the next one. */
  #oldest(): number {
    const row = this.#db.prepare('SELECT first FROM block ORDER BY first LIMIT 1').get() as
      | { first: number }
      | undefined;
    return row?.first ?? this.#nextSeq;
  }

  /** Sampling time of the oldest reading, as far as its block can be read. */
  #oldestMs(): number | undefined {
    const row = this.#db.prepare('SELECT * FROM block ORDER BY first LIMIT 1').get() as BlockRow | undefined;
    const readings = row === undefined ? undefined : this.#dating.readings(row);
    return readings?.timeMs[0];
  }

  #rowsBetween(first: number, last: number): { seq: number[]; data: Uint8Array } | undefined {
    const rows = this.#db
      .prepare(
        'SELECT * FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?) AND first <= ? ORDER BY first',
      )
      .all(first, last) as unknown as BlockRow[];
    const parts = rows.flatMap((row) => {
      const readings = this.#dating.readings(row);
      return readings === undefined ? [] : [this.#wanted(readings, first, last)];
    });
    const joined = joinRows(parts.filter((part) => part.count > 0));
    if (joined === undefined || joined.count === 0) return undefined;
    const some = selectRows(joined, (row) => row < INSPECTED_READINGS);
    return { seq: Array.from(joined.seq.subarray(0, joined.count)), data: this.#encode(some) };
  }

  #isBatch(row: BlockRow, asked: Wanted): boolean {
    if (this.#settlement.touches(row.first, row.last)) return false;
    return isBatch(row, asked, { ...this.#options, epoch: this.#identity.epoch });
  }

  /** Readings of a block between two numbers that are not done. */
  #wanted(readings: Readings, from: number, to: number): Readings {
    const first = readings.seq[0] as number;
    const last = readings.seq[readings.count - 1] as number;
    if (first >= from && last <= to && !this.#settlement.touches(first, last)) return readings;
    return selectRows(readings, (i) => {
      const seq = readings.seq[i] as number;
      return seq >= from && seq <= to && !this.#settlement.has(seq);
    });
  }

  #room() {
    return {
      ...{ db: this.#db, options: this.#options, settlement: this.#settlement },
      bytes: () => this.#bytes(),
      readings: (row: BlockRow) => this.#dating.readings(row),
      encode: (readings: Readings) => this.#encode(readings),
      isProtected: (channel: number) => this.#protected.has(channel),
    };
  }

  #encode(readings: Readings): Uint8Array {
    return encodeBatch(readings, { ...this.#options, epoch: this.#identity.epoch });
  }

  #transaction<T>(run: () => T): T {
    if (this.#db.isTransaction) return run();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = run();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      // Sets in memory may have run ahead of the file.
      this.#settlement.reload();
      throw error;
    }
  }

  #bytes(): number {
    return bytesInUse(this.#db);
  }
}

/** Bytes of pages in use. */
export function bytesInUse(db: DatabaseSync): number {
  const pages = (db.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
  const free = (db.prepare('PRAGMA freelist_count').get() as { freelist_count: number }).freelist_count;
  const size = (db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size;
  return (pages - free) * size;
}
