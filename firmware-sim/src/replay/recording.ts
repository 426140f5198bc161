/** A recorded table that devices play: which row is now, and what stands in its columns. */
import { numbersIn, type Table } from './table.ts';

/** How a device comes to the next row: as time goes by, or with each reading that is taken of it. */
export type NextRow = 'time' | 'reading';

/** One device's way through a recording. */
export interface Player {
  readonly next: NextRow;
  /** The cells of `columns` now, undefined where they hold no value; nothing at all before the first and after the last row. */
  now(columns: readonly string[]): (string | undefined)[] | undefined;
}

export class Recording {
  readonly table: Table;
  readonly next: NextRow;
  readonly #columns = new Map<string, (string | undefined)[]>();

  constructor(table: Table, next: NextRow) {
    this.table = table;
    this.next = next;
  }

  /** The cells of a column. Throws CONFIG_INVALID naming line and column where one is no number. */
  column(name: string): readonly (string | undefined)[] {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const cells = numbersIn(this.table, name);
    this.#columns.set(name, cells);
    return cells;
  }

  /**
   * A way through it. The first row is at `startMs` of simulated time, and the others as long behind it as they were
   * recorded; of rows at the same time the last counts. With next: reading each call of `now` takes the next row.
   */
  player(startMs: number, nowMs: () => number): Player {
    let taken = 0;
    const rowNow = this.next === 'reading' ? () => taken++ : () => this.#rowAt(nowMs() - startMs);
    return {
      next: this.next,
      now: (columns) => {
        const row = rowNow();
        if (row === undefined || row >= this.table.rows.length) return undefined;
        return columns.map((column) => this.column(column)[row]);
      },
    };
  }

  /** The row `sinceMs` after the first; the last one counts as long as the one before it did. */
  #rowAt(sinceMs: number): number | undefined {
    const { timesMs } = this.table;
    const atMs = (timesMs[0] as number) + sinceMs;
    const lastMs = timesMs.at(-1) as number;
    const beforeMs = timesMs.at(-2) ?? lastMs;
    if (sinceMs < 0 || atMs > lastMs + (lastMs - beforeMs)) return undefined;
    let [low, high] = [0, timesMs.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((timesMs[middle] as number) <= atMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
