/** Asks an edge node for its births: at once where nobody has asked lately, then ever more rarely until they come. */
import type { Cancel, Clock } from '@karez/model';

/** At least so long between two requests to one node, ms. */
const LEAST_MS = 10_000;
const LONGEST_MS = 300_000;

export class Rebirth {
  readonly #clock: Clock;
  readonly #ask: () => void;
  #isWanted = false;
  #canAsk = false;
  #nextMs = Number.NEGATIVE_INFINITY;
  #delayMs = LEAST_MS;
  #cancel: Cancel | undefined;
  /** Requests sent. */
  sent = 0;

  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  want(): void {
    this.#isWanted = true;
    this.#pump();
  }

  /** The births have come. */
  settled(): void {
    this.#isWanted = false;
    this.#delayMs = LEAST_MS;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Whether there is a way to the node now. */
  reachable(is: boolean): void {
    this.#canAsk = is;
    if (is) this.#pump();
    else this.stop();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #pump(): void {
    if (!this.#isWanted || !this.#canAsk || this.#cancel !== undefined) return;
    const now = this.#clock.monoMs();
    if (now >= this.#nextMs) {
      this.sent++;
      this.#nextMs = now + this.#delayMs;
      this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_MS);
      this.#ask();
    }
    this.#cancel = this.#clock.after(Math.max(0, this.#nextMs - now), () => {
      this.#cancel = undefined;
      this.#pump();
    });
  }
}
