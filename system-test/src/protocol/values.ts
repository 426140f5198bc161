/**
 * The values of the channels. Source: docs/protocol/batch.md, "Values", "First value of a channel", "Later values",
 * "Corrections" and "Raw doubles".
 */
import { Counters, decide, tree } from './counters.ts';
import type { Decisions } from './decisions.ts';
import { COUNTERS } from './first-chances.ts';
import { bits, LONGEST_BITS, type Numbers, unfold } from './numbers.ts';
import { refuseUnless } from './refusal.ts';
import { rebuilt, type Scale, Scales } from './scales.ts';
import { newOwn, type Own, Sizes } from './sizes.ts';

/** How many binary digits 1.0 has with so many decimals, nearly. */
const DIGITS_OF_ONE = [0, 3, 7, 10, 13, 17, 20, 23, 27, 30, 33, 37, 40, 43, 47, 50] as const;
const NUMBERS_END = 2 ** 50;
const CORRECTIONS_END = 2 ** 30;
const MISS_AT_MOST = 2 ** 24;

interface Channel {
  scale: Scale;
  last: number;
  change: number;
  mean: number;
  missLast: number;
  missLine: number;
  sign: 0 | 1 | 2;
  spread: number;
  k: number;
  steady: 0 | 1;
  raw: bigint;
  own: Own | undefined;
}

export class Values {
  readonly #from: Decisions;
  readonly #numbers: Numbers;
  readonly #scales: Scales;
  readonly #sizes: Sizes;
  readonly #channels = new Map<number, Channel>();
  /** In the order of their first values. */
  readonly #list: Channel[] = [];
  #alike: 0 | 1 = 0;
  #distance = 1;
  readonly #like = new Counters(COUNTERS.like.p, COUNTERS.like.n);
  readonly #sameDistance = new Counters(COUNTERS.sameDistance.p, COUNTERS.sameDistance.n);
  readonly #notZero = new Counters(COUNTERS.notZero.p, COUNTERS.notZero.n);
  readonly #magnitude = new Counters(COUNTERS.magnitude.p, COUNTERS.magnitude.n);
  readonly #firstSign = new Counters(COUNTERS.firstSign.p, COUNTERS.firstSign.n);
  readonly #missSign = new Counters(COUNTERS.missSign.p, COUNTERS.missSign.n);
  readonly #steady = new Counters(COUNTERS.steady.p, COUNTERS.steady.n);
  readonly #rawBytes = Array.from({ length: 8 }, () => new Counters(COUNTERS.rawByte.p, COUNTERS.rawByte.n));

  constructor(from: Decisions, numbers: Numbers) {
    this.#from = from;
    this.#numbers = numbers;
    this.#scales = new Scales(from, numbers);
    this.#sizes = new Sizes(from);
  }

  /** The next value of the channel of this number. */
  read(number: number): number {
    let channel = this.#channels.get(number);
    if (channel === undefined) {
      channel = this.#first();
      this.#channels.set(number, channel);
    } else if (channel.scale.kind !== 'RAW') this.#later(channel);
    if (channel.scale.kind === 'RAW') return this.#rawDouble(channel);
    if (channel.scale.kind !== 'DECIMAL') this.#correct(channel);
    return rebuilt(channel.scale, channel.last, channel.k);
  }

