/** Sets of whole numbers kept as ranges without overlap: in memory, and in a table with `source`, `first`, `last`. */
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

/** How many numbers ranges without overlap hold. */
export function sizeOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Ranges in any order, overlapping or not, as rising ones that do not touch. */
export function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

/** What of `wanted` is not in `there`; both rising and without overlap. */
export function missingFrom(wanted: readonly Range[], there: readonly Range[]): Range[] {
  const missing: Range[] = [];
  let at = 0;
  for (const [first, last] of wanted) {
    let next = first;
    while (at < there.length && (there[at] as Range)[1] < first) at++;
    for (let i = at; i < there.length && (there[i] as Range)[0] <= last; i++) {
      const [from, to] = there[i] as Range;
      if (from > next) missing.push([next, from - 1]);
      next = to + 1;
    }
    if (next <= last) missing.push([next, last]);
  }
  return missing;
}

/** Asks whether rising numbers are in rising ranges, one after the other. */
export function inOrder(ranges: readonly Range[]): (n: number) => boolean {
  let at = 0;
  return (n) => {
    while (at < ranges.length && (ranges[at] as Range)[1] < n) at++;
    return at < ranges.length && (ranges[at] as Range)[0] <= n;
  };
}

export class RangeTable {
  readonly #before;
  readonly #starting;
  readonly #remove;
  readonly #insert;
  readonly #all;
  readonly #size;
  readonly #newest;

  constructor(db: DatabaseSync, table: 'ledger' | 'refused' | 'given') {
    this.#before = db.prepare(
      `SELECT first, last FROM ${table} WHERE source = ? AND first < ? ORDER BY first DESC LIMIT 1`,
    );
    this.#starting = db.prepare(
      `SELECT first, last FROM ${table} WHERE source = ? AND first BETWEEN ? AND ? ORDER BY first`,
    );
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE source = ? AND first = ?`);
    this.#insert = db.prepare(`INSERT INTO ${table} (source, first, last) VALUES (?, ?, ?)`);
    this.#all = db.prepare(`SELECT first, last FROM ${table} WHERE source = ? ORDER BY first`);
    this.#size = db.prepare(`SELECT coalesce(sum(last - first + 1), 0) AS size FROM ${table} WHERE source = ?`);
    this.#newest = db.prepare(`SELECT first, last FROM ${table} WHERE source = ? ORDER BY first DESC LIMIT ?`);
  }

  /** What of a range is in the set. */
  overlap(source: number, [first, last]: Range): Range[] {
    return this.#touching(source, first, last).map((row) => [Math.max(row[0], first), Math.min(row[1], last)]);
  }

  /** Adds a range, joining it with those that it meets. */
  add(source: number, [first, last]: Range): void {
    let from = first;
    let to = last;
    for (const row of this.#touching(source, first - 1, last + 1)) {
      from = Math.min(from, row[0]);
      to = Math.max(to, row[1]);
      this.#remove.run(source, row[0]);
    }
    this.#insert.run(source, from, to);
  }

  all(source: number): Range[] {
    return pairs(this.#all.all(source));
  }

  /** The last `most` ranges, rising. */
  newest(source: number, most: number): Range[] {
    return pairs(this.#newest.all(source, most)).reverse();
  }

  size(source: number): number {
    return (this.#size.get(source) as { size: number }).size;
  }

  /** Ranges of the set that share a number with `first` to `last`. */
  #touching(source: number, first: number, last: number): Range[] {
    const before = pairs(this.#before.all(source, first)).filter((row) => row[1] >= first);
    return [...before, ...pairs(this.#starting.all(source, first, last))];
  }
}

const pairs = (rows: unknown[]): Range[] =>
  (rows as { first: number; last: number }[]).map((row) => [row.first, row.last]);
