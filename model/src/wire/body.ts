/**
 * The body of a batch: samples in the order of their sequence numbers, each with its shape (which channels), its time,
 * its qualities and its values. One routine serves both directions: where it decodes, `coder` gives back what was coded.
 * docs/protocol/batch.md, section "Body".
 */
import { QUALITY, type Readings } from '../reading.ts';
import { Channels } from './channels.ts';
import { codeStart, LATEST_MS, type Start } from './head.ts';
import type { Layout } from './layout.ts';
import { bitLength, fold, malformed, Numbers, unfold } from './numbers.ts';
import { Qualities } from './qualities.ts';
import type { Coder } from './range-coder.ts';
import { type ShapeState, Shapes } from './shapes.ts';

/** A sample's time in a block: chance of more bits, for each context. */
const TIME_CHANCES = [[6_000], [30_000], [45_000], [50_000], [50_000], [48_000]];
/** Sequence numbers left out before a sample: chance of more bits. */
const GAP_CHANCES = [1_000];

export class Body {
  readonly #coder: Coder;
  readonly #encoding: boolean;
  readonly #readings: Readings;
  readonly #layout: Layout | undefined;
  readonly #shapes: Shapes;
  readonly #channels: Channels;
  readonly #qualities: Qualities;
  #start: Start = { unitMs: 1, ticks: 0 };

  readonly #gaps = new Numbers([GAP_CHANCES]);
  readonly #times = new Numbers(TIME_CHANCES);

  constructor(coder: Coder, readings: Readings, layout?: Layout) {
    this.#coder = coder;
    this.#encoding = layout !== undefined;
    this.#readings = readings;
    this.#layout = layout;
    this.#shapes = new Shapes(coder, this.#encoding, readings.channel);
    this.#qualities = new Qualities(coder, this.#encoding);
    this.#channels = new Channels(coder, layout?.plans);
  }

  /** Codes `count` readings that start with sequence number `firstSeq`. */
  code(count: number, firstSeq: number): void {
    const { seq, timeMs } = this.#readings;
    const wanted = { unit: this.#layout?.unit ?? 0, timeMs: timeMs[0] as number };
    this.#start = codeStart(this.#coder, this.#encoding, wanted);
    let previous: ShapeState | undefined;
    let next = firstSeq;
    for (let row = 0, sample = 0; row < count; sample++) {
      const gap = row === 0 ? 0 : this.#gaps.code(this.#coder, 0, (seq[row] as number) - next, this.#encoding);
      const first = next + gap;
      const state = this.#shapes.code(previous, row, this.#layout?.ends[sample] ?? 0, count - row);
      if (first > Number.MAX_SAFE_INTEGER - state.size + 1) throw malformed('seq', `${first} is too large`);
      const time = this.#time(state, previous, row);
      const rows = this.#list(state.shape, row, first, time);
      this.#qualities.code(state, this.#readings, row, rows);
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
    const guess = state.seen ? state.ticks + state.step : (previous?.ticks ?? this.#start.ticks);
    const ticks = (this.#readings.timeMs[row] as number) / this.#start.unitMs;
    let miss = 0;
    if (row > 0) {
      const context = state.seen ? state.timeContext : 5;
      miss = unfold(this.#times.code(this.#coder, context, fold(ticks - guess), this.#encoding));
    }
    const now = guess + miss;
    const time = now * this.#start.unitMs;
    if (time < 0 || time >= LATEST_MS) throw malformed('time', `${time} is no time`);
    if (state.seen) {
      state.step = now - state.ticks;
      state.timeContext = Math.min(4, Math.ceil(bitLength(Math.abs(miss)) / 3));
    }
    state.seen = true;
    state.ticks = now;
    return time;
  }
}
