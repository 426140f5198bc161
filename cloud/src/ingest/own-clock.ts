/**
 * The cloud's own clock, as far as it may be believed. What is dated ahead of it is refused for good; so a cloud that wakes
 * with yesterday's time must not refuse what is right. A clock that says a time which it, or the one before a restart, has
 * passed already is behind: nothing is refused for being ahead of it then, but asked for again until somebody has mended
 * it. (Where the earlier time was the wrong one, a restart after the gateways have spoken again forgets it.)
 */
import type { Clock, Logger } from '@karez/model';

/** A clock may be moved by so much, as NTP does, without being doubted. */
const SLACK_MS = 60_000;
const SAY_EVERY_MS = 60_000;

export class OwnClock {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #latestMs: number;
  #saidMs = Number.NEGATIVE_INFINITY;

  /** @param floorMs a time that had passed when the cloud was last alive. */
  constructor(clock: Clock, logger: Logger, floorMs: number) {
    this.#clock = clock;
    this.#logger = logger;
    this.#latestMs = floorMs;
  }

  /** Now, and never before a time that was already. */
  now(): number {
    this.#latestMs = Math.max(this.#latestMs, this.#clock.wallMs());
    return this.#latestMs;
  }

  isBehind(): boolean {
    const wallMs = this.#clock.wallMs();
    if (wallMs >= this.#latestMs - SLACK_MS) return false;
    const monoMs = this.#clock.monoMs();
    if (monoMs - this.#saidMs >= SAY_EVERY_MS) {
      this.#saidMs = monoMs;
      const [says, was] = [wallMs, this.#latestMs].map((ms) => new Date(ms).toISOString());
      this.#logger.log('error', 'the clock of this machine is behind: nothing is refused for being ahead of it', {
        says,
        was,
      });
    }
    return true;
  }
}
