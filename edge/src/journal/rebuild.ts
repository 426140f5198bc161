/**
 * A journal file made anew from what can still be read of a damaged one. Blocks are taken from the raw bytes and believed
 * when their own checksum fits; what the cloud has settled is left out; the damaged file is kept aside for inspection.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type BatchAddress, type DecodedBatch, decodeBatch, encodeBatch } from '@karez/model/wire';
import { selectRows } from './columns.ts';
import { RangeSet } from './range-set.ts';
import { salvageRecords } from './salvage.ts';
import { createTables, PAGE_BYTES, WRONG_ROWS } from './tables.ts';

/** Small tables that are carried over when SQLite can still read them. */
const TABLES = ['meta', 'done', 'boot', 'segment', 'mark', 'quarantine', 'lost'] as const;

export interface Rebuilt {
  /** Where the damaged file is kept. */
  setAside: string;
  /** Readings found in it that were still to be sent. */
  saved: number;
}

/**
 * Replaces the file at `path`. Only one damaged file is kept aside: the newest.
 * @param epoch of the journal; blocks of others are not its own. Undefined where it is not known.
 * @param release lets go of the damaged file, called when everything is read.
 * @param settledTo numbers up to here are settled, as far as is known beside the file.
 */
export function rebuildJournal(
  path: string,
  address: BatchAddress,
  epoch: string | undefined,
  settledTo = 0,
  release = () => {},
): Rebuilt {
  const setAside = `${path}.damaged`;
  const fresh = `${path}.rebuilt`;
  for (const end of ['', '-wal', '-shm']) rmSync(fresh + end, { force: true });
  const db = new DatabaseSync(fresh);
  createTables(db);
  const known = new RangeSet();
  const insert = db.prepare(
    'INSERT INTO block (first, last, count, boot, level, marks, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  db.exec('BEGIN IMMEDIATE');
  for (const record of salvageRecords(path, PAGE_BYTES)) {
    const batch = readable(record.data, address, epoch);
    if (batch === undefined) continue;
    const { readings } = batch;
    const wanted = selectRows(
      readings,
      (i) => (readings.seq[i] as number) > settledTo && !known.has(readings.seq[i] as number),
    );
    if (wanted.count === 0) continue;
    const whole = wanted.count === readings.count;
    const data = whole ? record.data : encodeBatch(wanted, { ...address, epoch: batch.epoch });
    const first = wanted.seq[0] as number;
    const last = wanted.seq[wanted.count - 1] as number;
    // Rows of one block are neighbours, but for what thinning took: no other block may claim what lies between.
    known.add(first, last);
    insert.run(first, last, wanted.count, record.boot, record.level, record.marks, data);
  }
  db.exec('COMMIT');
  // Only now: SQLite throws away the log of a file that it takes for empty.
  const carried = carryTables(path, db);
  db.prepare('DELETE FROM block WHERE last <= ?').run(carried.get('settledTo') ?? 0);
  // Old pages may still hold what was settled since.
  db.exec(
    'DELETE FROM block WHERE EXISTS (SELECT 1 FROM done WHERE done.first <= block.first AND done.last >= block.last)',
  );
  const { saved } = db.prepare('SELECT coalesce(sum(count), 0) AS saved FROM block').get() as { saved: number };
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  release();
  for (const end of ['', '-wal', '-shm']) {
    rmSync(setAside + end, { force: true });
    if (existsSync(path + end)) renameSync(path + end, setAside + end);
  }
  renameSync(fresh, path);
  for (const end of ['-wal', '-shm']) rmSync(fresh + end, { force: true });
  return { setAside, saved };
}

function readable(data: Uint8Array, address: BatchAddress, epoch: string | undefined): DecodedBatch | undefined {
  try {
    const batch = decodeBatch(data, address);
    return epoch === undefined || batch.epoch === epoch ? batch : undefined;
  } catch {
    return undefined;
  }
}

/** Copies what SQLite can read of the small tables; returns the numbers of `meta`. */
function carryTables(path: string, db: DatabaseSync): Map<string, number> {
  const meta = new Map<string, number>();
  let old: DatabaseSync | undefined;
  try {
    old = new DatabaseSync(path, { readOnly: true });
  } catch {
    return meta;
  }
  for (const table of TABLES) {
    try {
      for (const row of old.prepare(`SELECT * FROM ${table} WHERE NOT (${WRONG_ROWS[table]})`).iterate() as Iterable<
        Record<string, string | number | null>
      >) {
        const keys = Object.keys(row);
        db.prepare(
          `INSERT OR REPLACE INTO ${table} (${keys.join(', ')}) VALUES (${keys.map(() => '?').join(', ')})`,
        ).run(...Object.values(row));
        if (table === 'meta' && typeof row.value === 'number') meta.set(String(row.key), row.value);
      }
    } catch {
      // This table, or the rest of it, is in the damaged part: the identity file and the blocks say what matters.
    }
  }
  try {
    old.close();
  } catch {
    // A damaged file may refuse even this; the descriptor goes with the process.
  }
  return meta;
}

/** Numbers given in `segments` (first and last of each) that are in none of the sets: what damage has cost. */
export function missing(
  segments: readonly (readonly [number, number])[],
  sets: readonly RangeSet[],
  from: number,
): RangeSet {
  const lost = new RangeSet();
  for (const [first, last] of segments) if (last >= from) lost.add(Math.max(first, from), last);
  for (const set of sets) for (const [first, last] of set.ranges()) lost.remove(first, last);
  return lost;
}
