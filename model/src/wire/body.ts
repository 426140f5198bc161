/**
 * The body of a batch: samples in the order of their sequence numbers, each with its shape (which channels), its time
 * and its values. One routine serves both directions: where it decodes, `coder` gives back what was coded.
 * docs/protocol/batch.md, section "Body".
 */
import { LIMITS } from '../limits.ts';
import { QUALITY, QUALITY_MASK, type Readings } from '../reading.ts';
import { LARGEST, type Layout, MOST_DECIMALS, POWERS, RAW } from './layout.ts';
import { bitLength, fold, malformed, Numbers, unfold } from './numbers.ts';
import { type Coder, Models } from './range-coder.ts';

/** Runs of consecutive channel numbers that a sample is made of: first, count, first, count, …. */
type Shape = number[];

interface ShapeState {
  shape: Shape;
  seen: boolean;
  /** Time of its last sample, in units since the start, and the step before that. */
  ticks: number;
  step: number;
  /** Context for the next time: how far off the last guess was. */
  context: number;
  /** The shape that followed last time. */
  next: number;
}

interface Channel {
  mode: number;
  predictor: number;
  /** Last scaled value and last change of it. */
  last: number;
  change: number;
  /** Bit counts of the last two residuals. */
  one: number;
  two: number;
  sign: number;
  quality: number;
  /** The two halves of the last double, for RAW. */
  high: number;
  low: number;
  started: boolean;
}

const double = new DataView(new ArrayBuffer(8));

export class Body {
  readonly #coder: Coder;
  readonly #encoding: boolean;
  readonly #readings: Readings;
  #startMs = 0;
  #unitMs = 1;
  readonly #layout: Layout | undefined;
  readonly #shapes: ShapeState[] = [];
  readonly #shapeIndex = new Map<string, number>();
  readonly #channels = new Map<number, Channel>();
  /** What stood last at each place of a run of a given length: a good first guess for the next device of the kind. */
  readonly #template = new Map<number, Channel>();

  readonly #flags = new Models(8);
  readonly #shapeNumbers = new Numbers(4);
  readonly #seqGaps = new Numbers(1, () => 1_300);
  readonly #times = new Numbers(8, moreTime);
  readonly #modes = new Models(17 * 16);
  readonly #predictors = new Models(3);
  readonly #firsts = new Numbers(2, moreFirst);
  readonly #signs = new Models(3 + 3);
  readonly #values = new Numbers(VALUE_CONTEXTS, moreValue);
  readonly #sameQuality = new Models(2);
  readonly #qualities = new Models(64);
  readonly #bytes = new Models(8 * 256);

  constructor(coder: Coder, readings: Readings, layout?: Layout) {
    this.#coder = coder;
    this.#encoding = layout !== undefined;
    this.#readings = readings;
    this.#layout = layout;
    this.#flags.expect(0, 4_000);
    this.#sameQuality.expect(0, 1_300);
    this.#sameQuality.expect(1, 6_000);
  }

