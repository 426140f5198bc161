/**
 * Keeps a gateway that floods the broker from taking all of its time: a token bucket for each connection. What is too
 * early waits, and its connection is not read meanwhile; nothing is refused.
 */
import { type Clock, LIMITS } from '@karez/model';

/** Messages that may come at once. */
const BURST = LIMITS.messagesPerSecond * 2;

export class Pace {
  readonly #clock: Clock;
  #tokens = BURST;
  #filledMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledMs = clock.monoMs();
  }

  /** Calls `go`, at once or when it is time. Returns whether it had to wait. */
  take(go: () => void): boolean {
    const nowMs = this.#clock.monoMs();
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#filledMs) * LIMITS.messagesPerSecond) / 1000);
    this.#filledMs = nowMs;
    this.#tokens--;
    if (this.#tokens >= 0) {
      go();
      return false;
    }
    this.#clock.after((-this.#tokens * 1000) / LIMITS.messagesPerSecond, go);
    return true;
  }
}
