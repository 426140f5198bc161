/**
 * Reads readings of the embedded store, over a connection of its own that never holds up a commit. Where a point of the
 * answer stands for a minute or more, what was rolled up is read instead of its readings, as far as it is.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { KarezError, type Series } from '@karez/model';
import { type Level, levelFor, planOf, type Span } from '../rollup/levels.ts';
import { channelPath, type HistoryRequest } from '../store/store.ts';
import { Summary, stepOf } from '../store/summary.ts';
import { DirtyHours } from './dirty.ts';
import { RollupTable } from './rollups.ts';

export class HistoryReader {
  readonly #db: DatabaseSync;
  readonly #find: StatementSync;
  readonly #count: StatementSync;
  readonly #read: StatementSync;
  readonly #dirty: DirtyHours;
  readonly #rollups: RollupTable;

  constructor({ path }: { path: string }) {
    this.#db = new DatabaseSync(path, { readOnly: true });
    this.#db.exec('PRAGMA busy_timeout = 5000');
    this.#find = this.#db.prepare('SELECT id FROM series WHERE path = ?');
    this.#count = this.#db.prepare(
      'SELECT count(*) AS n FROM (SELECT 1 FROM reading WHERE series = ? AND time >= ? AND time < ? LIMIT ?)',
    );
    this.#read = this.#db.prepare(
      'SELECT time, value, quality FROM reading WHERE series = ? AND time >= ? AND time < ? ORDER BY time, source, seq',
    );
    this.#dirty = new DirtyHours(this.#db);
    this.#rollups = new RollupTable(this.#db);
  }

  /** @throws KarezError REQUEST_INVALID where more readings would have to be looked at than may. */
  history(request: HistoryRequest): Series {
    // One view of the file: what is rolled up meanwhile is neither seen twice nor missed.
    this.#db.exec('BEGIN');
    try {
      return this.#history(request);
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  #history({ id, channel, aggregate, fromMs, toMs, points, most }: HistoryRequest): Series {
    const summary = new Summary(id, aggregate, fromMs, toMs, points);
    const series = (this.#find.get(channelPath(channel)) as { id: number } | undefined)?.id;
    if (series === undefined) return summary.result();
    let left = most;
    for (const span of this.#plan(series, { fromMs, toMs }, points)) {
      if (span.level !== undefined) {
        for (const [timeMs, bucket] of this.#rollups.buckets(series, span.level, span.fromMs, span.toMs))
          summary.addBucket(timeMs, bucket);
        continue;
      }
      for (const row of this.#read.iterate(series, span.fromMs, span.toMs)) {
        const { time, value, quality } = row as { time: number; value: number | null; quality: number };
        if (--left < 0) throw tooMany(id);
        summary.add(time, value, quality);
      }
    }
    return summary.result();
  }

  #plan(series: number, span: Span, points: number): (Span & { level?: Level })[] {
    const level = levelFor(stepOf(span.fromMs, span.toMs, points));
    const few = () => (this.#count.get(series, span.fromMs, span.toMs, points + 1) as { n: number }).n <= points;
    if (level === undefined || few()) return [span];
    const dirty = this.#dirty.of(series, span.fromMs, span.toMs);
    return planOf(span, level, dirty).map(({ rolled, ...part }) => (rolled ? { ...part, level } : part));
  }

  close(): void {
    this.#db.close();
  }
}

function tooMany(id: string): KarezError {
  return new KarezError(
    'REQUEST_INVALID',
    `querystring.from: there are too many readings of "${id}" to look at in this range; ask for a shorter one`,
    { where: 'querystring.from' },
  );
}
