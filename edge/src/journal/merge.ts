/**
 * Merging of small blocks: while no link takes them, group commits of a few readings each become blocks of some thousand,
 * which take a fifth of the room and leave, and are found at the next start, many times faster.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@karez/model/limits';
import type { Readings } from '@karez/model/reading';
import { joinRows } from './columns.ts';
import { type KeptMark, marksText, parseMarks, recentMarks } from './marks.ts';
import type { Settlement } from './settlement.ts';
import type { BlockRow } from './tables.ts';

/** Readings in a merged block at most: some tenths of a second of a link with 500 kbit/s, and of the cloud's work. */
export const MERGED_READINGS = 16_384;
/** Blocks looked at for one merge. */
const MOST_BLOCKS = 1_024;
/** Fewer neighbours are not worth a merge. */
const FEWEST_BLOCKS = 16;
/** Newest blocks stay as they are: most of them leave by themselves within a moment. */
const NEWEST_BLOCKS = 64;

export interface MergeParts {
  readings(row: BlockRow): Readings | undefined;
  encode(readings: Readings): Uint8Array;
  /** Whether the times of a boot's readings are known. */
  isDated(boot: number | null): boolean;
}

export class Merger {
  readonly #db: DatabaseSync;
  readonly #settlement: Settlement;
  readonly #parts: MergeParts;
  /** Blocks before this number were looked at. */
  #from = 0;

  constructor(db: DatabaseSync, settlement: Settlement, parts: MergeParts) {
    this.#db = db;
    this.#settlement = settlement;
    this.#parts = parts;
  }

  /** Merges one run. Called inside a transaction. Returns whether there may be more to do. */
  merge(): boolean {
    const rows = this.#db
      .prepare('SELECT first, last, count, boot, level FROM block WHERE first >= ? ORDER BY first LIMIT ?')
      .all(this.#from, MOST_BLOCKS + NEWEST_BLOCKS) as unknown as BlockRow[];
    const candidates = rows.slice(0, Math.max(0, rows.length - NEWEST_BLOCKS));
    const run: BlockRow[] = [];
    let count = 0;
    for (const row of candidates) {
      const before = run.at(-1);
      const follows = before === undefined || (row.first === before.last + 1 && row.level === before.level);
      const suits = this.#parts.isDated(row.boot) && !this.#settlement.touches(row.first, row.last);
      if (!follows || !suits || count + row.count > MERGED_READINGS) {
        if (run.length >= FEWEST_BLOCKS) break;
        run.length = 0;
        count = 0;
        if (!suits || row.count > MERGED_READINGS / 2) continue;
      }
      run.push(row);
      count += row.count;
    }
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined || run.length < FEWEST_BLOCKS) {
      const isMore = candidates.length >= MOST_BLOCKS;
      if (isMore) this.#from = (candidates.at(-1) as BlockRow).last + 1;
      return isMore;
    }
    this.#mergeRun(first, last);
    this.#from = last.last + 1;
    return true;
  }

  #mergeRun(first: BlockRow, last: BlockRow): void {
    const rows = this.#db
      .prepare('SELECT * FROM block WHERE first >= ? AND first <= ? ORDER BY first')
      .all(first.first, last.first) as unknown as BlockRow[];
    const parts: Readings[] = [];
    const marks: KeptMark[] = [];
    for (const row of rows) {
      const readings = this.#parts.readings(row);
      if (readings === undefined) this.#settlement.setAside(row);
      else parts.push(readings);
      marks.push(...parseMarks(row.marks, row.first));
    }
    const joined = parts.length === 0 ? undefined : joinRows(parts);
    const data = joined && this.#parts.encode(joined);
    // Values like noise: blocks stay as they are rather than become one that nobody may read.
    if (data !== undefined && data.length > LIMITS.batchBytes) return;
    this.#db.prepare('DELETE FROM block WHERE first >= ? AND first <= ?').run(first.first, last.first);
    if (joined === undefined || data === undefined) return;
    this.#db
      .prepare('INSERT INTO block (first, last, count, boot, level, marks, data) VALUES (?, ?, ?, NULL, ?, ?, ?)')
      .run(
        joined.seq[0] as number,
        joined.seq[joined.count - 1] as number,
        joined.count,
        first.level,
        marksText(recentMarks(marks)),
        data,
      );
  }
}
