/** Sizes, told by steps up or down from what is expected. Source: docs/protocol/batch.md, "Sizes". */
import { type Counter, Counters, decide, learn } from './counters.ts';
import type { Bit, Decisions } from './decisions.ts';
import { rowChances } from './first-chances.ts';
import { bits, Digits, LONGEST_BITS } from './numbers.ts';

const LAST_ROW = 40;
const LAST_STEP = 7;
const LAST_OWN = 15;

/** The counters that a channel has for itself. */
export interface Own {
  up: Counter[];
  down: Counter[];
}

export function newOwn(): Own {
  const fresh = () => Array.from({ length: LAST_OWN + 1 }, () => ({ p: 0, n: 0 }));
  return { up: fresh(), down: fresh() };
}

export class Sizes {
  readonly #from: Decisions;
  readonly #rows = Array.from({ length: LAST_ROW + 1 }, (_, row) => {
    const { up, down } = rowChances(row);
    return { up: new Counters(up, 3), down: new Counters(down, 3) };
  });
  readonly #digits = new Digits(29500, 2);

  constructor(from: Decisions) {
    this.#from = from;
  }

  /** A size where `mean` sixteenths are expected. */
  read(mean: number, own?: Own): number {
    const index = rowOf(mean);
    const row = this.#rows[index] as { up: Counters; down: Counters };
    let count = index < 2 ? 0 : Math.floor(index / 2);
    let step = 0;
    if (this.#more(row.up.at(0), own?.up, count) === 1) {
      count += 1;
      while (count < LONGEST_BITS) {
        step = Math.min(LAST_STEP, step + 1);
        if (this.#more(row.up.at(step), own?.up, count) === 0) break;
        count += 1;
      }
    } else {
      while (count > 0 && this.#more(row.down.at(step), own?.down, count - 1) === 0) {
        step = Math.min(LAST_STEP, step + 1);
        count -= 1;
      }
    }
    return this.rest(count);
  }

  /** A size of this many binary digits. */
  rest(count: number): number {
    return this.#digits.read(this.#from, count);
  }

  /** Whether the size has more than `digits` binary digits. */
  #more(shared: Counter, list: Counter[] | undefined, digits: number): Bit {
    const own = list?.[Math.min(LAST_OWN, digits)];
    if (own === undefined) return decide(this.#from, shared);
    if (own.n === 0) {
      own.p = shared.p;
      own.n = 1;
    }
    const bit = this.#from.decide(Math.floor((shared.p + own.p) / 2));
    learn(shared, bit);
    learn(own, bit);
    return bit;
  }
}

/** Two rows for each doubling of a mean, in sixteenths. */
function rowOf(mean: number): number {
  if (mean < 4) return 0;
  if (mean < 8) return 1;
  if (mean < 16) return 2;
  const m = bits(mean);
  return Math.min(LAST_ROW, 2 * m - 7 + (Math.floor(mean / 2 ** (m - 2)) % 2));
}
