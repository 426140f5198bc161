/**
 * The values of a batch, channel by channel: first values, later values, and the corrections that make a value of a
 * number. One routine serves both directions: where it decodes, it gives back what was coded.
 * docs/protocol/batch.md, section "Values".
 */
import { LikeChoice } from './choose-like.ts';
import { Firsts, firstSpread, nextSpread } from './firsts.ts';
import type { Plans } from './layout.ts';
import { bitLength, fold, malformed, Numbers, unfold } from './numbers.ts';
import { newPositions } from './positions.ts';
import { type Coder, Counters } from './range-coder.ts';
import { type Halves, RawDoubles } from './raw-doubles.ts';
import { Residuals, type Track } from './residuals.ts';
import { join, LARGEST, LARGEST_CORRECTION, PLAIN, parts, SCALE, type Scale, split } from './scale.ts';
import { ScaleCode } from './scale-code.ts';
import { NO_OWN, Sizes } from './sizes.ts';

interface Channel extends Track, Halves {
  scale: Scale;
  /** How far, in sixteenths, channels that are like it are expected to be from it. */
  spread: number;
  /** The last correction, and whether the one before was the same. */
  k: number;
  steady: boolean;
}

/** Misses that a channel which is like no other is expected to start with: this share of its first number, and a bit. */
const FIRST_MEAN_SHARE = 1 / 32;
const FIRST_MEAN = 3;
const MOST_FIRST_MEAN = 2 ** 14;

const STEADY_CHANCE = 45_000;
/** Chances of a correction's size by the bits of the last one. */
const CORRECTION_CHANCES = [[40_000], [30_000], [45_000], [52_000]];

/**
 * The channels of a block in the order of their first values, used again for the next as the counters are: a block where each of
 * thousands of channels comes once would leave more behind than it is large. As long as the most that a block had.
 */
const room: Channel[] = [];

/** The channel at `position` of a block, with what it takes over from the one that it is like. */
function newChannel(position: number, scale: Scale, other: Channel | undefined): Channel {
  const old = room[position];
  if (old === undefined) {
    const channel: Channel = {
      ...{ scale, last: 0, change: 0, mean: 0, missLast: 0, missLine: 0, sign: 0, own: NO_OWN, spread: 0 },
      ...{ k: other?.k ?? 0, steady: other?.steady ?? true, high: other?.high ?? 0, low: other?.low ?? 0 },
    };
    room.push(channel);
    return channel;
  }
  old.scale = scale;
  old.last = 0;
  old.change = 0;
  old.mean = 0;
  old.missLast = 0;
  old.missLine = 0;
  old.sign = 0;
  old.own = NO_OWN;
  old.spread = 0;
  old.k = other?.k ?? 0;
  old.steady = other?.steady ?? true;
  old.high = other?.high ?? 0;
  old.low = other?.low ?? 0;
  return old;
}

/** Where a scale does not carry a value that an encoder gives it. */
export class Misfit extends Error {
  /** Of the channel, in the order of first values, from 0. */
  readonly position: number;

  constructor(position: number, value: number) {
    super(`the scale of the channel at ${position} does not carry ${value}`);
    this.position = position;
  }
}

export class Channels {
  readonly #coder: Coder;
  readonly #plans: Plans | undefined;
  readonly #likeChoice: LikeChoice | undefined;
  readonly #positions = newPositions();
  /** Channels that had a value. */
  #known = 0;
  readonly #sizes = new Sizes();
  readonly #firsts = new Firsts(this.#sizes);
  readonly #scales = new ScaleCode();
  readonly #residuals = new Residuals(this.#sizes);
  readonly #steady = new Counters(2, STEADY_CHANCE, 1);
  readonly #corrections = new Numbers(CORRECTION_CHANCES);
  #raw: RawDoubles | undefined;

  /** @param plans where the coder encodes, undefined where it decodes. */
  constructor(coder: Coder, plans?: Plans) {
    this.#coder = coder;
    this.#plans = plans;
    this.#likeChoice = plans === undefined ? undefined : new LikeChoice(plans);
  }

  /**
   * Codes one value of channel `number`.
   * @throws Misfit where it encodes and the plan was wrong; whatever else it is given to encode goes.
   */
  code(number: number, value: number): number {
    const position = this.#positions[number] as number;
    if (position === 0) return this.#first(number, value);
    const channel = room[position - 1] as Channel;
    const { scale } = channel;
    if (scale.kind === SCALE.RAW) return this.#rawDouble(channel, value);
    const encoding = this.#plans !== undefined;
    if (encoding && !split(scale, value)) throw new Misfit(position - 1, value);
    const { k } = parts;
    const n = this.#residuals.code(this.#coder, channel, parts.n, encoding);
    return join(scale, n, scale.kind === SCALE.DECIMAL ? 0 : this.#correction(channel, k));
  }

  #first(number: number, value: number): number {
    const coder = this.#coder;
    const encoding = this.#plans !== undefined;
    const known = this.#known;
    const wanted = this.#likeChoice?.choose(room, known, this.#firsts, this.#scales.decimals) ?? 0;
    const distance = this.#firsts.like(coder, encoding, wanted, known);
    const other = distance === 0 ? undefined : (room[known - distance] as Channel);
    const scale = other?.scale ?? this.#scales.code(coder, encoding, this.#plans?.scale[known] ?? PLAIN);
    const channel = newChannel(known, scale, other);
    this.#known = known + 1;
    this.#positions[number] = known + 1;
    if (scale.kind === SCALE.RAW) return this.#rawDouble(channel, value);
    if (encoding && !split(scale, value)) throw new Misfit(known, value);
    const { n, k } = parts;
    if (other === undefined) {
      channel.last = this.#firsts.far(coder, encoding, scale.decimals, n);
      channel.mean = Math.min(MOST_FIRST_MEAN, Math.floor(Math.abs(channel.last) * FIRST_MEAN_SHARE) + FIRST_MEAN);
      channel.spread = firstSpread(channel.last);
    } else {
      const miss = this.#firsts.near(coder, encoding, other.spread, n - other.last);
      channel.last = other.last + miss;
      channel.mean = other.mean;
      channel.spread = nextSpread(other.spread, miss);
    }
    if (channel.last >= LARGEST || channel.last <= -LARGEST) throw malformed('value', 'first value is out of bounds');
    return join(scale, channel.last, scale.kind === SCALE.DECIMAL ? 0 : this.#correction(channel, k));
  }

  #correction(channel: Channel, wanted: number): number {
    const same = this.#steady.code(this.#coder, channel.steady ? 1 : 0, wanted === channel.k) === 1;
    channel.steady = same;
    if (same) return channel.k;
    const context = Math.min(3, bitLength(Math.abs(channel.k)));
    const k = unfold(this.#corrections.code(this.#coder, context, fold(wanted), this.#plans !== undefined));
    if (Math.abs(k) >= LARGEST_CORRECTION) throw malformed('value', `correction ${k} is out of bounds`);
    channel.k = k;
    return k;
  }

  #rawDouble(channel: Channel, value: number): number {
    this.#raw ??= new RawDoubles();
    return this.#raw.code(this.#coder, channel, value);
  }
}
