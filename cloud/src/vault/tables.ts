/**
 * What the cloud keeps on its own disk: credentials, inventories, what gateways last said of themselves, the ledger of
 * committed sequence ranges, the newest value of each channel, the quarantine, the list of hours that are to be rolled up, and,
 * where no InfluxDB is used, the readings themselves and what they were rolled up to. One SQLite file, WAL with synchronous FULL, one writer.
 */
import type { DatabaseSync } from 'node:sqlite';

export const SCHEMA_VERSION = 7;

/** What each version adds to the one before. */
const STEPS = [
  `
  CREATE TABLE gateway (
    farm TEXT NOT NULL, gateway TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, created INTEGER NOT NULL,
    PRIMARY KEY (farm, gateway)) WITHOUT ROWID;
  CREATE TABLE source (
    id INTEGER PRIMARY KEY, farm TEXT NOT NULL, gateway TEXT NOT NULL, epoch TEXT NOT NULL, inventory TEXT, received INTEGER,
    UNIQUE (farm, gateway, epoch));
  CREATE TABLE ledger (
    source INTEGER NOT NULL REFERENCES source, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (source, first)) WITHOUT ROWID;
  CREATE TABLE series (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
  CREATE TABLE latest (
    series INTEGER PRIMARY KEY REFERENCES series, time INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL);
  CREATE TABLE reading (
    series INTEGER NOT NULL, time INTEGER NOT NULL, source INTEGER NOT NULL, seq INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL,
    PRIMARY KEY (series, time, source, seq)) WITHOUT ROWID;
  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY, farm TEXT NOT NULL, gateway TEXT NOT NULL, epoch TEXT, first INTEGER, last INTEGER,
    readings INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, received INTEGER NOT NULL, content BLOB);
  CREATE INDEX quarantine_gateway ON quarantine (farm, gateway);
  CREATE TABLE refused (
    source INTEGER NOT NULL REFERENCES source, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (source, first)) WITHOUT ROWID;
  `,
  `
  ALTER TABLE latest ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE source ADD COLUMN conflicts INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE source ADD COLUMN status TEXT;
  ALTER TABLE source ADD COLUMN heard INTEGER;
  CREATE TABLE given (
    source INTEGER NOT NULL REFERENCES source, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (source, first)) WITHOUT ROWID;
  `,
  `
  ALTER TABLE gateway ADD COLUMN heard INTEGER;
  `,
  `
  CREATE TABLE dirty (
    hour INTEGER NOT NULL, series INTEGER NOT NULL REFERENCES series, marks INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (hour, series)) WITHOUT ROWID;
  CREATE TABLE rollup (
    series INTEGER NOT NULL, level INTEGER NOT NULL, time INTEGER NOT NULL, n INTEGER NOT NULL, quality INTEGER NOT NULL,
    sound INTEGER NOT NULL, used INTEGER NOT NULL, sum REAL NOT NULL, sin REAL NOT NULL, cos REAL NOT NULL, lo REAL, hi REAL, last REAL,
    PRIMARY KEY (series, level, time)) WITHOUT ROWID;
  INSERT INTO dirty (hour, series) SELECT DISTINCT time / 3600000, series FROM reading;
  `,
  `
  CREATE TABLE alert_inbox (
    source INTEGER NOT NULL REFERENCES source, seq INTEGER NOT NULL, time INTEGER NOT NULL, parts INTEGER NOT NULL,
    v0 REAL, v1 REAL, v2 REAL, v3 REAL, PRIMARY KEY (source, seq)) WITHOUT ROWID;
  `,
  `
  CREATE INDEX dirty_series ON dirty (series, hour);
  `,
  `
  CREATE TABLE command_inbox (
    source INTEGER NOT NULL REFERENCES source, seq INTEGER NOT NULL, time INTEGER NOT NULL, parts INTEGER NOT NULL,
    v0 REAL, v1 REAL, v2 REAL, v3 REAL, PRIMARY KEY (source, seq)) WITHOUT ROWID;
  `,
];

/** Makes the tables, or adds what an older version lacks: all of it or nothing. */
export function createTables(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
  db.exec('BEGIN IMMEDIATE');
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION)
    throw new Error(`the data was written by a newer Karez (schema ${version}, this one knows ${SCHEMA_VERSION})`);
  if (version === SCHEMA_VERSION) {
    // Nothing is written then, so that a start needs no room on a full disk.
    db.exec('ROLLBACK');
    return;
  }
  for (const step of STEPS.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}
