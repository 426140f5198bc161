/**
 * The values of a batch, channel by channel: how a channel's first value names its scale and its like, and how the
 * numbers, corrections and raw doubles follow. One routine serves both directions: where it decodes, it gives back what
 * was coded. docs/protocol/batch.md, sections "First value of a channel" and "Values".
 */

import type { Plan } from './layout.ts';
import { bitLength, fold, malformed, Numbers, plainNumber, unfold } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';
import { Residuals, type Track } from './residuals.ts';
import {
  join,
  LARGEST,
  LARGEST_CORRECTION,
  MOST_DECIMALS,
  MOST_GRID_DIVISOR,
  MOST_GRID_STEP,
  PLAIN,
  parts,
  SCALE,
  type Scale,
  sameScale,
  split,
} from './scale.ts';

interface Channel extends Track {
  scale: Scale;
  /** The last correction, and whether the one before was the same. */
  k: number;
  steady: boolean;
  /** The two halves of the last double, for RAW. */
  high: number;
  low: number;
}

/** How far back an encoder looks for a channel of the same kind. */
const LOOK_BACK = 32;
/** Estimated bits of a scale, of another distance, and of one decimal more than needed. */
const SCALE_COST = 6;
const CHANGE_COST = 5;
const DECIMAL_COST = 3.3;
const double = new DataView(new ArrayBuffer(8));

export class Channels {
  readonly #coder: Coder;
  readonly #plans: Map<number, Plan> | undefined;
  readonly #byNumber = new Map<number, Channel>();
  /** In the order of their first values. */
  readonly #inOrder: Channel[] = [];
  readonly #residuals = new Residuals();
  readonly #corrections = new Numbers([40_000, 30_000, 45_000, 52_000]);
  readonly #steady = new Counters(2, 45_000, 1);
  /** Distance to the like of the channel before. */
  #distance = 0;
  readonly #sameDistance = new Counters(2, 45_000, 1);
  readonly #distances = new Numbers([40_000]);
  readonly #sameScale = new Counters(1, 55_000, 1);
  readonly #kinds = new Counters(8);
  #decimals = 0;
  readonly #decimalTrees = new Counters(16 * 16);
  readonly #firsts = new Numbers([57_000, 57_000, 58_000, 58_000, 56_000]);
  readonly #firstSigns = new Counters(2, 14_000, 1);
  readonly #bytes = new Counters(8 * 256);

  /** @param plans by channel number where the coder encodes, undefined where it decodes. */
  constructor(coder: Coder, plans?: Map<number, Plan>) {
    this.#coder = coder;
    this.#plans = plans;
    this.#kinds.p.fill(2_000);
    this.#kinds.n.fill(2);
  }

