/**
 * Opens the journal's file whatever state it is in: reads every block's place, makes the file anew where it is damaged,
 * counts what that has cost, and begins a new segment of sequence numbers unless the last close was clean.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { firstOf, MOST_SEGMENTS, segmentOf } from '@karez/model/sequence';
import { type BatchAddress, decodeBatch } from '@karez/model/wire';
import { balance, copyBooks, countGone, keepEnds, restore, segmentsOf } from './books.ts';
import {
  type Identity,
  identityText,
  newerIdentity,
  newIdentity,
  parseIdentity,
  readIdentity,
  writeIdentity,
} from './identity.ts';
import type { JournalOptions } from './journal-db.ts';
import { type KeptMark, type Mark, parseMarks, recentMarks } from './marks.ts';
import type { Hint } from './next-hint.ts';
import { type Range, RangeSet } from './range-set.ts';
import { missing, type Rebuilt, rebuildJournal } from './rebuild.ts';
import { doneRanges, metaNumber, readTotals, type Totals } from './settlement.ts';
import { areTablesWhole, createTables, PAGE_BYTES, WRONG_ROWS } from './tables.ts';

export interface Opened extends Totals {
  db: DatabaseSync;
  identity: Identity;
  nextSeq: number;
  /** First and last number given of each segment; the newest, in which nothing is given yet, left out. */
  segments: Range[];
  /** What the cloud has not acknowledged, blocks as wholes, and how many readings it is. */
  waiting: Range[];
  waitingReadings: number;
  blocks: number;
  marks: Mark[];
  /** No reading taken from now on is older than this: the newest time that was ever known. */
  floorMs: number;
  /** Set where the file was damaged. */
  rebuilt: (Rebuilt & { lost: number; why: string }) | undefined;
  /** Readings whose loss at a torn end has just been found. */
  torn: number;
  /** No number up to this one is wanted any more. */
  settledTo: number;
}

/** @param hint what stands beside the file. */
export function openFile(options: JournalOptions, hint: Hint | undefined): Opened {
  const { path } = options;
  const fromFile = readIdentity(`${path}.id`);
  let rebuilt: Opened['rebuilt'];
  let db: DatabaseSync | undefined;
  let walked: ReturnType<typeof walk>;
  try {
    if (options.rebuild || hasLostItsHead(path)) throw new Error('database disk image is malformed');
    db = open(path);
    walked = walk(db, options);
    if (isShort(db, walked, hint)) throw new Error('malformed: readings are missing that were accepted');
  } catch (error) {
    if (!isDamage(error)) throw error;
    const why = (error as Error).message;
    // Closed late: closing moves the log into the file, which may spoil what can still be read of both.
    const made = rebuildJournal(path, options, fromFile?.epoch, hint?.settledTo, () => {
      closeQuietly(db);
      for (const unopened of held.splice(0)) closeQuietly(unopened);
    });
    rebuilt = { ...made, lost: 0, why };
    db = open(path);
    walked = walk(db, options);
  }
  try {
    return begin(options, hint, { db, walked, rebuilt, fromFile });
  } catch (error) {
    if (rebuilt !== undefined || !isDamage(error)) {
      closeQuietly(db);
      throw error;
    }
    // Damage that shows only where something is written.
    held.push(db);
    return openFile({ ...options, rebuild: true }, hint);
  }
}

interface Found {
  db: DatabaseSync;
  walked: ReturnType<typeof walk>;
  rebuilt: Opened['rebuilt'];
  fromFile: Identity | undefined;
}

