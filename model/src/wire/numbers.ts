/** Whole numbers made of adaptive decisions: the count of bits one by one, the two highest bits learnt, the rest plain. */
import { KarezError } from '../errors.ts';
import { type Coder, Models } from './range-coder.ts';

const CLASSES = 54;
/** Models of one context: the bit count, then three for the two bits after the leading one, by bit count. */
const STRIDE = CLASSES + CLASSES * 3;

/** How many bits a number has: 0 for 0, 1 for 1, 2 for 2 and 3. */
export function bitLength(value: number): number {
  return value < 4_294_967_296 ? 32 - Math.clz32(value) : 32 + bitLength(Math.floor(value / 4_294_967_296));
}

/** Numbers of one kind, in a number of contexts. */
export class Numbers {
  readonly #models: Models;

  /** @param more how likely, in 65,536ths, a number in `context` has more than `bits` bits, before anything is learnt. */
  constructor(contexts: number, more?: (context: number, bits: number) => number) {
    this.#models = new Models(contexts * STRIDE);
    if (more === undefined) return;
    for (let context = 0; context < contexts; context++) {
      for (let bits = 0; bits < CLASSES; bits++) this.#models.expect(context * STRIDE + bits, more(context, bits));
    }
  }

  /**
   * Codes a whole number from 0 to 2^53 − 1.
   * @returns the number, and for the encoder the same number again.
   */
  code(coder: Coder, context: number, value: number, encoding: boolean): number {
    const base = context * STRIDE;
    const models = this.#models;
    const bits = encoding ? bitLength(value) : CLASSES;
    let n = 0;
    while (coder.bit(models, base + n, n < bits ? 1 : 0) === 1) {
      if (++n === CLASSES - 1) break;
    }
    if (n <= 1) return n;
    let rest = n - 1;
    let result = 1;
    let tree = base + CLASSES + n * 3;
    for (let i = 0; i < 2 && rest > 0; i++, rest--) {
      const bit = coder.bit(models, tree, encoding ? Math.floor(value / 2 ** (rest - 1)) % 2 : 0);
      result = result * 2 + bit;
      tree += 1 + bit;
    }
    while (rest > 0) {
      const take = Math.min(rest, 24);
      rest -= take;
      result = result * 2 ** take + coder.plain(take, encoding ? Math.floor(value / 2 ** rest) % 2 ** take : 0);
    }
    return result;
  }
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
