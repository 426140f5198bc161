/**
 * Slows down guessing: after some wrong passwords in a row a name has to wait longer and longer, and an address that tries
 * many names has to wait as well. In memory only, bounded; the oldest are forgotten.
 */
import { type Clock, LIMITS, problem } from '@karez/model';

const WINDOW_MS = 600_000;

interface Tried {
  wrong: number;
  /** Monotonic. */
  lastMs: number;
  waitMs: number;
}

export class Tries {
  readonly #clock: Clock;
  readonly #names = new Map<string, Tried>();
  readonly #addresses = new Map<string, Tried>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws KarezError TOO_MANY_TRIES naming the seconds to wait. */
  check(name: string, address: string): void {
    const now = this.#clock.monoMs();
    const leftMs = Math.max(left(this.#names.get(name), now), left(this.#addresses.get(address), now));
    if (leftMs > 0) throw problem('too-many-tries', { seconds: Math.ceil(leftMs / 1000) });
  }

  wrong(name: string, address: string): void {
    this.#count(this.#names, name, (wrong) =>
      wrong < LIMITS.freeTries ? 0 : Math.min(LIMITS.longestTryWaitS, 2 ** (wrong - LIMITS.freeTries)) * 1000,
    );
    this.#count(this.#addresses, address, (wrong) => (wrong < LIMITS.triesPerAddress ? 0 : WINDOW_MS));
  }

  right(name: string): void {
    this.#names.delete(name);
  }

  #count(tried: Map<string, Tried>, key: string, waitFor: (wrong: number) => number): void {
    const now = this.#clock.monoMs();
    const before = tried.get(key);
    const recent =
      before !== undefined && now - before.lastMs < Math.max(WINDOW_MS, 2 * before.waitMs) ? before.wrong : 0;
    const wrong = recent + 1;
    tried.delete(key);
    tried.set(key, { wrong, lastMs: now, waitMs: waitFor(wrong) });
    if (tried.size > LIMITS.rememberedTries) tried.delete(tried.keys().next().value as string);
  }
}

function left(tried: Tried | undefined, now: number): number {
  return tried === undefined ? 0 : tried.lastMs + tried.waitMs - now;
}
