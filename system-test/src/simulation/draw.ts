/** Chance from one seed. A stream for each purpose, so that another draw for one of them changes none of the others. */
import { type Random, seededRandom } from '@karez/model';

export class Draw implements Random {
  readonly #seed: number;
  readonly #random: Random;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#random = seededRandom(this.#seed);
  }

  /** A stream of its own. */
  stream(name: string): Draw {
    let hash = this.#seed ^ 0x9e3779b9;
    for (const c of name) hash = Math.imul(hash ^ (c.codePointAt(0) as number), 0x01000193) >>> 0;
    return new Draw(hash);
  }

  next(): number {
    return this.#random.next();
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number, both ends included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }
}
