/**
 * The server's time on this device. A phone's own clock may be off by minutes, and an age must not be; every message
 * of the server says its time, and the one that was on its way for the shortest tells it best.
 */
import type { Clock } from '@karez/model/ports';

/** A server whose clock was set back by more than this is believed at once, ms. */
const SET_BACK_MS = 60_000;
/** How much the best estimate may be off after a while: clocks drift apart, ms per ms. */
const DRIFT = 0.000_1;

export class ServerClock {
  readonly #clock: Clock;
  #aheadMs: number | undefined;
  #takenMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Told the server's time, as soon as a message of it has come. */
  heard(serverMs: number): void {
    const monoMs = this.#clock.monoMs();
    const aheadMs = serverMs - monoMs;
    const best = this.#aheadMs === undefined ? undefined : this.#aheadMs - (monoMs - this.#takenMs) * DRIFT;
    if (best === undefined || aheadMs >= best || aheadMs < best - SET_BACK_MS) {
      this.#aheadMs = aheadMs;
      this.#takenMs = monoMs;
    }
  }

  /** Starts afresh, as after sleep, when monotonic time may have stood still. */
  forget(): void {
    this.#aheadMs = undefined;
  }

  /** The server's time now; this device's own until the server was heard. */
  nowMs(): number {
    return this.#aheadMs === undefined ? this.#clock.wallMs() : Math.round(this.#clock.monoMs() + this.#aheadMs);
  }
}
