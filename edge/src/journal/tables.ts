/**
 * The journal's file: accepted readings until the cloud has them, and what must outlive a power cut with them. SQLite,
 * WAL, synchronous FULL. One row for each group commit, not for each reading (docs/decisions/0002), on small pages,
 * because every page that changes is written whole and memory cards wear out.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

export const SCHEMA_VERSION = 1;
const PAGE_BYTES = 512;
/** Pages in the write-ahead log before they move to the file. */
const CHECKPOINT_PAGES = 4_000;

/** Prepares the file and returns the epoch: made at random when the journal is new. */
export function createTables(db: DatabaseSync): string {
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = 0`);
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION)
    throw new Error(`the journal was written by a newer Karez (schema ${version}, this one knows ${SCHEMA_VERSION})`);
  db.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS channel (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    -- A group commit: readings first to last as a batch; when it was taken by the boot's own clock; device counters in it.
    CREATE TABLE IF NOT EXISTS block (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, boot INTEGER, mono INTEGER, marks TEXT, data BLOB NOT NULL);
    -- Parts of blocks that the cloud has while other parts are still wanted.
    CREATE TABLE IF NOT EXISTS done (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS boot (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, wall INTEGER NOT NULL, mono INTEGER NOT NULL);
    -- Newest accepted message counter of each device whose blocks are gone.
    CREATE TABLE IF NOT EXISTS mark (device TEXT PRIMARY KEY, counter INTEGER NOT NULL, time INTEGER) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS quarantine (id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, code TEXT, reason TEXT);
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `);
  db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', ?)").run(randomBytes(8).toString('hex'));
  return (db.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as { value: string }).value;
}
