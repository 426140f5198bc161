/** Numbers that come once in a while: their count of bits, then their bits. Source: docs/protocol/batch.md, "Numbers". */
import { Counters, decide } from './counters.ts';
import { type Decisions, plain } from './decisions.ts';
import { NUMBERS, type NumberKind } from './first-chances.ts';

/** The longest number has this many binary digits. */
export const LONGEST_BITS = 53;

/** How many binary digits x ≥ 0 has; 0 for 0. */
export function bits(x: number): number {
  return x < 2 ** 32 ? 32 - Math.clz32(x) : 32 + bits(Math.floor(x / 2 ** 32));
}

/** 0, 1, 2, 3, 4 … are 0, −1, 1, −2, 2 … */
export function unfold(x: number): number {
  return x % 2 === 0 ? x / 2 : -(x + 1) / 2;
}

/** The digits of a number whose count of digits is known. */
export class Digits {
  readonly #chance: number;
  readonly #n: number;
  readonly #top: Counters[] = [];

  constructor(chance: number, n: number) {
    this.#chance = chance;
    this.#n = n;
  }

  read(from: Decisions, count: number): number {
    if (count <= 1) return count;
    this.#top[count] ??= new Counters([this.#chance], this.#n);
    const top = this.#top[count];
    const first = decide(from, top.at(0));
    let value = 2 + first;
    if (count >= 3) value = 2 * value + decide(from, top.at(1 + first));
    if (count >= 4) value = value * 2 ** (count - 3) + plain(from, count - 3);
    return value;
  }
}

/** One kind of number, with its contexts. */
class Kind {
  readonly #contexts: { more: Counters; digits: Digits }[];

  constructor(chances: readonly (readonly number[])[]) {
    this.#contexts = chances.map((list) => ({ more: new Counters(list, 2), digits: new Digits(32768, 0) }));
  }

  read(from: Decisions, context: number): number {
    const { more, digits } = this.#contexts[context] as { more: Counters; digits: Digits };
    let count = 0;
    while (count < LONGEST_BITS && decide(from, more.at(count)) === 1) count += 1;
    return digits.read(from, count);
  }
}

/** All kinds of numbers of one batch. */
export class Numbers {
  readonly #kinds = new Map<NumberKind, Kind>();

  read(from: Decisions, name: NumberKind, context = 0): number {
    const kind = this.#kinds.get(name) ?? new Kind(NUMBERS[name]);
    this.#kinds.set(name, kind);
    return kind.read(from, context);
  }
}
