/**
 * How much backlog may be on its way at once. What is sent waits in the buffers of a slow link and makes fresh readings wait
 * behind it, so the size of a batch follows the time that acknowledgements take: grown while they come quickly, halved
 * when they do not.
 */

/** An acknowledgement within this means that the link has room. */
const QUICK_MS = 350;
/** Beyond this, fresh readings would be late. */
const SLOW_MS = 900;
const FIRST_READINGS = 1_000;
const FEWEST_READINGS = 100;
/** A few tenths of a second of work for the cloud, so that live batches slip in between. */
const MOST_READINGS = 20_000;
const GROWTH = 1.6;

export class Pace {
  #readings = FIRST_READINGS;
  #timeouts = 0;

  /** Readings in the next backlog batch. */
  get batchReadings(): number {
    return Math.round(this.#readings);
  }

  /** How long to wait for an acknowledgement, ms; longer after each time that was in vain. */
  waitMs(usualMs: number): number {
    return usualMs * 2 ** Math.min(4, this.#timeouts);
  }

  acknowledged(tookMs: number, readings: number): void {
    this.#timeouts = 0;
    if (tookMs <= QUICK_MS && readings >= this.#readings / 2)
      this.#readings = Math.min(MOST_READINGS, this.#readings * GROWTH);
    else if (tookMs > SLOW_MS) this.#readings = Math.max(FEWEST_READINGS, this.#readings / 2);
  }

  timedOut(): void {
    this.#timeouts++;
    this.#readings = Math.max(FEWEST_READINGS, this.#readings / 2);
  }
}
