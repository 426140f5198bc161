/** How a value is rebuilt from whole numbers. Source: docs/protocol/batch.md, "Scale" and "Scales". */
import { Counters, decide, tree } from './counters.ts';
import type { Decisions } from './decisions.ts';
import { COUNTERS } from './first-chances.ts';
import type { Numbers } from './numbers.ts';
import { refuseUnless } from './refusal.ts';

export type Scale =
  | { kind: 'DECIMAL' | 'DOUBLE' | 'SINGLE'; decimals: number }
  | { kind: 'GRID'; decimals: number; a: number; b: number }
  | { kind: 'RAW' };

const KINDS = ['DECIMAL', 'GRID', 'DOUBLE', 'SINGLE', 'RAW'] as const;

export class Scales {
  readonly #from: Decisions;
  readonly #numbers: Numbers;
  /** Decimals of the last scale that was named with decimals. */
  #decimals = 0;
  readonly #kinds = new Counters(COUNTERS.kinds.p, COUNTERS.kinds.n);
  readonly #sameDecimals = new Counters(COUNTERS.sameDecimals.p, COUNTERS.sameDecimals.n);
  readonly #decimalsTree = new Counters(COUNTERS.decimals.p, COUNTERS.decimals.n);

  constructor(from: Decisions, numbers: Numbers) {
    this.#from = from;
    this.#numbers = numbers;
  }

  read(): Scale {
    let index = 0;
    while (index < KINDS.length - 1 && decide(this.#from, this.#kinds.at(index)) === 1) index += 1;
    const kind = KINDS[index] as Scale['kind'];
    if (kind === 'RAW') return { kind };
    if (decide(this.#from, this.#sameDecimals.at(0)) === 0) {
      this.#decimals = tree(this.#from, this.#decimalsTree, 4);
    }
    const decimals = this.#decimals;
    if (kind !== 'GRID') return { kind, decimals };
    const tens = this.#numbers.read(this.#from, 'gridTens');
    refuseUnless(tens <= 15, 'too many tens');
    const a = 10 ** tens * this.#numbers.read(this.#from, 'gridSteps');
    const b = this.#numbers.read(this.#from, 'gridDivisors');
    refuseUnless(a >= 1 && a <= 2 ** 44 && b >= 1 && b <= 1024, 'no such grid');
    return { kind, decimals, a, b };
  }
}

/** The value that stands for number `n` and correction `k`. */
export function rebuilt(scale: Exclude<Scale, { kind: 'RAW' }>, n: number, k: number): number {
  const unit = 10 ** scale.decimals;
  if (scale.kind === 'DECIMAL') return n / unit;
  if (scale.kind === 'GRID') return (gridPoint(scale, n) + k) / unit;
  return scale.kind === 'DOUBLE' ? doubleAfter(n / unit, k) : singleAfter(n / unit, k);
}

/** n steps of a/b, rounded, halves up. */
function gridPoint({ a, b }: { a: number; b: number }, n: number): number {
  refuseUnless(Math.abs(n) * a < 2 ** 50, 'outside the grid');
  const dividend = 2 * n * a + b;
  const divisor = 2 * b;
  const remainder = ((dividend % divisor) + divisor) % divisor;
  return (dividend - remainder) / divisor;
}

const view = new DataView(new ArrayBuffer(8));

function doubleAfter(value: number, k: number): number {
  view.setFloat64(0, value);
  view.setBigUint64(0, BigInt.asUintN(64, view.getBigUint64(0) + BigInt(k)));
  return checked(view.getFloat64(0));
}

function singleAfter(value: number, k: number): number {
  view.setFloat32(0, value);
  view.setUint32(0, (view.getUint32(0) + k) >>> 0);
  return checked(view.getFloat32(0));
}

function checked(value: number): number {
  refuseUnless(Number.isFinite(value) && !Object.is(value, -0), 'no such corrected value');
  return value;
}
