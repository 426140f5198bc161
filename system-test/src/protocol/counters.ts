/** Counters that learn the chance of a decision, and trees of them. Source: docs/protocol/batch.md, "Counters". */
import type { Bit, Decisions } from './decisions.ts';

export interface Counter {
  /** The chance of 1, in 65,536ths. */
  p: number;
  /** How many decisions that is worth. */
  n: number;
}

/** Counters 0, 1, 2 … of these first chances; each is made when it is first asked for. The last chance holds for all further ones. */
export class Counters {
  readonly #chances: readonly number[];
  readonly #n: number;
  readonly #made: Counter[] = [];

  constructor(chances: readonly number[], n: number) {
    this.#chances = chances;
    this.#n = n;
  }

  at(index: number): Counter {
    const made = this.#made[index];
    if (made !== undefined) return made;
    const p = this.#chances[Math.min(index, this.#chances.length - 1)] as number;
    const fresh = { p, n: this.#n };
    this.#made[index] = fresh;
    return fresh;
  }
}

export function decide(from: Decisions, counter: Counter): Bit {
  const bit = from.decide(counter.p);
  learn(counter, bit);
  return bit;
}

export function learn(counter: Counter, bit: Bit): void {
  const step = Math.floor(65536 / (2 * counter.n + 3));
  const aim = bit === 1 ? 65535 - counter.p : -counter.p;
  const p = counter.p + Math.floor((aim * step) / 32768);
  counter.p = Math.max(32, Math.min(65504, p));
  if (counter.n < 30) counter.n += 1;
}

/** A number of `width` bits, the highest first, with a counter for each path. */
export function tree(from: Decisions, counters: Counters, width: number): number {
  let node = 1;
  for (let i = 0; i < width; i++) node = 2 * node + decide(from, counters.at(node));
  return node - 2 ** width;
}