  /** A channel that has its first number, unless its scale is RAW. */
  #first(): Channel {
    const other = this.#likeWhich();
    const channel: Channel = {
      scale: other?.scale ?? this.#scales.read(),
      last: 0,
      change: 0,
      mean: other?.mean ?? 0,
      missLast: 0,
      missLine: 0,
      sign: 0,
      spread: 0,
      k: other?.k ?? 0,
      steady: other?.steady ?? 1,
      raw: other?.raw ?? 0n,
      own: undefined,
    };
    this.#list.push(channel);
    if (channel.scale.kind === 'RAW') return channel;
    if (other === undefined) {
      const n = this.#far(channel.scale.decimals);
      channel.last = n;
      channel.mean = Math.min(16384, Math.floor(Math.abs(n) / 32) + 3);
      channel.spread = 2 ** Math.min(28, 4 + Math.max(0, bits(Math.abs(n)) - 3));
    } else {
      const miss = this.#near(other.spread);
      channel.last = other.last + miss;
      channel.spread = Math.floor((other.spread + 16 * Math.min(MISS_AT_MOST, Math.abs(miss))) / 2);
    }
    refuseNumberOutside(channel.last);
    return channel;
  }

  #likeWhich(): Channel | undefined {
    const known = this.#list.length;
    if (known === 0) return undefined;
    this.#alike = decide(this.#from, this.#like.at(this.#alike));
    if (this.#alike === 0) return undefined;
    if (decide(this.#from, this.#sameDistance.at(0)) === 0) {
      this.#distance = this.#numbers.read(this.#from, 'distances') + 1;
    }
    refuseUnless(this.#distance <= known, 'like no channel');
    return this.#list[known - this.#distance];
  }

  #far(decimals: number): number {
    if (decide(this.#from, this.#notZero.at(decimals === 0 ? 0 : 1)) === 0) return 0;
    const one = DIGITS_OF_ONE[decimals] as number;
    let count = 1;
    while (count < LONGEST_BITS) {
      const longer = Math.min(25, Math.max(0, count - one + 10));
      if (decide(this.#from, this.#magnitude.at(longer)) === 0) break;
      count += 1;
    }
    const size = this.#sizes.rest(count);
    return decide(this.#from, this.#firstSign.at(0)) === 1 ? -size : size;
  }

  #near(spread: number): number {
    const size = this.#sizes.read(spread);
    if (size === 0) return 0;
    return decide(this.#from, this.#firstSign.at(1)) === 1 ? -size : size;
  }

  #later(channel: Channel): void {
    channel.own ??= newOwn();
    const line = 4 * channel.missLine < 3 * channel.missLast ? 1 : 0;
    const guess = line === 1 ? channel.last + channel.change : channel.last;
    const size = this.#sizes.read(channel.mean, channel.own);
    const tooHigh = size > 0 && decide(this.#from, this.#missSign.at(2 * channel.sign + line)) === 1;
    const n = tooHigh ? guess - size : guess + size;
    refuseNumberOutside(n);
    const change = n - channel.last;
    channel.missLast = faded(channel.missLast, change);
    channel.missLine = faded(channel.missLine, change - channel.change);
    channel.mean = Math.floor((channel.mean + 16 * Math.min(MISS_AT_MOST, size)) / 2);
    channel.sign = size === 0 ? 0 : tooHigh ? 2 : 1;
    channel.change = change;
    channel.last = n;
  }

  #correct(channel: Channel): void {
    channel.steady = decide(this.#from, this.#steady.at(channel.steady));
    if (channel.steady === 1) return;
    const context = Math.min(3, bits(Math.abs(channel.k)));
    channel.k = unfold(this.#numbers.read(this.#from, 'corrections', context));
    refuseUnless(Math.abs(channel.k) < CORRECTIONS_END, 'too large a correction');
  }

  #rawDouble(channel: Channel): number {
    const change = this.#rawBytes.map((counters) => tree(this.#from, counters, 8));
    channel.raw ^= BigInt(`0x${Buffer.from(change).toString('hex')}`);
    const value = new Float64Array(BigUint64Array.of(channel.raw).buffer)[0] as number;
    refuseUnless(Number.isFinite(value), 'not a finite double');
    return value;
  }
}

/** A running sum of misses with one more. */
function faded(sum: number, miss: number): number {
  return Math.floor((3 * sum) / 4) + 4 * Math.min(MISS_AT_MOST, Math.abs(miss));
}

function refuseNumberOutside(n: number): void {
  refuseUnless(Math.abs(n) < NUMBERS_END, 'too large a number');
}
