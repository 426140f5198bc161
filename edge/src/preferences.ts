/** Which of several sentences or messages a channel is read from: the best of those that give a value. */

/** A source that has said nothing for so long leaves its channel to the next best. */
const SILENT_MS = 15_000;
/** A source without a value ranks behind all that have one. */
const ABSENT = 100;

export class Preferences {
  readonly #used = new Map<number, { rank: number; monoMs: number }>();

  /** Whether what the source of `rank` says of the channel at `position` is taken. */
  takes(position: number, rank: number, value: number, monoMs: number): boolean {
    const own = Number.isNaN(value) ? rank + ABSENT : rank;
    const used = this.#used.get(position);
    if (used !== undefined && used.rank < own && monoMs - used.monoMs <= SILENT_MS) return false;
    this.#used.set(position, { rank: own, monoMs });
    return true;
  }
}
