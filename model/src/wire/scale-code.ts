/**
 * How a scale is named: its kind, its decimals, and for a grid its step. One routine serves both directions.
 * docs/protocol/batch.md, section "Scale".
 */
import { malformed, Numbers } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';
import { DECIMAL_SCALES, MOST_DECIMALS, MOST_GRID_DIVISOR, MOST_GRID_STEP, RAW, SCALE, type Scale } from './scale.ts';

/** Chances of "a later kind" for each kind but the last. */
const KIND_CHANCES = [2_000, 32_768, 32_768, 32_768];
const SAME_DECIMALS_CHANCE = 30_000;
/** Chances of a 1 in the tree of four bits, highest first: 0 to 3 decimals are what devices speak in. */
const DECIMALS_CHANCES = [
  ...[0, 1_500, 7_000, 32_768, 26_000, 20_000, 32_768, 32_768],
  ...[34_000, 14_000, 30_000, 20_000, 32_768, 32_768, 32_768, 32_768],
];
const WORTH = 2;
const GRID_CHANCES = [
  [58_000, 50_000, 50_000, 40_000],
  [65_000, 20_000, 40_000, 50_000],
  [65_000, 16_000, 50_000],
];

export class ScaleCode {
  readonly #kinds = Counters.of(KIND_CHANCES, WORTH);
  readonly #same = new Counters(1, SAME_DECIMALS_CHANCE, WORTH);
  readonly #tree = Counters.of(DECIMALS_CHANCES, WORTH);
  readonly #grids = new Numbers(GRID_CHANCES);
  /** Decimals of the last scale that was named. */
  decimals = 0;

  code(coder: Coder, encoding: boolean, wanted: Scale): Scale {
    let kind = 0;
    while (kind < SCALE.RAW && this.#kinds.code(coder, kind, wanted.kind > kind) === 1) kind++;
    if (kind === SCALE.RAW) return RAW;
    if (this.#same.code(coder, 0, wanted.decimals === this.decimals) === 0)
      this.decimals = this.#decimalsByTree(coder, wanted.decimals);
    const { decimals } = this;
    if (kind === SCALE.DECIMAL) return DECIMAL_SCALES[decimals] as Scale;
    if (kind !== SCALE.GRID) return { kind, decimals, a: 1, b: 1 };
    let tens = 0;
    while (encoding && wanted.a % 10 ** (tens + 1) === 0) tens++;
    tens = this.#grids.code(coder, 0, tens, encoding);
    if (tens > MOST_DECIMALS) throw malformed('channel', `a grid of 10^${tens} last decimals`);
    const a = 10 ** tens * this.#grids.code(coder, 1, wanted.a / 10 ** tens, encoding);
    const b = this.#grids.code(coder, 2, wanted.b, encoding);
    if (a < 1 || a > MOST_GRID_STEP || b < 1 || b > MOST_GRID_DIVISOR)
      throw malformed('channel', `a grid of ${a}/${b}`);
    return { kind, decimals, a, b };
  }

  #decimalsByTree(coder: Coder, wanted: number): number {
    let tree = 1;
    for (let i = 3; i >= 0; i--) tree = tree * 2 + this.#tree.code(coder, tree, ((wanted >> i) & 1) === 1);
    return tree - 16;
  }
}
