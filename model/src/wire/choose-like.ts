/**
 * How an encoder finds the channel that another is like: by the estimated bits of naming it and of the miss from its
 * number. A decoder needs none of this; another encoder may choose otherwise and still be read.
 */
import { type Firsts, farBits } from './firsts.ts';
import type { Plan } from './layout.ts';
import { bitLength } from './numbers.ts';
import { fits, parts, SCALE, type Scale, sameScale, split } from './scale.ts';

/** How far back it looks. */
const LOOK_BACK = 32;
/** Estimated bits of another distance, the least that is taken for one, and bits saved by a distance that make it so cheap. */
const DISTANCE_COST = 7;
const LEAST_SHARE = 0.2;
const SAVED_ENOUGH = 40;
/** Estimated bits of a scale with the last decimals, with others, and of a grid. */
const SAME_DECIMALS_COST = 1;
const OTHER_DECIMALS_COST = 3.5;
const GRID_COST = 15;
/** Bits of one decimal more than needed. */
const DECIMAL_COST = 3.3;

/** What is looked at of a channel that has its first number. */
export interface Candidate {
  scale: Scale;
  last: number;
  spread: number;
}

/**
 * For each distance the bits that it would save over all channels. A distance that saves many, as where probes of one
 * kind follow each other, is worth naming for one of them.
 */
export function savedByDistance(plans: readonly Plan[]): number[] {
  const saved = Array<number>(LOOK_BACK + 1).fill(0);
  const firsts = plans.map(({ scale, first }) => (scale.kind !== SCALE.RAW && split(scale, first) ? parts.n : 0));
  const lengths = firsts.map((n) => bitLength(Math.abs(n)));
  plans.forEach(({ scale }, i) => {
    for (let distance = 1; distance <= Math.min(i, LOOK_BACK); distance++) {
      const other = i - distance;
      if (!sameScale(scale, (plans[other] as Plan).scale)) continue;
      const miss = Math.abs((firsts[i] as number) - (firsts[other] as number));
      const gain = (lengths[i] as number) - bitLength(miss) - 0.5;
      if (gain > 0) saved[distance] = (saved[distance] as number) + gain;
    }
  });
  return saved;
}

/** How many channels back the best one is, 0 for none. */
export function chooseLike(
  { scale, first, largest, values }: Plan,
  known: readonly Candidate[],
  state: { firsts: Firsts; decimals: number; saved: readonly number[] },
): number {
  const { alike, distance: lastDistance, likes, sameDistance } = state.firsts;
  const likeChance = likes.p[alike] as number;
  const sameChance = sameDistance.p[0] as number;
  const likeBits = cost(likeChance);
  const sameBits = likeBits + cost(sameChance);
  const otherBits = likeBits + cost(65_536 - sameChance);

  split(scale, first);
  let best = 0;
  let least = cost(65_536 - likeChance) + farBits(scale.decimals, bitLength(Math.abs(parts.n)));
  least += scale.decimals === state.decimals ? SAME_DECIMALS_COST : OTHER_DECIMALS_COST;
  if (scale.kind === SCALE.GRID) least += GRID_COST;
  for (let distance = 1; distance <= Math.min(LOOK_BACK, known.length); distance++) {
    const other = known[known.length - distance] as Candidate;
    // More decimals than needed carry a value as well, as long as it is not too large for them.
    const finer =
      scale.kind === SCALE.DECIMAL && other.scale.kind === scale.kind && other.scale.decimals > scale.decimals;
    if (finer ? !fits(largest, other.scale.decimals) : !sameScale(other.scale, scale)) continue;
    if (scale.kind !== SCALE.RAW && !split(other.scale, first)) continue;
    let bits = sameBits;
    if (distance !== lastDistance) {
      const share = 1 - (state.saved[distance] as number) / SAVED_ENOUGH;
      bits = otherBits + DISTANCE_COST * Math.max(LEAST_SHARE, share);
    }
    if (scale.kind !== SCALE.RAW) bits += nearBits(other.spread, bitLength(Math.abs(parts.n - other.last)));
    if (finer) bits += (other.scale.decimals - scale.decimals) * DECIMAL_COST * (values - 1);
    if (bits < least) [least, best] = [bits, distance];
  }
  return best;
}

/** Estimated bits of a miss of `bits` bits where misses have the mean `spread`. */
function nearBits(spread: number, bits: number): number {
  const expected = Math.max(0, bitLength(spread) - 4);
  const off = bits > expected ? (bits - expected) * 1.1 : (expected - bits) * 0.9;
  return 1.5 + bits + off;
}

function cost(chance: number): number {
  return -Math.log2(chance / 65_536);
}
