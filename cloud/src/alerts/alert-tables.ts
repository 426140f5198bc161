/**
 * The file of rules and alerts (alerts.db): every wording that a rule ever had and who changed it, transitions, the alerts that are
 * made of them, what people did, what is still to be told. SQLite, WAL, synchronous FULL, one thread.
 */
import type { DatabaseSync } from 'node:sqlite';

export const SCHEMA_VERSION = 1;

/** What each version adds to the one before. */
const STEPS = [
  `
  CREATE TABLE rule_farm (farm TEXT PRIMARY KEY, revision INTEGER NOT NULL, defaults INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  -- Every wording; body is null where the rule was removed.
  CREATE TABLE wording (
    farm TEXT NOT NULL, revision INTEGER NOT NULL, rule TEXT NOT NULL, version INTEGER NOT NULL, body TEXT,
    actor TEXT NOT NULL, name TEXT NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (farm, revision)) WITHOUT ROWID;
  CREATE INDEX wording_rule ON wording (farm, rule, revision);
  -- by: the gateway that judged, or @cloud.
  CREATE TABLE transition (
    farm TEXT NOT NULL, "by" TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, rule TEXT NOT NULL,
    subject TEXT NOT NULL, revision INTEGER NOT NULL, code INTEGER NOT NULL, value REAL, PRIMARY KEY (farm, "by", epoch, seq)) WITHOUT ROWID;
  CREATE INDEX transition_subject ON transition (farm, rule, subject, time);
  -- seq is null while only the gateway's status has told of it.
  CREATE TABLE alert (
    id INTEGER PRIMARY KEY, farm TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, "by" TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER,
    revision INTEGER NOT NULL, fired INTEGER NOT NULL, ended INTEGER, reason TEXT, state TEXT NOT NULL, blind INTEGER NOT NULL,
    raised INTEGER, late INTEGER NOT NULL, value REAL, life TEXT NOT NULL, UNIQUE (farm, "by", epoch, seq));
  CREATE INDEX alert_farm ON alert (farm, fired);
  CREATE INDEX alert_open ON alert (farm) WHERE ended IS NULL;
  CREATE INDEX alert_subject ON alert (farm, rule, subject);
  CREATE TABLE action (
    id INTEGER PRIMARY KEY, alert INTEGER NOT NULL REFERENCES alert, at INTEGER NOT NULL, actor TEXT NOT NULL, name TEXT NOT NULL,
    what TEXT NOT NULL, note TEXT);
  CREATE INDEX action_alert ON action (alert);
  CREATE TABLE silence (
    farm TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (farm, rule, subject)) WITHOUT ROWID;
  CREATE TABLE notice (id TEXT PRIMARY KEY, body TEXT NOT NULL, made INTEGER NOT NULL) WITHOUT ROWID;
  `,
];

/** Makes the tables, or adds what an older version lacks: all of it or nothing. */
export function createAlertTables(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
  db.exec('BEGIN IMMEDIATE');
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION)
    throw new Error(`alerts were written by a newer Karez (schema ${version}, this one knows ${SCHEMA_VERSION})`);
  for (const step of STEPS.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}