/** Closes the books of what was before, and begins anew. */
function begin(options: JournalOptions, hint: Hint | undefined, { db, walked, rebuilt, fromFile }: Found): Opened {
  const known = newerIdentity(fromFile, identityOf(db));
  const identity = known ?? newIdentity();
  // A file that was copied or restored without its hint, or with another's, may have given more numbers than it knows of.
  const isHinted = hint !== undefined && hint.nextSeq === metaNumber(db, 'next');
  const isClean = rebuilt === undefined && known !== undefined && isHinted && metaNumber(db, 'clean') === 1;
  const settledTo = Math.max(hint?.settledTo ?? 0, metaNumber(db, 'settledTo') ?? 0);
  db.exec('BEGIN IMMEDIATE');
  let torn = 0;
  if (!isClean && known !== undefined) {
    // A whole file's totals fit its blocks; of a damaged one's they may be gone.
    restore(db, identity, rebuilt === undefined ? undefined : hint);
    const isBehind = keepEnds(db, walked, hint) || settledTo > (metaNumber(db, 'settledTo') ?? 0);
    const gone = countGone(db, walked, settledTo);
    if (rebuilt !== undefined || isBehind || gone.torn + gone.damaged > 0) balance(db, walked.readings);
    if (rebuilt !== undefined) rebuilt.lost = gone.damaged;
    torn = gone.torn;
  }
  if (!isClean) {
    const isSameBoot = known === undefined || options.boot.uuid === lastBoot(db);
    beginSegment(identity, hint, isSameBoot);
    copyBooks(db, identity);
    writeIdentity(`${options.path}.id`, identity);
  }
  const keep = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  keep.run('identity', identityText(identity));
  keep.run('clean', 0);
  db.exec('COMMIT');
  // Into the file proper: no later damage to the end of the log can take it back.
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const segments = segmentsOf(db);
  const current = firstOf(identity.segment);
  const nextSeq = isClean ? Math.max(metaNumber(db, 'next') ?? current, current) : current;
  if (isClean && nextSeq > current) segments.push([current, nextSeq - 1]);
  return {
    ...{ db, identity, nextSeq, settledTo, segments, rebuilt, torn, floorMs: metaNumber(db, 'floor') ?? 0 },
    ...{
      waiting: walked.waiting.ranges(),
      waitingReadings: walked.readings,
      blocks: walked.blocks,
      marks: walked.marks,
    },
    ...readTotals(db),
  };
}

/** Damaged files that could not be opened: held until they are read, or they would be collected, closed, and their logs gone. */
const held: DatabaseSync[] = [];

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    createTables(db);
    return db;
  } catch (error) {
    if (isDamage(error)) held.push(db);
    else closeQuietly(db);
    throw error;
  }
}

/** A damaged file may refuse even this. */
function closeQuietly(db: DatabaseSync | undefined): void {
  try {
    db?.close();
  } catch {
    // Its descriptors go with the process.
  }
}

/** Whether fewer readings wait than must, by the hint: a torn log, or a damage that SQLite does not see. */
function isShort(db: DatabaseSync, { waiting, done }: ReturnType<typeof walk>, hint: Hint | undefined): boolean {
  if (hint === undefined || metaNumber(db, 'clean') === 1) return false;
  const segments = segmentsOf(db);
  const current = firstOf(segmentOf(hint.nextSeq));
  if (hint.nextSeq > current) segments.push([current, hint.nextSeq - 1]);
  return missing(segments, [waiting, done], hint.settledTo + 1).size > 0;
}

/**
 * Whether a file that had a head has none any more. SQLite would take it for a new one, and throw away the log in which most of
 * it may still stand.
 */
function hasLostItsHead(path: string): boolean {
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
  if (!existsSync(path)) return hasLog;
  const head = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, head, 0, 16, 0);
    if (read === 0) return hasLog;
  } finally {
    closeSync(file);
  }
  return head.toString('latin1') !== 'SQLite format 3\0' || statSync(path).size < PAGE_BYTES;
}

/** SQLite's own code for a page that should be there and is behind the end of the file (SQLITE_IOERR_SHORT_READ). */
const SHORT_READ = 522;
/** What SQLite says of damage, of numbers that no JavaScript can hold, and of a schema in which a name has changed. */
const DAMAGE =
  /malformed|not a database|corrupt|too large to be represented|no such (table|column)|has no column|no such collation/i;

