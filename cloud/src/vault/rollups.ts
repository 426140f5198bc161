/** Rolled-up history in the vault's file, for the embedded store. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Bucket, Gatherer } from '../rollup/bucket.ts';
import { DAY_MS, HOUR_MS, LEVELS, type Level, startOf } from '../rollup/levels.ts';
import type { DirtyHour } from './dirty.ts';

const [MINUTE, QUARTER, HOUR, DAY] = LEVELS as [Level, Level, Level, Level];
/** Readings looked at in one transaction: a commit waits no longer for it. */
const READINGS_AT_ONCE = 20_000;

interface Row {
  time: number;
  n: number;
  quality: number;
  sound: number;
  used: number;
  sum: number;
  sin: number;
  cos: number;
  lo: number | null;
  hi: number | null;
  last: number | null;
}

export class RollupTable {
  readonly #readings: StatementSync;
  readonly #remove: StatementSync;
  readonly #insert: StatementSync;
  readonly #read: StatementSync;

  constructor(db: DatabaseSync) {
    this.#readings = db.prepare(
      'SELECT time, value, quality FROM reading WHERE series = ? AND time >= ? AND time < ? ORDER BY time, source, seq',
    );
    this.#remove = db.prepare('DELETE FROM rollup WHERE series = ? AND level = ? AND time >= ? AND time < ?');
    this.#insert = db.prepare(
      'INSERT INTO rollup (series, level, time, n, quality, sound, used, sum, sin, cos, lo, hi, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#read = db.prepare(
      'SELECT time, n, quality, sound, used, sum, sin, cos, lo, hi, last FROM rollup WHERE series = ? AND level = ? AND time >= ? AND time < ? ORDER BY time',
    );
  }

  /** Rolls up the first of these hours, as many as make up a bounded piece of work. Within a transaction. @returns those. */
  rollUp(hours: readonly DirtyHour[]): DirtyHour[] {
    let looked = 0;
    const done: DirtyHour[] = [];
    const days = new Map<string, [series: number, day: number]>();
    for (const dirty of hours) {
      if (looked > READINGS_AT_ONCE) break;
      const fromMs = dirty.hour * HOUR_MS;
      looked += this.#rollUpHour(dirty.series, fromMs);
      const day = startOf(fromMs, DAY);
      days.set(`${dirty.series}/${day}`, [dirty.series, day]);
      done.push(dirty);
    }
    for (const [series, day] of days.values()) this.#fromFiner(series, DAY, HOUR, day, day + DAY_MS);
    return done;
  }

  #rollUpHour(series: number, fromMs: number): number {
    const toMs = fromMs + HOUR_MS;
    const minutes = new Gathered(MINUTE);
    let n = 0;
    for (const row of this.#readings.iterate(series, fromMs, toMs)) {
      const { time, value, quality } = row as { time: number; value: number | null; quality: number };
      minutes.at(time).add(value, quality);
      n++;
    }
    this.#replace(series, MINUTE, fromMs, toMs, minutes);
    this.#fromFiner(series, QUARTER, MINUTE, fromMs, toMs);
    this.#fromFiner(series, HOUR, QUARTER, fromMs, toMs);
    return n;
  }

  #fromFiner(series: number, level: Level, finer: Level, fromMs: number, toMs: number): void {
    const gathered = new Gathered(level);
    for (const [time, bucket] of this.buckets(series, finer, fromMs, toMs)) gathered.at(time).addBucket(bucket);
    this.#replace(series, level, fromMs, toMs, gathered);
  }

  #replace(series: number, { ms }: Level, fromMs: number, toMs: number, gathered: Gathered): void {
    this.#remove.run(series, ms, fromMs, toMs);
    for (const [time, gatherer] of gathered.all) {
      const { n, quality, sound, sums } = gatherer.bucket();
      const { n: used, sum, sin, cos, lo, hi, last } = sums;
      const ends = used === 0 ? [null, null, null] : [lo, hi, last];
      this.#insert.run(series, ms, time, n, quality, sound ? 1 : 0, used, sum, sin, cos, ...ends);
    }
  }

  /** Buckets of a level that begin within a span, in the order of time. */
  *buckets(series: number, { ms }: Level, fromMs: number, toMs: number): Generator<[timeMs: number, Bucket]> {
    for (const row of this.#read.iterate(series, ms, fromMs, toMs)) {
      const { time, n, quality, sound, used, sum, sin, cos, lo, hi, last } = row as unknown as Row;
      const ends = { lo: lo ?? Number.POSITIVE_INFINITY, hi: hi ?? Number.NEGATIVE_INFINITY, last: last ?? Number.NaN };
      yield [time, { n, quality, sound: sound === 1, sums: { n: used, sum, sin, cos, ...ends } }];
    }
  }
}

/** Gatherers by the start of their bucket. */
class Gathered {
  readonly #level: Level;
  readonly all = new Map<number, Gatherer>();

  constructor(level: Level) {
    this.#level = level;
  }

  at(timeMs: number): Gatherer {
    const start = startOf(timeMs, this.#level);
    let gatherer = this.all.get(start);
    if (gatherer === undefined) {
      gatherer = new Gatherer();
      this.all.set(start, gatherer);
    }
    return gatherer;
  }
}
