/**
 * The qualities of a batch: mostly those that the same channels had before, so a sample says with one decision that
 * nothing changed. docs/protocol/batch.md, section "Qualities".
 */
import type { Readings } from '../reading.ts';
import { type Coder, Counters } from './range-coder.ts';
import type { ShapeState } from './shapes.ts';

/** What is remembered of one channel's quality: its bits, and how many readings ago they last changed, up to 3. */
interface QualityState {
  bits: number;
  age: number;
}

/** Chances of a sample whose qualities are all as before, after one of its shape that was and after one that was not. */
const SAME_CHANCES = [62_000, 62_000];
const SAME_WORTH = 2;
/** Chances of a change, where the channel before in the sample did not change and where it did. */
const CHANGE_CHANCES = [12_000, 28_000];
/** Chances of a 1 in the tree of six bits, highest first: ABSENT is the most likely, then one of the checks' bits. */
const BIT_CHANCE = 8_000;
const BIT_CHANCES: readonly [node: number, chance: number][] = [
  [2, 45_000],
  [4, 22_000],
  [8, 22_000],
  [16, 30_000],
  [32, 55_000],
];

export class Qualities {
  readonly #coder: Coder;
  readonly #encoding: boolean;
  readonly #of = new Map<number, QualityState>();
  readonly #same = Counters.of(SAME_CHANCES, SAME_WORTH);
  readonly #changes = Counters.of(
    Array.from({ length: 16 }, (_, i) => CHANGE_CHANCES[i % 2] as number),
    1,
  );
  readonly #bits = new Counters(64, BIT_CHANCE, 1);

  constructor(coder: Coder, encoding: boolean) {
    this.#coder = coder;
    this.#encoding = encoding;
    for (const [node, chance] of BIT_CHANCES) this.#bits.p[node] = chance;
  }

  /** Codes the qualities of a sample of shape `state` in rows `from` to `to`. */
  code(state: ShapeState, { channel, quality }: Readings, from: number, to: number): void {
    const known = this.#of;
    let same = true;
    if (this.#encoding) {
      for (let i = from; same && i < to; i++) same = (known.get(channel[i] as number)?.bits ?? 0) === quality[i];
    }
    same = this.#same.code(this.#coder, state.sameQualities ? 0 : 1, same) === 1;
    state.sameQualities = same;
    let neighbour = 0;
    for (let i = from; i < to; i++) {
      const number = channel[i] as number;
      let q = known.get(number);
      if (same) {
        quality[i] = q?.bits ?? 0;
        if (q !== undefined && q.age < 3) q.age++;
        continue;
      }
      if (q === undefined) {
        q = { bits: 0, age: 3 };
        known.set(number, q);
      }
      neighbour = this.#one(q, neighbour, quality[i] as number);
      quality[i] = q.bits;
    }
  }

  /** @returns 1 where the quality changed. */
  #one(state: QualityState, neighbour: number, wanted: number): number {
    const context = (state.bits === 0 ? 0 : 8) + state.age * 2 + neighbour;
    if (this.#changes.code(this.#coder, context, wanted !== state.bits) === 0) {
      if (state.age < 3) state.age++;
      return 0;
    }
    let tree = 1;
    for (let i = 5; i >= 0; i--) tree = tree * 2 + this.#bits.code(this.#coder, tree, ((wanted >> i) & 1) === 1);
    state.bits = tree - 64;
    state.age = 0;
    return 1;
  }
}
