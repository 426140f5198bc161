/**
 * The journal's file: accepted readings until the cloud has them, and what must outlive a power cut with them. SQLite,
 * WAL, synchronous FULL. One row for each group commit, not for each reading (docs/decisions/0002), on small pages,
 * because every page that changes is written whole and memory cards wear out.
 */
import { DatabaseSync } from 'node:sqlite';
import { SEGMENT_SIZE } from '@karez/model/sequence';

export const SCHEMA_VERSION = 1;
export const PAGE_BYTES = 512;
/** Pages in the write-ahead log before they move to the file. */
const CHECKPOINT_PAGES = 4_000;
/** What SQLite keeps of the file in memory; its default is 2 MB. Blocks are read once, in order. */
const CACHE_KIB = 256;

/**
 * Prepares the file. Throws where it was written by a newer Karez (`isNewer`) or is no database. Whatever an older gateway could not
 * read, be it a table or the form of what stands in one, is a new schema number: an update can then be taken back without loss.
 */
export function createTables(db: DatabaseSync): void {
  refuseNewer(db);
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = 0`);
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  if (schemaVersion(db) === SCHEMA_VERSION) return;
  db.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    -- Readings first to last as a batch, count of them. boot: to be dated by its shift; null: times are true. level: how often thinned.
    -- marks: device counters in it.
    CREATE TABLE block (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, count INTEGER NOT NULL, boot INTEGER, level INTEGER NOT NULL, marks TEXT, data BLOB NOT NULL);
    -- Parts of blocks that the cloud has while other parts are still wanted.
    CREATE TABLE done (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
    -- Each opening: wall clock (as believed) and monotonic clock at one moment; shift: what to add to its times, once known.
    CREATE TABLE boot (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, wall INTEGER NOT NULL, mono INTEGER NOT NULL, shift INTEGER);
    -- Segments that are over, with the last number given.
    CREATE TABLE segment (number INTEGER PRIMARY KEY, last INTEGER NOT NULL);
    -- Newest marks of each device whose blocks are gone.
    CREATE TABLE mark (device TEXT PRIMARY KEY, marks TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE quarantine (id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, code TEXT, reason TEXT, data BLOB);
    CREATE TABLE lost (reason TEXT PRIMARY KEY, readings INTEGER NOT NULL) WITHOUT ROWID;
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `);
}

const NEWER = 'the journal was written by a newer Karez';

/** Throws where the file was written by a newer Karez. Changes nothing in it. */
export function refuseNewer(db: DatabaseSync): void {
  const version = schemaVersion(db);
  if (version > SCHEMA_VERSION)
    throw new Error(`${NEWER} (schema ${version}, this one knows ${SCHEMA_VERSION}): install that one again`);
}

/** Whether this is what `refuseNewer` throws, also when it came from another thread. */
export function isNewer(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(NEWER);
}

function schemaVersion(db: DatabaseSync): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** What no row of the small tables can be: pages that were lost may read as others. */
export const WRONG_ROWS = {
  meta: "typeof(key) != 'text'",
  done: "typeof(first) != 'integer' OR typeof(last) != 'integer' OR last < first",
  boot: "typeof(uuid) != 'text' OR typeof(wall) != 'integer' OR typeof(mono) != 'integer'",
  segment: `typeof(number) != 'integer' OR typeof(last) != 'integer' OR (last - 1) / ${SEGMENT_SIZE} != number`,
  mark: "typeof(device) != 'text' OR typeof(marks) != 'text'",
  quarantine: "typeof(first) != 'integer' OR typeof(code) != 'text'",
  lost: "typeof(reason) != 'text' OR typeof(readings) != 'integer' OR readings < 0",
};

let expected: string | undefined;

/** Whether the tables are as they were made: a bit that has turned in a name changes what queries give. */
export function areTablesWhole(db: DatabaseSync): boolean {
  if (expected === undefined) {
    const made = new DatabaseSync(':memory:');
    createTables(made);
    expected = schemaOf(made);
    made.close();
  }
  return schemaOf(db) === expected;
}

function schemaOf(db: DatabaseSync): string {
  return JSON.stringify(db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all());
}

/** One row of `block`. */
export interface BlockRow {
  first: number;
  last: number;
  count: number;
  boot: number | null;
  level: number;
  marks: string | null;
  data: Uint8Array;
}
