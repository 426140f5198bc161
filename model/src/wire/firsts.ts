/**
 * How a channel's first number travels. A channel may be like one before it (the same probe at another depth): then it
 * has the same scale and its number is a miss from the other's. Otherwise its scale is named, and of its number is
 * expected only how large a field quantity is. docs/protocol/batch.md, section "First value of a channel".
 */
import { bitLength, MOST_BITS, malformed, Numbers } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';
import { MOST_DECIMALS } from './scale.ts';
import { MOST_SIZE, NO_OWN, type Sizes } from './sizes.ts';

/** Chances of "like another", after a channel that was not and after one that was. */
const LIKE_CHANCES = [20_000, 45_000];
const SAME_DISTANCE_CHANCE = 40_000;
const LIKE_WORTH = 2;
const DISTANCE_CHANCES = [40_000];

/** Chances of "not zero" without decimals and with some. */
const NOT_ZERO_CHANCES = [39_000, 63_500];
const NOT_ZERO_WORTH = 3;
/** Bits that 10^d has more than 1: by so many bits a number with d decimals is longer than its quantity. */
const BITS_OF_TENS = Array.from({ length: MOST_DECIMALS + 1 }, (_, d) => Math.round((d * 10) / 3));
/** Chances of "more bits" by how many bits longer than 1.0 the number is known to be, from LEAST_MAGNITUDE. */
const MAGNITUDE_CHANCES = [
  ...[64_500, 64_500, 64_500, 64_500, 64_500, 64_500, 64_500, 64_500, 63_500, 61_500],
  ...[62_500, 62_800, 62_500, 61_000, 58_000, 52_000, 53_000, 48_000, 48_500, 48_000],
  ...[46_000, 46_000, 46_000, 46_000, 46_000, 46_000],
];
const LEAST_MAGNITUDE = -10;
const MAGNITUDE_WORTH = 5;

/** Chances of a number below zero, and of a miss below the other's number. */
const SIGN_CHANCES = [9_000, 32_768];
const SIGN_WORTH = 2;

export class Firsts {
  readonly #sizes: Sizes;
  readonly likes = Counters.of(LIKE_CHANCES, LIKE_WORTH);
  readonly sameDistance = new Counters(1, SAME_DISTANCE_CHANCE, LIKE_WORTH);
  readonly #distances = new Numbers([DISTANCE_CHANCES]);
  readonly #notZero = Counters.of(NOT_ZERO_CHANCES, NOT_ZERO_WORTH);
  readonly #magnitudes = Counters.of(MAGNITUDE_CHANCES, MAGNITUDE_WORTH);
  readonly #signs = Counters.of(SIGN_CHANCES, SIGN_WORTH);
  /** Whether the channel before was like another, and how far back the last one was that a channel was like. */
  alike = 0;
  distance = 1;

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
  }

  /** Codes how many channels back the one is that this channel is like, of `known` before it; 0 for none. */
  like(coder: Coder, encoding: boolean, wanted: number, known: number): number {
    if (known === 0) return 0;
    this.alike = this.likes.code(coder, this.alike, wanted !== 0);
    if (this.alike === 0) return 0;
    if (this.sameDistance.code(coder, 0, wanted === this.distance) === 0)
      this.distance = this.#distances.code(coder, 0, wanted - 1, encoding) + 1;
    if (this.distance > known) throw malformed('channel', `like the ${this.distance}th before, of ${known}`);
    return this.distance;
  }

  /** Codes the first number of a channel that is like no other. */
  far(coder: Coder, encoding: boolean, decimals: number, wanted: number): number {
    if (this.#notZero.code(coder, decimals === 0 ? 0 : 1, wanted !== 0) === 0) return 0;
    const bits = encoding ? bitLength(Math.abs(wanted)) : 0;
    let n = 1;
    while (n < MOST_BITS && this.#magnitudes.code(coder, magnitude(n, decimals), bits > n) === 1) n++;
    const size = this.#sizes.rest(coder, n, Math.abs(wanted), encoding);
    return this.#signs.code(coder, 0, wanted < 0) === 1 ? -size : size;
  }

  /** Codes how far a first number is from that of the channel it is like, where such misses have the mean `spread`. */
  near(coder: Coder, encoding: boolean, spread: number, wanted: number): number {
    const size = this.#sizes.code(coder, spread, NO_OWN, Math.abs(wanted), encoding);
    if (size === 0) return 0;
    return this.#signs.code(coder, 1, wanted < 0) === 1 ? -size : size;
  }
}

/** How far, in sixteenths, a channel is expected to be from one whose number is `first`, when nothing else is known. */
export function firstSpread(first: number): number {
  return 2 ** Math.min(28, 4 + Math.max(0, bitLength(Math.abs(first)) - 3));
}

/** The mean of `spread` and a miss. */
export function nextSpread(spread: number, miss: number): number {
  return (spread + Math.min(MOST_SIZE, Math.abs(miss)) * 16) >> 1;
}

function magnitude(bits: number, decimals: number): number {
  const beyond = bits - (BITS_OF_TENS[decimals] as number) - LEAST_MAGNITUDE;
  return Math.max(0, Math.min(MAGNITUDE_CHANCES.length - 1, beyond));
}

/** Estimated bits of a number of `bits` bits that is like no other, for an encoder. */
export function farBits(decimals: number, bits: number): number {
  return FAR_BITS[decimals * (MOST_BITS + 1) + Math.min(bits, MOST_BITS)] as number;
}

const FAR_BITS = Float64Array.from({ length: (MOST_DECIMALS + 1) * (MOST_BITS + 1) }, (_, i) =>
  estimateFar(Math.floor(i / (MOST_BITS + 1)), i % (MOST_BITS + 1)),
);

function estimateFar(decimals: number, bits: number): number {
  const notZero = (NOT_ZERO_CHANCES[decimals === 0 ? 0 : 1] as number) / 65_536;
  if (bits === 0) return -Math.log2(1 - notZero);
  let sum = bits - Math.log2(notZero);
  for (let n = 1; n <= bits; n++) {
    const more = (MAGNITUDE_CHANCES[magnitude(n, decimals)] as number) / 65_536;
    sum -= Math.log2(n === bits ? 1 - more : more);
  }
  return sum;
}
