/** Numbers that stand for names in the vault: sources (gateway and epoch) and series (channel paths). */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class Names {
  readonly #sources = new Map<string, number>();
  readonly #series = new Map<string, number>();
  readonly #addSource: StatementSync;
  readonly #findSource: StatementSync;
  readonly #addSeries: StatementSync;
  readonly #findSeries: StatementSync;
  readonly #countSeries: StatementSync;

  constructor(db: DatabaseSync) {
    this.#addSource = db.prepare('INSERT OR IGNORE INTO source (farm, gateway, epoch) VALUES (?, ?, ?)');
    this.#findSource = db.prepare('SELECT id FROM source WHERE farm = ? AND gateway = ? AND epoch = ?');
    this.#addSeries = db.prepare('INSERT OR IGNORE INTO series (path) VALUES (?)');
    this.#findSeries = db.prepare('SELECT id FROM series WHERE path = ?');
    // '0' is the character behind '/'.
    this.#countSeries = db.prepare('SELECT count(*) AS n FROM series WHERE path >= ? AND path < ?');
  }

  /** Forgets what a transaction gave that came to nothing. */
  forget(): void {
    this.#sources.clear();
    this.#series.clear();
  }

  source(farm: string, gateway: string, epoch: string): number {
    const known = this.knownSource(farm, gateway, epoch);
    if (known !== undefined) return known;
    this.#addSource.run(farm, gateway, epoch);
    return this.knownSource(farm, gateway, epoch) as number;
  }

  knownSource(farm: string, gateway: string, epoch: string): number | undefined {
    const key = `${farm}/${gateway}/${epoch}`;
    let id = this.#sources.get(key);
    if (id === undefined) {
      id = (this.#findSource.get(farm, gateway, epoch) as { id: number } | undefined)?.id;
      if (id !== undefined) this.#sources.set(key, id);
    }
    return id;
  }

  knownSeries(path: string): number | undefined {
    return this.#series.get(path) ?? (this.#findSeries.get(path) as { id: number } | undefined)?.id;
  }

  /** How many series there are whose path begins with `gateway/`, and how many of these paths would be new. */
  seriesAfter(gateway: string, paths: readonly string[]): number {
    const { n } = this.#countSeries.get(`${gateway}/`, `${gateway}0`) as { n: number };
    return n + paths.filter((path) => this.knownSeries(path) === undefined).length;
  }

  series(path: string): number {
    let id = this.#series.get(path);
    if (id === undefined) {
      this.#addSeries.run(path);
      id = (this.#findSeries.get(path) as { id: number }).id;
      this.#series.set(path, id);
    }
    return id;
  }
}
