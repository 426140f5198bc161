/** The quality of each reading of a sample. Source: docs/protocol/batch.md, "Qualities". */
import { Counters, decide, tree } from './counters.ts';
import type { Decisions } from './decisions.ts';
import { COUNTERS } from './first-chances.ts';
import type { Shape } from './shapes.ts';

export const ABSENT = 16;
const OLD = 3;

interface State {
  bits: number;
  /** Samples since its bits changed, up to OLD. */
  age: number;
}

export class Qualities {
  readonly #from: Decisions;
  readonly #states = new Map<number, State>();
  readonly #same = new Counters(COUNTERS.same.p, COUNTERS.same.n);
  readonly #change = new Counters(COUNTERS.change.p, COUNTERS.change.n);
  readonly #bits = new Counters(COUNTERS.qualityBits.p, COUNTERS.qualityBits.n);

  constructor(from: Decisions) {
    this.#from = from;
  }

  /** Qualities of a sample of `shape`, whose channels these are, in their order. */
  read(shape: Shape, channels: readonly number[]): number[] {
    const same = decide(this.#from, this.#same.at(1 - shape.sameQualities));
    shape.sameQualities = same;
    if (same === 1) return channels.map((channel) => this.#unchanged(channel));
    let neighbour: 0 | 1 = 0;
    return channels.map((channel) => {
      const state = this.#states.get(channel) ?? { bits: 0, age: OLD };
      this.#states.set(channel, state);
      neighbour = decide(this.#from, this.#change.at((state.bits === 0 ? 0 : 8) + 2 * state.age + neighbour));
      if (neighbour === 1) {
        state.bits = tree(this.#from, this.#bits, 6);
        state.age = 0;
      } else grow(state);
      return state.bits;
    });
  }

  #unchanged(channel: number): number {
    const state = this.#states.get(channel);
    if (state === undefined) return 0;
    grow(state);
    return state.bits;
  }
}

function grow(state: State): void {
  if (state.age < OLD) state.age += 1;
}
