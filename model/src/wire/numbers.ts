/**
 * Whole numbers made of decisions: the count of bits one by one, each learnt; the two bits below the leading one
 * learnt; the rest plain. For everything in a batch that comes once in a while. docs/protocol/batch.md, section "Numbers".
 */
import { KarezError } from '../errors.ts';
import { type Coder, Counters } from './range-coder.ts';

/** No number of a batch has more bits. */
export const MOST_BITS = 53;
/** Counters of one context: one for each count of bits, then three for the two bits below the leading one of each. */
const STRIDE = (MOST_BITS + 1) * 4;
/** Plain bits that a coder takes at a time. */
const MOST_PLAIN = 24;
/** Decisions that the first chances are worth. */
const WORTH = 2;

/** How many bits a number has: 0 for 0, 1 for 1, 2 for 2 and 3. */
export function bitLength(value: number): number {
  return value < 4_294_967_296 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 4_294_967_296));
}

/** Numbers of one kind, in a number of contexts. */
export class Numbers {
  readonly #counters: Counters;

  /**
   * @param chances for each context, in 65,536ths, how likely a number has more bits than it is known to have: by that
   * count of bits, the last of the list for all beyond.
   */
  constructor(chances: readonly (readonly number[])[]) {
    this.#counters = new Counters(chances.length * STRIDE);
    chances.forEach((list, context) => {
      const from = context * STRIDE;
      this.#counters.p.fill(list.at(-1) as number, from, from + MOST_BITS + 1);
      this.#counters.p.set(list, from);
      this.#counters.n.fill(WORTH, from, from + MOST_BITS + 1);
    });
  }

  /**
   * Codes a whole number from 0 to 2^53 − 1.
   * @param value ignored by a decoder.
   * @returns the number.
   */
  code(coder: Coder, context: number, value: number, encoding: boolean): number {
    const counters = this.#counters;
    const base = context * STRIDE;
    const bits = encoding ? bitLength(value) : MOST_BITS;
    let n = 0;
    for (; n < MOST_BITS; n++) {
      const i = base + n;
      const more = coder.bit(counters.p[i] as number, n < bits ? 1 : 0);
      counters.learn(i, more);
      if (more === 0) break;
    }
    if (n <= 1) return n;
    let result = 1;
    let rest = n - 1;
    let tree = base + (MOST_BITS + 1) + n * 3 - 3;
    for (let i = 0; i < 2 && rest > 0; i++) {
      rest--;
      const bit = coder.bit(counters.p[tree] as number, encoding ? bitAt(value, rest) : 0);
      counters.learn(tree, bit);
      result = result * 2 + bit;
      tree += 1 + bit;
    }
    return plainBits(coder, result, rest, value, encoding);
  }
}

/** Bit `i` of a number that has more bits than that. */
export function bitAt(value: number, i: number): number {
  return value < 4_294_967_296 ? (value >>> i) & 1 : Math.floor(value / 2 ** i) % 2;
}

/** Continues `high` with the low `count` bits of `value`, plain, at most 24 at a time. */
export function plainBits(coder: Coder, high: number, count: number, value: number, encoding: boolean): number {
  let result = high;
  let rest = count;
  for (; rest > MOST_PLAIN; rest -= MOST_PLAIN) {
    const chunk = encoding ? Math.floor(value / 2 ** (rest - MOST_PLAIN)) % 2 ** MOST_PLAIN : 0;
    result = result * 2 ** MOST_PLAIN + coder.plain(MOST_PLAIN, chunk);
  }
  return rest === 0 ? result : result * (1 << rest) + coder.plain(rest, encoding ? value % (1 << rest) : 0);
}

/** Whole numbers of either sign: 0, −1, 1, −2, 2 … become 0, 1, 2, 3, 4 …. */
export function fold(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

/** The reverse of `fold`. */
export function unfold(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

export function malformed(where: string, message: string): KarezError {
  return new KarezError('BATCH_MALFORMED', `${where}: ${message}`, { where });
}
