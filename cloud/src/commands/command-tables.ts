/**
 * The tables of commands, in a file of their own (commands.db): what was asked, each step that a gateway told, how each actuator is, and
 * which farms are stopped. WAL with synchronous FULL: a command is on disk before it is sent.
 */
import type { DatabaseSync } from 'node:sqlite';

/** What each version adds to the one before. */
const STEPS = [
  `
  CREATE TABLE command (
    number INTEGER PRIMARY KEY, farm TEXT NOT NULL, id TEXT NOT NULL, gateway TEXT NOT NULL, actuator TEXT NOT NULL, value INTEGER NOT NULL,
    run INTEGER, issued INTEGER NOT NULL, expires INTEGER NOT NULL, actor TEXT NOT NULL, name TEXT NOT NULL, note TEXT, refusal TEXT,
    offered INTEGER NOT NULL DEFAULT 0, lapsed INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL, UNIQUE (farm, id));
  CREATE INDEX command_farm ON command (farm, number);
  CREATE INDEX command_open ON command (open) WHERE open = 1;
  CREATE TABLE step (
    farm TEXT NOT NULL, gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, number INTEGER NOT NULL, actuator TEXT NOT NULL,
    at INTEGER NOT NULL, step TEXT NOT NULL, reason TEXT NOT NULL, value INTEGER, PRIMARY KEY (farm, gateway, epoch, seq)) WITHOUT ROWID;
  CREATE INDEX step_number ON step (number, at, seq) WHERE number > 0;
  CREATE TABLE state (
    farm TEXT NOT NULL, gateway TEXT NOT NULL, actuator TEXT NOT NULL, at INTEGER NOT NULL, seq INTEGER NOT NULL, value INTEGER,
    since INTEGER NOT NULL, PRIMARY KEY (farm, gateway, actuator)) WITHOUT ROWID;
  CREATE TABLE stop (
    farm TEXT PRIMARY KEY, since INTEGER NOT NULL, actor TEXT NOT NULL, name TEXT NOT NULL, note TEXT) WITHOUT ROWID;
  `,
];

/** Makes the tables, or adds what an older version lacks: all of it or nothing. */
export function createCommandTables(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  db.exec('BEGIN IMMEDIATE');
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > STEPS.length)
    throw new Error(`the commands were written by a newer Karez (schema ${version}, this one knows ${STEPS.length})`);
  if (version === STEPS.length) {
    // Nothing is written then, so that a start needs no room on a full disk.
    db.exec('ROLLBACK');
    return;
  }
  for (const step of STEPS.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${STEPS.length}; COMMIT`);
}