  /** Codes `count` readings that start with sequence number `firstSeq`. */
  code(count: number, firstSeq: number): void {
    const { seq } = this.#readings;
    this.#startMs = this.#number(this.#times, 7, this.#readings.timeMs[0] as number);
    this.#unitMs = this.#number(this.#times, 6, (this.#layout?.unitMs ?? 1) - 1) + 1;
    if (this.#startMs >= LARGEST || this.#unitMs >= LARGEST) throw malformed('time', 'start or unit is out of bounds');
    let previous: ShapeState | undefined;
    let expectedSeq = firstSeq;
    for (let row = 0, sample = 0; row < count; sample++) {
      const end = this.#layout?.ends[sample] ?? 0;
      const gap = this.#number(this.#seqGaps, 0, (seq[row] as number) - expectedSeq);
      const state = this.#shape(previous, row, end, count - row);
      this.#time(state, previous, row);
      const timeMs = this.#startMs + state.ticks * this.#unitMs;
      if (timeMs < 0 || timeMs >= LARGEST) throw malformed('time', `${timeMs} is no time`);
      let s = expectedSeq + gap;
      if (s > Number.MAX_SAFE_INTEGER - LIMITS.batchReadings) throw malformed('seq', 'a sequence number is too large');
      for (let r = 0; r < state.shape.length; r += 2) {
        const first = state.shape[r] as number;
        const length = state.shape[r + 1] as number;
        for (let k = 0; k < length; k++, row++) {
          this.#reading(row, first + k, length, k);
          if (!this.#encoding) {
            this.#readings.seq[row] = s++;
            this.#readings.timeMs[row] = timeMs;
            this.#readings.channel[row] = first + k;
          }
        }
      }
      expectedSeq = (seq[row - 1] as number) + 1;
      previous = state;
    }
  }

  #number(numbers: Numbers, context: number, value: number): number {
    return numbers.code(this.#coder, context, value, this.#encoding);
  }

  #shape(previous: ShapeState | undefined, row: number, end: number, left: number): ShapeState {
    const shapes = this.#shapes;
    let index = 0;
    let shape: Shape = [];
    if (this.#encoding) {
      shape = runs(this.#readings.channel, row, end);
      index = this.#shapeIndex.get(shape.join()) ?? shapes.length;
    }
    const guess = previous?.next ?? 0;
    if (previous !== undefined && this.#coder.bit(this.#flags, 0, index === guess ? 0 : 1) === 0) index = guess;
    else if (shapes.length > 0) {
      // Counted from the newest back, with 0 for a new one.
      const back = this.#number(this.#shapeNumbers, 0, shapes.length - index);
      if (back > shapes.length) throw malformed('shape', `number ${back} of ${shapes.length}`);
      index = shapes.length - back;
    }
    if (previous !== undefined) previous.next = index;
    if (index < shapes.length) {
      const known = shapes[index] as ShapeState;
      if (!this.#encoding && size(known.shape) > left) throw malformed('shape', 'more readings than the header says');
      return known;
    }
    if (index > shapes.length) throw malformed('shape', 'refers to a shape that never was');
    const state = { shape: this.#newShape(shape, left), seen: false, ticks: 0, step: 0, context: 0, next: index };
    if (this.#encoding) this.#shapeIndex.set(state.shape.join(), index);
    shapes.push(state);
    return state;
  }

  /** A shape that was not there yet: number of runs, then each run's start after the last and its length. */
  #newShape(given: Shape, left: number): Shape {
    const count = this.#number(this.#shapeNumbers, 1, given.length / 2 - 1) + 1;
    if (count > left) throw malformed('shape', `${count} runs for ${left} readings`);
    const shape: Shape = [];
    let after = 0;
    const before = this.#shapes.at(-1)?.shape;
    if (before !== undefined) after = (before.at(-2) as number) + (before.at(-1) as number);
    let total = 0;
    for (let r = 0; r < count; r++) {
      const first = unfold(this.#number(this.#shapeNumbers, 2, fold((given[r * 2] as number) - after))) + after;
      const length = this.#number(this.#shapeNumbers, 3, (given[r * 2 + 1] as number) - 1) + 1;
      total += length;
      if (first < 1 || first + length > 65_536) throw malformed('shape', `channels ${first} to ${first + length - 1}`);
      if (total > left) throw malformed('shape', 'more readings than the header says');
      shape.push(first, length);
      after = first + length;
    }
    return shape;
  }

  /** A sample's time in units since the start: guessed from the last of its shape and its step, or from the sample before. */
  #time(state: ShapeState, previous: ShapeState | undefined, row: number): void {
    const guess = state.seen ? state.ticks + state.step : (previous?.ticks ?? 0);
    const context = state.seen ? state.context : 5;
    const ticks = ((this.#readings.timeMs[row] as number) - this.#startMs) / this.#unitMs;
    const miss = unfold(this.#number(this.#times, context, fold(ticks - guess)));
    const now = guess + miss;
    if (Math.abs(now) >= LARGEST) throw malformed('time', 'out of bounds');
    if (state.seen) {
      state.step = now - state.ticks;
      state.context = Math.min(4, Math.ceil(bitLength(Math.abs(miss)) / 3));
    }
    state.seen = true;
    state.ticks = now;
  }

  #reading(row: number, number: number, runLength: number, place: number): void {
    const readings = this.#readings;
    let channel = this.#channels.get(number);
    if (channel === undefined) {
      const key = Math.min(runLength, 255) * 256 + Math.min(place, 255);
      channel = this.#start(number, this.#template.get(key));
      this.#channels.set(number, channel);
      this.#template.set(key, channel);
    }
    const quality = this.#quality(channel, readings.quality[row] as number);
    readings.quality[row] = quality;
    if (quality & QUALITY.ABSENT) readings.value[row] = Number.NaN;
    else if (channel.mode === RAW) readings.value[row] = this.#double(channel, readings.value[row] as number);
    else {
      const power = POWERS[channel.mode] as number;
      readings.value[row] = this.#scaled(channel, Math.round((readings.value[row] as number) * power)) / power;
    }
  }

  /** A channel's first appearance: its mode and predictor; its first value is guessed from its like. */
  #start(number: number, like: Channel | undefined): Channel {
    const mode = this.#mode(like?.mode ?? 16, this.#layout?.mode[number] ?? 0);
    if (mode > MOST_DECIMALS && mode !== RAW) throw malformed('channel', `mode ${mode} of channel ${number}`);
    const predictor = this.#coder.bit(
      this.#predictors,
      like === undefined ? 2 : like.predictor,
      this.#layout?.predictor[number] ?? 0,
    );
    const guess = like?.mode === mode && mode !== RAW ? like.last : 0;
    return {
      mode,
      predictor,
      last: guess,
      change: 0,
      one: 0,
      two: 0,
      sign: 0,
      quality: 0,
      high: 0,
      low: 0,
      started: false,
    };
  }

  #mode(context: number, mode: number): number {
    let tree = 1;
    for (let i = 3; i >= 0; i--) tree = tree * 2 + this.#coder.bit(this.#modes, context * 16 + tree, (mode >> i) & 1);
    return tree - 16;
  }

  #quality(channel: Channel, quality: number): number {
    const changed = this.#coder.bit(
      this.#sameQuality,
      channel.quality === 0 ? 0 : 1,
      quality === channel.quality ? 0 : 1,
    );
    if (changed === 1) {
      let tree = 1;
      for (let i = 5; i >= 0; i--) tree = tree * 2 + this.#coder.bit(this.#qualities, tree, (quality >> i) & 1);
      channel.quality = (tree - 64) & QUALITY_MASK;
    }
    return channel.quality;
  }

  #scaled(channel: Channel, value: number): number {
    if (!channel.started) {
      channel.started = true;
      channel.last += unfold(this.#number(this.#firsts, channel.last === 0 ? 0 : 1, fold(value - channel.last)));
      if (Math.abs(channel.last) >= LARGEST) throw malformed('value', 'too large');
      return channel.last;
    }
    const guess = channel.predictor === 1 ? channel.last + channel.change : channel.last;
    const miss = value - guess;
    const magnitude = this.#number(this.#values, valueContext(channel), Math.abs(miss));
    let residual = magnitude;
    if (magnitude !== 0) {
      const negative = this.#coder.bit(this.#signs, channel.sign, miss < 0 ? 1 : 0);
      if (negative === 1) residual = -magnitude;
      channel.sign = 1 + negative;
    }
    channel.two = channel.one;
    channel.one = bitLength(magnitude);
    channel.change = guess + residual - channel.last;
    channel.last = guess + residual;
    if (Math.abs(channel.last) >= LARGEST) throw malformed('value', 'too large');
    return channel.last;
  }

  /** The eight bytes of a double, each against the same byte of the last one. */
  #double(channel: Channel, value: number): number {
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
        tree = tree * 2 + this.#coder.bit(this.#bytes, (firstByte + b) * 256 + tree, (byte >> i) & 1);
      result = result * 256 + (tree - 256);
    }
    return result;
  }
}

