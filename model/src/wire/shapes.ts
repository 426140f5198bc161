/**
 * The shapes of samples: which channels a device speaks of at one moment, as runs of consecutive numbers. The same few
 * shapes come again and again, mostly in the same order, so a sample names its shape by what followed last time.
 * docs/protocol/batch.md, section "Shapes".
 */
import { fold, malformed, Numbers, unfold } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';

export interface ShapeState {
  /** Runs of consecutive channel numbers: first, count, first, count, …. */
  shape: readonly number[];
  /** Readings in it. */
  size: number;
  /** Whether a sample of it had its time yet. */
  seen: boolean;
  /** Time of its last sample in units, and the step before that. */
  ticks: number;
  step: number;
  /** How far off the last guess of its time was, in thirds of bits. */
  timeContext: number;
  /** Whether the last sample's qualities were all as before. */
  sameQualities: boolean;
  /** Number of the shape that followed last time. */
  next: number;
}

export const HIGHEST_CHANNEL = 65_535;

export class Shapes {
  readonly #coder: Coder;
  readonly #encoding: boolean;
  readonly #channel: Uint32Array;
  readonly #list: ShapeState[] = [];
  readonly #numberOf = new Map<string, number>();
  readonly #other = new Counters(1, 4_000, 2);
  readonly #back = new Numbers([[45_000]]);
  readonly #runs = new Numbers([[8_000]]);
  readonly #starts = new Numbers([[20_000]]);
  /** Whether the last run takes all readings that are left. */
  readonly #rest = new Counters(1);
  readonly #lengths = new Numbers([[48_000]]);

  constructor(coder: Coder, encoding: boolean, channel: Uint32Array) {
    this.#coder = coder;
    this.#encoding = encoding;
    this.#channel = channel;
  }

  /**
   * Codes the shape of the sample that starts at `row`.
   * @param end the row after its last; an encoder knows.
   * @param left readings that the batch has from `row` on.
   */
  code(previous: ShapeState | undefined, row: number, end: number, left: number): ShapeState {
    const list = this.#list;
    let number = 0;
    let shape: number[] = [];
    if (this.#encoding) {
      const guess = previous === undefined ? undefined : list[previous.next];
      if (guess !== undefined && this.#is(guess.shape, row, end)) number = previous?.next as number;
      else {
        shape = this.#runsOf(row, end);
        number = this.#numberOf.get(shape.join()) ?? list.length;
      }
    }
    if (previous !== undefined) {
      const other = this.#other.code(this.#coder, 0, number !== previous.next);
      if (other === 0) number = previous.next;
      else {
        // Counted from the newest back, with 0 for a new one.
        const back = this.#back.code(this.#coder, 0, list.length - number, this.#encoding);
        if (back > list.length) throw malformed('shape', `the ${back}th before, of ${list.length}`);
        number = list.length - back;
      }
      previous.next = number;
    }
    const known = list[number];
    if (known === undefined) return this.#add(shape, left);
    if (known.size > left) throw malformed('shape', `${known.size} readings where ${left} are left`);
    return known;
  }

  #add(given: number[], left: number): ShapeState {
    const [shape, size] = this.#code(given, left);
    const next = this.#list.length + 1;
    const state = { shape, size, seen: false, ticks: 0, step: 0, timeContext: 1, sameQualities: true, next };
    if (this.#encoding) this.#numberOf.set(shape.join(), next - 1);
    this.#list.push(state);
    return state;
  }

  /**
   * A shape that was not there yet: number of runs, then for each how far it starts after the last, and its length. The
   * last run says first whether it takes all that is left.
   */
  #code(given: number[], left: number): [shape: number[], size: number] {
    const count = this.#runs.code(this.#coder, 0, given.length / 2 - 1, this.#encoding) + 1;
    if (count > left) throw malformed('shape', `${count} runs for ${left} readings`);
    const last = this.#list.at(-1)?.shape;
    let after = last === undefined ? 1 : (last.at(-2) as number) + (last.at(-1) as number);
    const shape: number[] = [];
    let size = 0;
    for (let r = 0; r < count; r++) {
      const skipped = fold((given[r * 2] as number) - after);
      const first = after + unfold(this.#starts.code(this.#coder, 0, skipped, this.#encoding));
      const wanted = given[r * 2 + 1] as number;
      const rest = r === count - 1 && this.#rest.code(this.#coder, 0, size + wanted === left) === 1;
      const length = rest ? left - size : this.#lengths.code(this.#coder, 0, wanted - 1, this.#encoding) + 1;
      size += length;
      if (first < 1 || first + length - 1 > HIGHEST_CHANNEL)
        throw malformed('shape', `channels ${first} to ${first + length - 1}`);
      if (length < 1 || size > left) throw malformed('shape', `${size} readings where ${left} are left`);
      shape.push(first, length);
      after = first + length;
    }
    return [shape, size];
  }

  /** Whether rows `from` to `to` have this shape. */
  #is(shape: readonly number[], from: number, to: number): boolean {
    let i = from;
    for (let r = 0; r < shape.length; r += 2) {
      const first = shape[r] as number;
      const length = shape[r + 1] as number;
      if (i + length > to) return false;
      for (let k = 0; k < length; k++) if (this.#channel[i++] !== first + k) return false;
    }
    return i === to;
  }

  /** Runs of consecutive channel numbers in rows `from` to `to`. */
  #runsOf(from: number, to: number): number[] {
    const shape: number[] = [];
    for (let i = from; i < to; i++) {
      const c = this.#channel[i] as number;
      if (i > from && c === (this.#channel[i - 1] as number) + 1)
        shape[shape.length - 1] = (shape.at(-1) as number) + 1;
      else shape.push(c, 1);
    }
    return shape;
  }
}
