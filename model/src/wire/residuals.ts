/**
 * How a channel's whole numbers go on: each is guessed from the ones before, and the miss is coded as a size and a
 * sign. docs/protocol/batch.md, section "Later values".
 */
import { malformed } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';
import { LARGEST } from './scale.ts';
import { MOST_SIZE, NO_OWN, type Sizes } from './sizes.ts';

/** What is remembered of one channel's numbers. */
export interface Track {
  /** The last number, and its change. */
  last: number;
  change: number;
  /** Running mean of the size of misses, in sixteenths. */
  mean: number;
  /** Running sums of the misses of both guesses: same as the last, same change as the last. */
  missLast: number;
  missLine: number;
  /** 0 where the last guess was right, 1 where it was too low, 2 where too high. */
  sign: number;
  /** Where its own counters are, NO_OWN before its second number. */
  own: number;
}

export class Residuals {
  readonly #sizes: Sizes;
  readonly #signs = new Counters(6);

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
  }

  /** Codes the next number of a channel and remembers it. */
  code(coder: Coder, track: Track, value: number, encoding: boolean): number {
    if (track.own === NO_OWN) track.own = this.#sizes.newOwn();
    const line = track.missLine * 4 < track.missLast * 3;
    const guess = line ? track.last + track.change : track.last;
    const miss = value - guess;
    const size = this.#sizes.code(coder, track.mean, track.own, Math.abs(miss), encoding);
    let sign = 0;
    if (size !== 0) {
      const i = track.sign * 2 + (line ? 1 : 0);
      const negative = coder.bit(this.#signs.p[i] as number, miss < 0 ? 1 : 0);
      this.#signs.learn(i, negative);
      sign = 1 + negative;
    }
    const now = sign === 2 ? guess - size : guess + size;
    if (now >= LARGEST || now <= -LARGEST) throw malformed('value', `${now} is out of bounds`);
    const change = now - track.last;
    const offLast = Math.min(MOST_SIZE, Math.abs(change));
    const offLine = Math.min(MOST_SIZE, Math.abs(change - track.change));
    track.missLast = ((track.missLast * 3) >> 2) + offLast * 4;
    track.missLine = ((track.missLine * 3) >> 2) + offLine * 4;
    track.mean = (track.mean + Math.min(MOST_SIZE, size) * 16) >> 1;
    track.sign = sign;
    track.change = change;
    track.last = now;
    return now;
  }
}