  /** Codes one value of channel `number`. */
  code(number: number, value: number): number {
    const channel = this.#byNumber.get(number);
    if (channel === undefined) return this.#first(number, value);
    const { scale } = channel;
    if (scale.kind === SCALE.RAW) return this.#raw(channel, value);
    if (this.#plans !== undefined) split(scale, value);
    const { k } = parts;
    const n = this.#residuals.code(this.#coder, channel, parts.n, this.#plans !== undefined);
    return join(scale, n, scale.kind === SCALE.DECIMAL ? 0 : this.#correction(channel, k));
  }

  #first(number: number, value: number): number {
    const encoding = this.#plans !== undefined;
    const plan = this.#plans?.get(number);
    const [distance, wanted] = plan === undefined ? [0, PLAIN] : this.#choose(plan, value);
    const like = this.#like(distance);
    const scale = this.#scale(like, wanted);
    const guess = like !== undefined && sameScale(like.scale, scale) ? like : undefined;
    const channel: Channel = {
      ...{
        scale,
        last: guess?.last ?? 0,
        change: 0,
        mean: guess?.mean ?? 0,
        missLast: 0,
        missLine: 0,
        sign: 0,
        base: -1,
      },
      ...{ k: guess?.k ?? 0, steady: guess?.steady ?? true, high: guess?.high ?? 0, low: guess?.low ?? 0 },
    };
    this.#byNumber.set(number, channel);
    this.#inOrder.push(channel);
    if (scale.kind === SCALE.RAW) return this.#raw(channel, value);
    if (encoding) split(scale, value);
    const { k } = parts;
    const context = guess === undefined ? Math.min(3, scale.decimals) : 4;
    const off = parts.n - channel.last;
    const size = this.#firsts.code(this.#coder, context, Math.abs(off), encoding);
    const negative = size === 0 ? 0 : this.#flag(this.#firstSigns, guess === undefined ? 0 : 1, off < 0);
    channel.last += negative === 1 ? -size : size;
    if (channel.last >= LARGEST || channel.last <= -LARGEST) throw malformed('value', 'first value is out of bounds');
    if (guess === undefined) channel.mean = Math.min(8, bitLength(size)) * 2;
    return join(scale, channel.last, scale.kind === SCALE.DECIMAL ? 0 : this.#correction(channel, k));
  }

  /** Where the encoder finds the best guess for a first value, and the scale it then uses. */
  #choose({ scale: own, values }: Plan, value: number): [distance: number, scale: Scale] {
    split(own, value);
    let least = bitLength(Math.abs(parts.n)) + SCALE_COST + (this.#distance === 0 ? 0 : CHANGE_COST);
    let best: [number, Scale] = [0, own];
    for (let distance = 1; distance <= Math.min(LOOK_BACK, this.#inOrder.length); distance++) {
      const like = this.#inOrder[this.#inOrder.length - distance] as Channel;
      // More decimals than needed carry a value as well.
      const suits = own.kind === SCALE.DECIMAL && like.scale.kind === own.kind && like.scale.decimals > own.decimals;
      if (!suits && !sameScale(like.scale, own)) continue;
      if (own.kind !== SCALE.RAW && !split(like.scale, value)) continue;
      let bits = own.kind === SCALE.RAW ? 0 : bitLength(Math.abs(parts.n - like.last));
      if (distance !== this.#distance) bits += CHANGE_COST;
      if (suits) bits += (like.scale.decimals - own.decimals) * DECIMAL_COST * (values - 1);
      if (bits < least) [least, best] = [bits, [distance, like.scale]];
    }
    return best;
  }

  /** The channel that this one is like; undefined for none. */
  #like(wanted: number): Channel | undefined {
    const known = this.#inOrder.length;
    if (known === 0) return undefined;
    const context = this.#distance === 0 ? 0 : 1;
    if (this.#flag(this.#sameDistance, context, wanted === this.#distance) === 0) {
      this.#distance = this.#distances.code(this.#coder, 0, wanted, this.#plans !== undefined);
      if (this.#distance > known) throw malformed('channel', `like the ${this.#distance}th before, of ${known}`);
    }
    return this.#distance === 0 ? undefined : this.#inOrder[known - this.#distance];
  }

  #scale(like: Channel | undefined, wanted: Scale): Scale {
    const coder = this.#coder;
    if (like !== undefined && this.#flag(this.#sameScale, 0, sameScale(like.scale, wanted)) === 1) return like.scale;
    const encoding = this.#plans !== undefined;
    let kind = 0;
    while (kind < SCALE.RAW && this.#flag(this.#kinds, kind, wanted.kind > kind) === 1) kind++;
    if (kind === SCALE.RAW) return { ...PLAIN, kind };
    let tree = 1;
    for (let i = 3; i >= 0; i--)
      tree = tree * 2 + this.#flag(this.#decimalTrees, this.#decimals * 16 + tree, ((wanted.decimals >> i) & 1) === 1);
    const decimals = tree - 16;
    if (decimals > MOST_DECIMALS) throw malformed('channel', `${decimals} decimals; at most ${MOST_DECIMALS}`);
    this.#decimals = decimals;
    if (kind !== SCALE.GRID) return { kind, decimals, a: 1, b: 1 };
    const a = plainNumber(coder, wanted.a, encoding);
    const b = plainNumber(coder, wanted.b, encoding);
    if (a < 1 || a > MOST_GRID_STEP || b < 1 || b > MOST_GRID_DIVISOR)
      throw malformed('channel', `a grid of ${a}/${b}`);
    return { kind, decimals, a, b };
  }

  #correction(channel: Channel, wanted: number): number {
    const same = this.#flag(this.#steady, channel.steady ? 1 : 0, wanted === channel.k) === 1;
    channel.steady = same;
    if (same) return channel.k;
    const context = Math.min(3, bitLength(Math.abs(channel.k)));
    const k = unfold(this.#corrections.code(this.#coder, context, fold(wanted), this.#plans !== undefined));
    if (Math.abs(k) >= LARGEST_CORRECTION) throw malformed('value', `correction ${k} is out of bounds`);
    channel.k = k;
    return k;
  }

  /** The eight bytes of a double, each against the same byte of the last one. */
  #raw(channel: Channel, value: number): number {
    double.setFloat64(0, value);
    const high = this.#word((double.getUint32(0) ^ channel.high) >>> 0, 0);
    const low = this.#word((double.getUint32(4) ^ channel.low) >>> 0, 4);
    channel.high = (channel.high ^ high) >>> 0;
    channel.low = (channel.low ^ low) >>> 0;
    double.setUint32(0, channel.high);
    double.setUint32(4, channel.low);
    const result = double.getFloat64(0);
    if (!Number.isFinite(result)) throw malformed('value', 'not a finite number');
    return result;
  }

  #word(word: number, firstByte: number): number {
    let result = 0;
    for (let b = 0; b < 4; b++) {
      const byte = (word >>> (24 - b * 8)) & 255;
      let tree = 1;
      for (let i = 7; i >= 0; i--)
        tree = tree * 2 + this.#flag(this.#bytes, (firstByte + b) * 256 + tree, ((byte >> i) & 1) === 1);
      result = result * 256 + (tree - 256);
    }
    return result;
  }

  #flag(counters: Counters, i: number, set: boolean): number {
    const bit = this.#coder.bit(counters.p[i] as number, set ? 1 : 0);
    counters.learn(i, bit);
    return bit;
  }
}
