/**
 * Hours of channels that are to be rolled up (rollup/levels.ts). Marked in the transaction that commits their readings. A mark
 * that is known to stand on disk is not written again, so that live readings cost one mark an hour.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { HOUR_MS } from '../rollup/levels.ts';

export interface DirtyHour {
  series: number;
  path: string;
  /** UTC hours since 1970. */
  hour: number;
  /** Rises with each mark: what was marked again meanwhile stays. */
  marks: number;
}

const HOURS_OF_DAY = 24;
/** Before every hour and series. */
const START: readonly [hour: number, series: number] = [Number.MIN_SAFE_INTEGER, 0];
/** Marks remembered in memory; beyond, they are written once more. */
const REMEMBERED = 100_000;

export class DirtyHours {
  readonly #mark: StatementSync;
  readonly #next: StatementSync;
  readonly #marks: StatementSync;
  readonly #clean: StatementSync;
  readonly #of: StatementSync;
  readonly #count: StatementSync;
  readonly #standing = new Set<number>();
  /** How far this round has come: an hour that readings keep falling into is looked at once in a round. */
  #at = START;

  constructor(db: DatabaseSync) {
    this.#mark = db.prepare(
      'INSERT INTO dirty (hour, series) VALUES (?, ?) ON CONFLICT DO UPDATE SET marks = marks + 1',
    );
    this.#next = db.prepare(
      `SELECT hour, dirty.series, path FROM dirty JOIN series ON series.id = dirty.series
       WHERE (hour, dirty.series) > (?, ?) AND hour < ? ORDER BY hour, dirty.series LIMIT ?`,
    );
    this.#marks = db.prepare('SELECT hour, marks FROM dirty WHERE series = ? AND hour >= ? AND hour < ? ORDER BY hour');
    this.#clean = db.prepare('DELETE FROM dirty WHERE hour = ? AND series = ? AND marks = ?');
    this.#of = db.prepare('SELECT hour FROM dirty WHERE hour >= ? AND hour <= ? AND series = ? ORDER BY hour');
    this.#count = db.prepare('SELECT count(*) AS n FROM dirty WHERE hour < ?');
  }

  /** Marks an hour of a series. Within a transaction of the caller. */
  mark(series: number, hour: number): void {
    const key = keyOf(series, hour);
    if (this.#standing.has(key)) return;
    this.#mark.run(hour, series);
    if (this.#standing.size >= REMEMBERED) this.#standing.clear();
    this.#standing.add(key);
  }

  /** Forgets which marks stand: what a transaction wrote came to nothing. */
  forget(): void {
    this.#standing.clear();
  }

  /**
   * The next hours that are over, from old to new: of each channel what is marked of one day. From now on a mark on one of them
   * counts anew. None ends the round; the next one begins with the oldest again.
   */
  due(closedMs: number, most: number): DirtyHour[] {
    const end = Math.floor(closedMs / HOUR_MS);
    const next = this.#next.all(...this.#at, end, most) as unknown as Omit<DirtyHour, 'marks'>[];
    const [first] = next;
    const hours: DirtyHour[] = [];
    if (first === undefined) this.#at = START;
    for (const { hour, series, path } of next) {
      if (hour !== first?.hour || hours.length >= most) break;
      const dayEnd = (Math.floor(hour / HOURS_OF_DAY) + 1) * HOURS_OF_DAY;
      const marks = this.#marks.all(series, hour, Math.min(end, dayEnd)) as unknown as Pick<
        DirtyHour,
        'hour' | 'marks'
      >[];
      for (const mark of marks) {
        hours.push({ ...mark, series, path });
        this.#standing.delete(keyOf(series, mark.hour));
      }
      this.#at = [hour, series];
    }
    return hours;
  }

  /** The next piece begins with the oldest hour. */
  newRound(): void {
    this.#at = START;
  }

  /** From this hour on they were too many for one piece: the next begins with them. */
  again({ series }: DirtyHour): void {
    this.#at = [this.#at[0], series - 1];
  }

  /** These were rolled up; those marked again meanwhile stay. */
  clean(hours: readonly DirtyHour[]): void {
    for (const { series, hour, marks } of hours) this.#clean.run(hour, series, marks);
  }

  /** Hours of a series that are not rolled up, rising. */
  of(series: number, fromMs: number, toMs: number): number[] {
    const rows = this.#of.all(Math.floor(fromMs / HOUR_MS), Math.floor(toMs / HOUR_MS), series);
    return (rows as { hour: number }[]).map(({ hour }) => hour);
  }

  count(closedMs: number): number {
    return (this.#count.get(Math.floor(closedMs / HOUR_MS)) as { n: number }).n;
  }
}

/** Hours up to the year 2200 fit 21 bits. */
const keyOf = (series: number, hour: number) => series * 2 ** 21 + hour;
