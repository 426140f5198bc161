/**
 * How a channel's whole numbers travel: each is guessed from the ones before, and what the guess missed is coded by
 * decisions whose chances follow from how large the last misses were, averaged with what this very channel has shown.
 * docs/protocol/batch.md, section "Values".
 */
import { bitLength, MOST_BITS, malformed, plainBits } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';
import { LARGEST } from './scale.ts';

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
  /** Where its counters are. */
  base: number;
}

/** Sizes beyond this count as this, so that running means stay small. */
const MOST_SIZE = 2 ** 24;
const MOST_ROW = 40;
/** Counters of a row: eight for each direction. */
const ROW = 16;
/** Counters of a channel: sixteen for each direction. */
const OWN = 32;
const MOST_STEP = 7;
const MOST_THRESHOLD = 15;

/** Chances of "more bits" in 65,536ths before anything is learnt: steps up from the expected count, then steps down from it. */
const UP_0 = [8_500, 30_800, 53_000, 52_000, 51_000, 50_000, 50_000, 46_000];
const UP_1 = [21_600, 15_700, 26_200, 31_500, 36_700, 37_400, 32_800, 32_800];
const UP_EVEN = [22_000, 24_000, 20_300, 23_600, 27_000, 27_000, 27_000, 27_000];
const UP_ODD = [16_500, 23_000, 21_000, 24_000, 26_000, 26_000, 26_000, 26_000];
const DOWN = [23_000, 27_500, 26_500, 24_500, 21_500, 18_000, 14_500, 12_000];
/** What those are worth, in decisions. */
const PRIOR_WORTH = 3;

export class Residuals {
  readonly #rows = new Counters((MOST_ROW + 1) * ROW);
  /** By channel; taken into use with the second value of each. */
  readonly #own = new Counters(OWN * 16);
  readonly #signs = new Counters(6);
  readonly #tops = new Counters((MOST_BITS + 1) * 3, 29_500, 2);
  #channels = 0;

  constructor() {
    for (let row = 0; row <= MOST_ROW; row++) {
      const up = row === 0 ? UP_0 : row === 1 ? UP_1 : row % 2 === 0 ? UP_EVEN : UP_ODD;
      this.#rows.p.set(up, row * ROW);
      this.#rows.p.set(DOWN, row * ROW + 8);
    }
    this.#rows.n.fill(PRIOR_WORTH);
  }

  /** Codes the next number of a channel and remembers it. */
  code(coder: Coder, track: Track, value: number, encoding: boolean): number {
    const line = track.missLine * 4 < track.missLast * 3;
    const guess = line ? track.last + track.change : track.last;
    const miss = value - guess;
    const size = this.#size(coder, track, Math.abs(miss), encoding);
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

  /** Codes how large a miss is. */
  #size(coder: Coder, track: Track, size: number, encoding: boolean): number {
    if (track.base < 0) {
      track.base = OWN * this.#channels++;
      this.#own.grow(track.base + OWN);
    }
    const row = rowOf(track.mean);
    const expected = row < 2 ? 0 : row >> 1;
    const bits = encoding ? bitLength(size) : 0;
    let n = expected;
    let step = 0;
    if (this.#more(coder, track, row * ROW, 0, n, bits > n) === 1) {
      for (n++; n < MOST_BITS; n++) {
        if (step < MOST_STEP) step++;
        if (this.#more(coder, track, row * ROW + step, 0, n, bits > n) === 0) break;
      }
    } else {
      for (; n > 0; n--) {
        if (this.#more(coder, track, row * ROW + 8 + step, 16, n - 1, bits > n - 1) === 1) break;
        if (step < MOST_STEP) step++;
      }
    }
    return n <= 1 ? n : this.#rest(coder, n, size, encoding);
  }

  /** Whether the size has more than `threshold` bits: the mean of two counters. */
  #more(coder: Coder, track: Track, rowIndex: number, direction: number, threshold: number, more: boolean): number {
    const rows = this.#rows;
    const own = this.#own;
    const ownIndex = track.base + direction + (threshold < MOST_THRESHOLD ? threshold : MOST_THRESHOLD);
    const chance = rows.p[rowIndex] as number;
    if (own.n[ownIndex] === 0) {
      // A channel that has shown nothing yet is taken for one of the many.
      own.p[ownIndex] = chance;
      own.n[ownIndex] = 1;
    }
    const bit = coder.bit((chance + (own.p[ownIndex] as number)) >> 1, more ? 1 : 0);
    rows.learn(rowIndex, bit);
    own.learn(ownIndex, bit);
    return bit;
  }

  /** The bits of a size of `bits` bits below its leading one: two learnt, the rest plain. */
  #rest(coder: Coder, bits: number, size: number, encoding: boolean): number {
    const tops = this.#tops;
    let result = 1;
    let rest = bits - 1;
    let tree = bits * 3;
    for (let i = 0; i < 2 && rest > 0; i++) {
      rest--;
      const bit = coder.bit(tops.p[tree] as number, encoding ? Math.floor(size / 2 ** rest) % 2 : 0);
      tops.learn(tree, bit);
      result = result * 2 + bit;
      tree += 1 + bit;
    }
    return plainBits(coder, result, rest, size, encoding);
  }
}

/** The row of counters for a mean size in sixteenths: two rows for each doubling. */
function rowOf(mean: number): number {
  if (mean < 16) return mean < 4 ? 0 : mean < 8 ? 1 : 2;
  const bits = 32 - Math.clz32(mean);
  return Math.min(MOST_ROW, bits * 2 - 7 + ((mean >> (bits - 2)) & 1));
}
