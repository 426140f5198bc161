/**
 * The tables of people: who they are, their roles, sessions, tokens, invitations, and the audit log. A file of its own
 * (people.db) beside the vault's, so that it can be kept and moved apart from readings. Passwords are scrypt hashes,
 * everything else secret is a SHA-256 of 256 random bits.
 */
import type { DatabaseSync } from 'node:sqlite';

/** What each version adds to the one before. */
const STEPS = [
  `
  CREATE TABLE person (
    id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, language TEXT NOT NULL, hash TEXT NOT NULL,
    created INTEGER NOT NULL, last INTEGER);
  CREATE TABLE role (
    person INTEGER NOT NULL REFERENCES person, farm TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (person, farm)) WITHOUT ROWID;
  CREATE TABLE session (
    hash BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, created INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE token (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, person INTEGER REFERENCES person, name TEXT NOT NULL, farm TEXT NOT NULL,
    rights TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, last INTEGER);
  CREATE TABLE invite (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, farm TEXT NOT NULL, role TEXT NOT NULL, person INTEGER REFERENCES person,
    by TEXT NOT NULL, expires INTEGER NOT NULL);
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, farm TEXT, subject TEXT,
    details TEXT, address TEXT);
  CREATE INDEX audit_farm ON audit (farm, id);
  CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not changed'); END;
  CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is not changed'); END;
  `,
];

/** Makes the tables, or adds what an older version lacks: all of it or nothing. */
export function createPeopleTables(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
  db.exec('BEGIN IMMEDIATE');
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > STEPS.length)
    throw new Error(`the people were written by a newer Karez (schema ${version}, this one knows ${STEPS.length})`);
  if (version === STEPS.length) {
    // Nothing is written then, so that a start needs no room on a full disk.
    db.exec('ROLLBACK');
    return;
  }
  for (const step of STEPS.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${STEPS.length}; COMMIT`);
}
