/** Reads readings of the embedded store, over a connection of its own that never holds up a commit. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { KarezError, type Series } from '@karez/model';
import { channelPath, type HistoryRequest } from '../store/store.ts';
import { Summary } from '../store/summary.ts';

export class HistoryReader {
  readonly #db: DatabaseSync;
  readonly #find: StatementSync;
  readonly #read: StatementSync;

  constructor({ path }: { path: string }) {
    this.#db = new DatabaseSync(path, { readOnly: true });
    this.#db.exec('PRAGMA busy_timeout = 5000');
    this.#find = this.#db.prepare('SELECT id FROM series WHERE path = ?');
    this.#read = this.#db.prepare(
      'SELECT time, value, quality FROM reading WHERE series = ? AND time >= ? AND time < ? ORDER BY time, source, seq',
    );
  }

  /** @throws KarezError REQUEST_INVALID where the range holds more readings than are looked at. */
  history({ id, channel, aggregate, fromMs, toMs, points, most }: HistoryRequest): Series {
    const summary = new Summary(id, aggregate, fromMs, toMs, points);
    const series = this.#find.get(channelPath(channel)) as { id: number } | undefined;
    if (series === undefined) return summary.result();
    let n = 0;
    for (const row of this.#read.iterate(series.id, fromMs, toMs)) {
      const { time, value, quality } = row as { time: number; value: number | null; quality: number };
      if (++n > most) {
        throw new KarezError(
          'REQUEST_INVALID',
          `querystring.from: there are too many readings of "${id}" to look at in this range; ask for a shorter one`,
          { where: 'querystring.from' },
        );
      }
      summary.add(time, value, quality);
    }
    return summary.result();
  }

  close(): void {
    this.#db.close();
  }
}
