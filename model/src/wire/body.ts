/**
 * The body of a batch: samples in the order of their sequence numbers, each with its shape (which channels), its time,
 * its qualities and its values. One routine serves both directions: where it decodes, `coder` gives back what was coded.
 * docs/protocol/batch.md, section "Body".
 */
import { LIMITS } from '../limits.ts';
import { QUALITY, type Readings } from '../reading.ts';
import { Channels } from './channels.ts';
import { LATEST_MS, type Layout, UNITS } from './layout.ts';
import { bitLength, fold, malformed, Numbers, plainNumber, unfold } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';
import { type ShapeState, Shapes } from './shapes.ts';

/** What is remembered of one channel's quality: its bits, and how many readings ago they last changed, up to 3. */
interface QualityState {
  bits: number;
  age: number;
}

/** A sample's time in a block: chance of more bits, for each context. */
const TIME_CHANCES = [6_000, 30_000, 45_000, 50_000, 50_000, 48_000];

export class Body {
  readonly #coder: Coder;
  readonly #encoding: boolean;
  readonly #readings: Readings;
  readonly #layout: Layout | undefined;
  readonly #shapes: Shapes;
  readonly #channels: Channels;
  readonly #qualityOf = new Map<number, QualityState>();
  #startTicks = 0;
  #unitMs = 1;

  readonly #gaps = new Numbers([1_000]);
  readonly #times = new Numbers(TIME_CHANCES);
  /** A sample whose qualities are all as before, after one that was, and after one that was not. */
  readonly #sameQualities = new Counters(2, 62_000, 2);
  readonly #changes = new Counters(16, 12_000, 1);
  readonly #qualities = new Counters(64);

  constructor(coder: Coder, readings: Readings, layout?: Layout) {
    this.#coder = coder;
    this.#encoding = layout !== undefined;
    this.#readings = readings;
    this.#layout = layout;
    this.#shapes = new Shapes(coder, this.#encoding, readings.channel);
    this.#channels = new Channels(coder, layout?.channels);
  }

  /** Codes `count` readings that start with sequence number `firstSeq`. */
  code(count: number, firstSeq: number): void {
    const { seq, timeMs } = this.#readings;
    this.#unitMs = UNITS[this.#coder.plain(4, this.#layout?.unit ?? 0)] as number;
    this.#startTicks = plainNumber(this.#coder, (timeMs[0] as number) / this.#unitMs, this.#encoding);
    let previous: ShapeState | undefined;
    let next = firstSeq;
    for (let row = 0, sample = 0; row < count; sample++) {
      const gap = row === 0 ? 0 : this.#gaps.code(this.#coder, 0, (seq[row] as number) - next, this.#encoding);
      const first = next + gap;
      if (first > Number.MAX_SAFE_INTEGER - LIMITS.batchReadings) throw malformed('seq', `${first} is too large`);
      const state = this.#shapes.code(previous, row, this.#layout?.ends[sample] ?? 0, count - row);
      const time = this.#time(state, previous, row);
      const rows = this.#list(state.shape, row, first, time);
      this.#qualitiesOf(state, row, rows);
      for (; row < rows; row++) {
        const absent = ((this.#readings.quality[row] as number) & QUALITY.ABSENT) !== 0;
        this.#readings.value[row] = absent
          ? Number.NaN
          : this.#channels.code(this.#readings.channel[row] as number, this.#readings.value[row] as number);
      }
      next = first + state.size;
      previous = state;
    }
  }

  /** Where it decodes, lists the sample's sequence numbers, times and channels. @returns the row after the last. */
  #list(shape: readonly number[], row: number, firstSeq: number, time: number): number {
    const { seq, timeMs, channel } = this.#readings;
    let s = firstSeq;
    let i = row;
    for (let r = 0; r < shape.length; r += 2) {
      const first = shape[r] as number;
      const length = shape[r + 1] as number;
      if (this.#encoding) {
        i += length;
        continue;
      }
      for (let c = first; c < first + length; c++, i++) {
        seq[i] = s++;
        timeMs[i] = time;
        channel[i] = c;
      }
    }
    return i;
  }

  /** A sample's time: guessed from the last of its shape and its step, or from the sample before. */
  #time(state: ShapeState, previous: ShapeState | undefined, row: number): number {
    const guess = state.seen ? state.ticks + state.step : (previous?.ticks ?? this.#startTicks);
    const ticks = (this.#readings.timeMs[row] as number) / this.#unitMs;
    let miss = 0;
    if (row > 0) {
      const context = state.seen ? state.timeContext : 5;
      miss = unfold(this.#times.code(this.#coder, context, fold(ticks - guess), this.#encoding));
    }
    const now = guess + miss;
    const time = now * this.#unitMs;
    if (time < 0 || time >= LATEST_MS) throw malformed('time', `${time} is no time`);
    if (state.seen) {
      state.step = now - state.ticks;
      state.timeContext = Math.min(4, Math.ceil(bitLength(Math.abs(miss)) / 3));
    }
    state.seen = true;
    state.ticks = now;
    return time;
  }

  #qualitiesOf(state: ShapeState, from: number, to: number): void {
    const { channel, quality } = this.#readings;
    const known = this.#qualityOf;
    let same = 1;
    if (this.#encoding) {
      for (let i = from; same === 1 && i < to; i++) {
        if ((known.get(channel[i] as number)?.bits ?? 0) !== quality[i]) same = 0;
      }
    }
    const context = state.sameQualities ? 0 : 1;
    same = this.#coder.bit(this.#sameQualities.p[context] as number, same);
    this.#sameQualities.learn(context, same);
    state.sameQualities = same === 1;
    let neighbour = 0;
    for (let i = from; i < to; i++) {
      const number = channel[i] as number;
      let q = known.get(number);
      if (same === 1) {
        quality[i] = q?.bits ?? 0;
        if (q !== undefined && q.age < 3) q.age++;
        continue;
      }
      if (q === undefined) {
        q = { bits: 0, age: 3 };
        known.set(number, q);
      }
      neighbour = this.#quality(q, neighbour, quality[i] as number);
      quality[i] = q.bits;
    }
  }

  /** @returns 1 where the quality changed. */
  #quality(state: QualityState, neighbour: number, wanted: number): number {
    const context = (state.bits === 0 ? 0 : 8) + state.age * 2 + neighbour;
    const changed = this.#coder.bit(this.#changes.p[context] as number, wanted === state.bits ? 0 : 1);
    this.#changes.learn(context, changed);
    if (changed === 0) {
      if (state.age < 3) state.age++;
      return 0;
    }
    let tree = 1;
    for (let i = 5; i >= 0; i--) {
      const bit = this.#coder.bit(this.#qualities.p[tree] as number, (wanted >> i) & 1);
      this.#qualities.learn(tree, bit);
      tree = tree * 2 + bit;
    }
    state.bits = tree - 64;
    state.age = 0;
    return 1;
  }
}
