/** Which of several sources, sentences or messages, a channel is read from: the best of those that give a value. */

/** A source that has said nothing for so long leaves its channel to the next best. */
const SILENT_MS = 15_000;
/** A source without a value ranks behind all that have one. */
const ABSENT = 100;

export class Preferences {
  readonly #learnMs: number;
  readonly #used = new Map<number, { rank: number; monoMs: number }>();
  #sinceMs = 0;
  #heardMs = Number.NEGATIVE_INFINITY;

  /**
   * @param learnMs for so long after the first word, or the first after a silence, only what is best of all is taken: the
   * others may come first although a better one follows.
   */
  constructor(learnMs = 0) {
    this.#learnMs = learnMs;
  }

  /** Whether what the source of `rank` says of the channel at `position` is taken. */
  takes(position: number, rank: number, value: number, monoMs: number): boolean {
    if (monoMs - this.#heardMs > SILENT_MS) this.#sinceMs = monoMs;
    this.#heardMs = monoMs;
    const own = Number.isNaN(value) ? rank + ABSENT : rank;
    const used = this.#used.get(position);
    if (used !== undefined && used.rank < own && monoMs - used.monoMs <= SILENT_MS) return false;
    this.#used.set(position, { rank: own, monoMs });
    return own === 0 || monoMs - this.#sinceMs >= this.#learnMs;
  }
}
