/**
 * How large a miss is: its count of bits is coded by stepping up or down from the count that the last misses lead to
 * expect, then its bits below the leading one. docs/protocol/batch.md, section "Sizes".
 */
import { bitAt, bitLength, MOST_BITS, plainBits } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';

/** Sizes beyond this count as this, so that running means stay small. */
export const MOST_SIZE = 2 ** 24;

const MOST_ROW = 40;
/** Counters of a row: eight for each direction. */
const ROW = 16;
const MOST_STEP = 7;
/** Counters of a channel: sixteen for each direction. */
const OWN = 32;
const MOST_THRESHOLD = 15;

/** Chances of "more bits" in 65,536ths before anything is learnt: steps up from the expected count, then steps down from it. */
const UP_0 = [8_500, 30_800, 53_000, 52_000, 51_000, 50_000, 50_000, 46_000];
const UP_1 = [21_600, 15_700, 26_200, 31_500, 36_700, 37_400, 32_800, 32_800];
const UP_EVEN = [22_000, 24_000, 20_300, 23_600, 27_000, 27_000, 27_000, 27_000];
const UP_ODD = [16_500, 23_000, 21_000, 24_000, 26_000, 26_000, 26_000, 26_000];
const DOWN = [23_000, 27_500, 26_500, 24_500, 21_500, 18_000, 14_500, 12_000];
/** Decisions that those are worth. */
const WORTH = 3;
const TOP_CHANCE = 29_500;
const TOP_WORTH = 2;

/** For sizes of what belongs to no channel yet. */
export const NO_OWN = -1;

export class Sizes {
  readonly #rows = new Counters((MOST_ROW + 1) * ROW);
  readonly #own = new Counters(OWN * 16);
  readonly #tops = new Counters((MOST_BITS + 1) * 3, TOP_CHANCE, TOP_WORTH);
  #owners = 0;

  constructor() {
    for (let row = 0; row <= MOST_ROW; row++) {
      const up = row === 0 ? UP_0 : row === 1 ? UP_1 : row % 2 === 0 ? UP_EVEN : UP_ODD;
      this.#rows.p.set(up, row * ROW);
      this.#rows.p.set(DOWN, row * ROW + 8);
    }
    this.#rows.n.fill(WORTH);
  }

  /** @returns where a channel's own counters are, newly made. */
  newOwn(): number {
    const base = OWN * this.#owners++;
    this.#own.grow(base + OWN);
    return base;
  }

  /**
   * Codes a size.
   * @param mean of the sizes before, in sixteenths.
   * @param own where the channel's own counters are, or NO_OWN.
   */
  code(coder: Coder, mean: number, own: number, size: number, encoding: boolean): number {
    const row = rowOf(mean);
    const bits = encoding ? bitLength(size) : 0;
    let n = row < 2 ? 0 : row >> 1;
    let step = 0;
    if (this.#more(coder, row * ROW, own, n, bits > n) === 1) {
      for (n++; n < MOST_BITS; n++) {
        if (step < MOST_STEP) step++;
        if (this.#more(coder, row * ROW + step, own, n, bits > n) === 0) break;
      }
    } else {
      const down = own === NO_OWN ? NO_OWN : own + OWN / 2;
      for (; n > 0; n--) {
        if (this.#more(coder, row * ROW + 8 + step, down, n - 1, bits > n - 1) === 1) break;
        if (step < MOST_STEP) step++;
      }
    }
    return this.rest(coder, n, size, encoding);
  }

  /** Codes the bits of a size of `bits` bits below its leading one: two learnt, the rest plain. */
  rest(coder: Coder, bits: number, size: number, encoding: boolean): number {
    if (bits <= 1) return bits;
    const tops = this.#tops;
    let result = 1;
    let rest = bits - 1;
    let tree = bits * 3;
    for (let i = 0; i < 2 && rest > 0; i++) {
      rest--;
      const bit = coder.bit(tops.p[tree] as number, encoding ? bitAt(size, rest) : 0);
      tops.learn(tree, bit);
      result = result * 2 + bit;
      tree += 1 + bit;
    }
    return plainBits(coder, result, rest, size, encoding);
  }

  /** Whether the size has more than `threshold` bits: the row's counter, and the channel's own where it has any. */
  #more(coder: Coder, rowIndex: number, ownBase: number, threshold: number, more: boolean): number {
    const rows = this.#rows;
    const chance = rows.p[rowIndex] as number;
    if (ownBase === NO_OWN) {
      const bit = coder.bit(chance, more ? 1 : 0);
      rows.learn(rowIndex, bit);
      return bit;
    }
    const own = this.#own;
    const i = ownBase + Math.min(threshold, MOST_THRESHOLD);
    if (own.n[i] === 0) {
      // A channel that has shown nothing yet is taken for one of the many.
      own.p[i] = chance;
      own.n[i] = 1;
    }
    const bit = coder.bit((chance + (own.p[i] as number)) >> 1, more ? 1 : 0);
    rows.learn(rowIndex, bit);
    own.learn(i, bit);
    return bit;
  }
}

/** The row of counters for a mean size in sixteenths: two rows for each doubling. */
function rowOf(mean: number): number {
  if (mean < 16) return mean < 4 ? 0 : mean < 8 ? 1 : 2;
  const bits = 32 - Math.clz32(mean);
  return Math.min(MOST_ROW, bits * 2 - 7 + ((mean >> (bits - 2)) & 1));
}
