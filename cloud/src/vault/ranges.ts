/** Sets of whole numbers kept as ranges without overlap, in a table with `source`, `first`, `last`. */
import type { DatabaseSync } from 'node:sqlite';

export type Range = [first: number, last: number];

/** Runs of consecutive numbers among rising ones. */
export function runsOf(numbers: ArrayLike<number>, count: number): Range[] {
  const runs: Range[] = [];
  for (let i = 0; i < count; i++) {
    const n = numbers[i] as number;
    const run = runs.at(-1);
    if (run !== undefined && n === run[1] + 1) run[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}

export class RangeTable {
  readonly #covered;
  readonly #touching;
  readonly #remove;
  readonly #insert;
  readonly #all;

  constructor(db: DatabaseSync, table: 'ledger' | 'refused') {
    this.#covered = db.prepare(`SELECT last FROM ${table} WHERE source = ? AND first <= ? ORDER BY first DESC LIMIT 1`);
    this.#touching = db.prepare(
      `SELECT first, last FROM ${table} WHERE source = ? AND first <= ? AND last >= ? ORDER BY first`,
    );
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE source = ? AND first = ?`);
    this.#insert = db.prepare(`INSERT INTO ${table} (source, first, last) VALUES (?, ?, ?)`);
    this.#all = db.prepare(`SELECT first, last FROM ${table} WHERE source = ? ORDER BY first`);
  }

  /** Whether every number from `first` to `last` is in the set. */
  covers(source: number, [first, last]: Range): boolean {
    const row = this.#covered.get(source, first) as { last: number } | undefined;
    return row !== undefined && row.last >= last;
  }

  /** Adds a range, joining it with those that it meets. */
  add(source: number, [first, last]: Range): void {
    let from = first;
    let to = last;
    for (const row of this.#touching.all(source, last + 1, first - 1) as { first: number; last: number }[]) {
      from = Math.min(from, row.first);
      to = Math.max(to, row.last);
      this.#remove.run(source, row.first);
    }
    this.#insert.run(source, from, to);
  }

  all(source: number): Range[] {
    return (this.#all.all(source) as { first: number; last: number }[]).map((row) => [row.first, row.last]);
  }
}
