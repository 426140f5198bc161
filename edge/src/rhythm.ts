/** Thins what comes more often than it is kept: by key, on a steady beat that neither drifts nor bunches. */

/** What comes this share of the interval early is in time: nothing is sent to the millisecond. */
const EARLY = 0.1;

export class Rhythm {
  readonly #dueMs = new Map<string, number>();

  /** Whether the one that comes now is kept. */
  keeps(key: string, everyMs: number, nowMs: number): boolean {
    const dueMs = this.#dueMs.get(key) ?? nowMs;
    if (nowMs < dueMs - everyMs * EARLY) return false;
    const nextMs = dueMs + everyMs;
    this.#dueMs.set(key, nextMs > nowMs ? nextMs : nowMs + everyMs);
    return true;
  }
}