/** Bit counts above this are alike. */
const CONTEXT_TOP = 7;
const VALUE_CONTEXTS = (CONTEXT_TOP + 1) * 3;

/** How large the next residual may be: by the mean of the last two, and whether they agree. */
function valueContext({ one, two }: Channel): number {
  const mean = Math.min(CONTEXT_TOP, (one + two + 1) >> 1);
  const apart = one === two ? 0 : one > two ? 1 : 2;
  return mean * 3 + apart;
}

/** Residuals are expected to be about as large as the last two. */
function moreValue(context: number, bits: number): number {
  const mean = Math.floor(context / 3);
  if (bits < mean) return 56_000;
  return bits === mean ? 24_000 : 16_000;
}

/** First values have some ten bits; those guessed from their like fewer. */
function moreFirst(context: number, bits: number): number {
  return bits < (context === 0 ? 10 : 6) ? 57_000 : 24_000;
}

/** Times are mostly where they are expected. The start (7) is a whole date, the unit (6) one, a thousand or more. */
function moreTime(context: number, bits: number): number {
  if (context === 7) return bits < 41 ? 65_400 : 600;
  if (context >= 5) return bits === 0 ? 20_000 : 52_000;
  return bits < context * 3 ? 50_000 : 10_000;
}

/** Runs of consecutive channel numbers in rows `from` to `to`. */
function runs(channel: Uint32Array, from: number, to: number): Shape {
  const shape: Shape = [];
  for (let i = from; i < to; i++) {
    const c = channel[i] as number;
    if (i > from && c === (channel[i - 1] as number) + 1) shape[shape.length - 1] = (shape.at(-1) as number) + 1;
    else shape.push(c, 1);
  }
  return shape;
}

function size(shape: Shape): number {
  let total = 0;
  for (let r = 1; r < shape.length; r += 2) total += shape[r] as number;
  return total;
}