export function isDamage(error: unknown): boolean {
  const { message, errcode } = error as Error & { errcode?: number };
  return errcode === SHORT_READ || DAMAGE.test(message);
}

/** Where every block is, without its content: this also walks the whole tree, so damage to it shows. */
function walk(db: DatabaseSync, address: BatchAddress) {
  if (!areTablesWhole(db)) throw new Error('malformed: the tables are not those that were made');
  const waiting = new RangeSet();
  const done = new RangeSet(doneRanges(db));
  const marks: KeptMark[] = [];
  let readings = 0;
  let blocks = 0;
  for (const row of db.prepare('SELECT marks FROM mark').all() as { marks: string }[])
    marks.push(...parseMarks(row.marks, 0));
  const rows = db.prepare('SELECT first, last, count, marks FROM block ORDER BY first').iterate() as Iterable<unknown>;
  let before = 0;
  for (const row of rows as Iterable<Numbers & { marks: string | null }>) {
    if (!isTrue(row, before)) throw new Error('malformed: a block’s numbers cannot be true');
    before = row.last;
    waiting.add(row.first, row.last);
    readings += wantedIn(db, row, done, address);
    blocks++;
    if (row.marks !== null) marks.push(...parseMarks(row.marks, row.first));
  }
  for (const [first, last] of done.ranges()) waiting.remove(first, last);
  for (const [table, isWrong] of Object.entries(WRONG_ROWS)) {
    const { n } = db.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${isWrong}`).get() as { n: number };
    if (n > 0) throw new Error(`malformed: the table ${table} holds what it cannot hold`);
  }
  return {
    ...{ waiting, done, readings, blocks },
    marks: recentMarks(marks).map(([device, counter, timeMs]): Mark => [device, counter, timeMs]),
  };
}

interface Numbers {
  first: number;
  last: number;
  count: number;
}

/** How many readings of a block are not done. */
function wantedIn(db: DatabaseSync, { first, last, count }: Numbers, done: RangeSet, address: BatchAddress): number {
  const n = done.count(first, last);
  if (n === 0 || count === last - first + 1) return count - n;
  // Thinned: which numbers it has stands in its data only.
  const { data } = db.prepare('SELECT data FROM block WHERE first = ?').get(first) as { data: Uint8Array };
  try {
    const { readings } = decodeBatch(data, address);
    return readings.seq.subarray(0, readings.count).filter((seq) => !done.has(seq)).length;
  } catch {
    return Math.max(0, count - n);
  }
}

/** Whether a block can have these numbers, coming after `before`. */
function isTrue({ first, last, count }: Record<keyof Numbers, unknown>, before: number): boolean {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || !Number.isSafeInteger(count)) return false;
  const numbers = (last as number) - (first as number) + 1;
  return (first as number) > before && (count as number) >= 1 && (count as number) <= numbers;
}

function identityOf(db: DatabaseSync): Identity | undefined {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'identity'").get() as { value: string } | undefined;
  return row === undefined ? undefined : parseIdentity(row.value);
}

/**
 * Segments left out after a boot of the machine: a power cut may take back what was written down of the segments that
 * were begun shortly before it, where the disk only said that it had written.
 */
const SEGMENTS_PER_BOOT = 16;

/** The new segment is on disk, in both places, before any reading can have a number of it. */
function beginSegment(identity: Identity, hint: Hint | undefined, isSameBoot: boolean): void {
  const newest = Math.max(identity.segment, hint === undefined ? -1 : segmentOf(hint.nextSeq));
  identity.segment = newest + (isSameBoot ? 1 : SEGMENTS_PER_BOOT);
  if (identity.segment >= MOST_SEGMENTS)
    throw new Error('the journal has been opened too often: move it away to begin a new one');
}

/** The boot of the machine in which the journal was last opened. */
function lastBoot(db: DatabaseSync): string | undefined {
  return (db.prepare('SELECT uuid FROM boot ORDER BY id DESC LIMIT 1').get() as { uuid: string } | undefined)?.uuid;
}
