/**
 * The raw limit of durable intake: plain SQLite in WAL mode with synchronous FULL, one row for each reading, a
 * prepared statement, transactions of the given size, nothing else in the way. No checks, no queue, no acknowledgement.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readings } from '@karez/model';

/** Readings per second that plain SQLite makes durable. */
export function rawSqlite(readings: Readings, perTransaction: number, parent: string): number {
  const folder = mkdtempSync(join(parent, 'raw-sqlite-'));
  const db = new DatabaseSync(join(folder, 'raw.db'));
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec(
      'CREATE TABLE reading (seq INTEGER PRIMARY KEY, time INTEGER, channel INTEGER, value REAL, quality INTEGER)',
    );
    const insert = db.prepare('INSERT INTO reading VALUES (?, ?, ?, ?, ?)');
    const { count, seq, timeMs, channel, value, quality } = readings;
    const began = performance.now();
    for (let i = 0; i < count; ) {
      db.exec('BEGIN IMMEDIATE');
      for (const end = Math.min(count, i + perTransaction); i < end; i++) {
        insert.run(
          seq[i] as number,
          timeMs[i] as number,
          channel[i] as number,
          value[i] as number,
          quality[i] as number,
        );
      }
      db.exec('COMMIT');
    }
    return (count / (performance.now() - began)) * 1000;
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
