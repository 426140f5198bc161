/**
 * How an encoder finds the channel that another is like: by the estimated bits of naming it and of the miss from its
 * number. A decoder needs none of this; another encoder may choose otherwise and still be read.
 */
import { type Firsts, farBits } from './firsts.ts';
import type { Plans } from './layout.ts';
import { bitLength } from './numbers.ts';
import { fits, POWERS, parts, SCALE, type Scale, sameScale, split } from './scale.ts';

/** How far back it looks. */
const LOOK_BACK = 32;
/** Channels that show at which distances others are alike; more would cost time and change little. */
const SAMPLE = 256;
/** Estimated bits of another distance, the least and the most of them that are taken for one, and bits saved that make it cost none. */
const DISTANCE_COST = 7;
const LEAST_SHARE = 0.1;
const MOST_SHARE = 1.5;
const SAVED_ENOUGH = 40;
/** Estimated bits of a scale with the last decimals, with others, and of a grid. */
const SAME_DECIMALS_COST = 1;
const OTHER_DECIMALS_COST = 3.5;
const GRID_COST = 15;
/** Bits of one decimal more than needed. */
const DECIMAL_COST = 3.3;
/** Bits of a miss of 0 where 0 is expected. */
const LEAST_MISS = 1.5;

/** What is looked at of a channel that has its first number. */
export interface Candidate {
  scale: Scale;
  last: number;
  spread: number;
}

export class LikeChoice {
  readonly #plans: Plans;
  /** For each distance the bits that it saves over the first channels, and the most of them. */
  readonly #saved: readonly number[];
  readonly #mostSaved: number;

  constructor(plans: Plans) {
    this.#plans = plans;
    this.#saved = savedByDistance(plans);
    this.#mostSaved = Math.max(...this.#saved);
  }

  /**
   * How many channels back the best one is, 0 for none.
   * @param known channels, of which those before `p` have their first number.
   * @param decimals of the last scale that was named.
   */
  choose(known: readonly Candidate[], p: number, firsts: Firsts, decimals: number): number {
    const scale = this.#plans.scale[p] as Scale;
    const likeChance = firsts.likes.p[firsts.alike] as number;
    const sameChance = firsts.sameDistance.p[0] as number;
    const likeBits = cost(likeChance);

    split(scale, this.#plans.first[p] as number);
    const { n } = parts;
    let best = 0;
    let least = cost(65_536 - likeChance) + farBits(scale.decimals, bitLength(Math.abs(n)));
    least += scale.decimals === decimals ? SAME_DECIMALS_COST : OTHER_DECIMALS_COST;
    if (scale.kind === SCALE.GRID) least += GRID_COST;

    const lookBack = Math.min(LOOK_BACK, p);
    const last = firsts.distance;
    if (last <= lookBack) {
      const bits = likeBits + cost(sameChance) + this.#missBits(p, n, known[p - last] as Candidate);
      if (bits < least) [least, best] = [bits, last];
    }
    // Mostly the distance of the channel before is so good that no other can be better: then none is looked at.
    const otherBits = likeBits + cost(65_536 - sameChance);
    const saved = this.#saved[last] ?? 0;
    if (otherBits + namingBits(this.#mostSaved - saved) + LEAST_MISS >= least) return best;
    for (let distance = 1; distance <= lookBack; distance++) {
      const bits = otherBits + namingBits((this.#saved[distance] as number) - saved);
      if (distance === last || bits + LEAST_MISS >= least) continue;
      const all = bits + this.#missBits(p, n, known[p - distance] as Candidate);
      if (all < least) [least, best] = [all, distance];
    }
    return best;
  }

  /** Estimated bits of the miss of `n`, the first number of channel `p`, from that of another; infinite where its scale is none for it. */
  #missBits(p: number, n: number, other: Candidate): number {
    const scale = this.#plans.scale[p] as Scale;
    if (sameScale(scale, other.scale)) return scale.kind === SCALE.RAW ? 0 : nearBits(other.spread, n - other.last);
    // More decimals than needed carry a value as well, as long as it is not too large for them.
    const finer = other.scale.decimals - scale.decimals;
    if (scale.kind !== SCALE.DECIMAL || other.scale.kind !== SCALE.DECIMAL || finer < 0)
      return Number.POSITIVE_INFINITY;
    if (!fits(this.#plans.largest[p] as number, other.scale.decimals)) return Number.POSITIVE_INFINITY;
    const miss = n * (POWERS[finer] as number) - other.last;
    return nearBits(other.spread, miss) + finer * DECIMAL_COST * ((this.#plans.values[p] as number) - 1);
  }
}

/**
 * Estimated bits of naming another distance. One that saves `more` over the first channels than the last, as where probes of one kind
 * follow each other, is worth naming for one of them.
 */
function namingBits(more: number): number {
  return DISTANCE_COST * Math.max(LEAST_SHARE, Math.min(MOST_SHARE, 1 - more / SAVED_ENOUGH));
}

/** For each distance the bits that it would save over the first channels. */
function savedByDistance(plans: Plans): number[] {
  const saved = Array<number>(LOOK_BACK + 1).fill(0);
  const firsts: number[] = [];
  for (const [i, scale] of plans.scale.slice(0, Math.min(SAMPLE, plans.count)).entries()) {
    const n = scale.kind !== SCALE.RAW && split(scale, plans.first[i] as number) ? parts.n : 0;
    const bits = bitLength(Math.abs(n));
    for (let distance = 1; distance <= Math.min(i, LOOK_BACK); distance++) {
      const other = i - distance;
      if (!sameScale(scale, plans.scale[other] as Scale)) continue;
      const gain = bits - bitLength(Math.abs(n - (firsts[other] as number))) - 0.5;
      if (gain > 0) saved[distance] = (saved[distance] as number) + gain;
    }
    firsts.push(n);
  }
  return saved;
}

/** Estimated bits of a miss where misses have the mean `spread`. */
function nearBits(spread: number, miss: number): number {
  const bits = bitLength(Math.abs(miss));
  const expected = Math.max(0, bitLength(spread) - 4);
  const off = bits > expected ? (bits - expected) * 1.1 : (expected - bits) * 0.9;
  return LEAST_MISS + bits + off;
}

function cost(chance: number): number {
  return -Math.log2(chance / 65_536);
}
