/** One transaction of node:sqlite: all of it, or nothing. */
import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs it between BEGIN IMMEDIATE and COMMIT; rolls back and passes on what it throws.
 * @param undone called before the roll-back, for what memory holds of what did not happen.
 */
export function transaction<R>(db: DatabaseSync, run: () => R, undone?: () => void): R {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    undone?.();
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
