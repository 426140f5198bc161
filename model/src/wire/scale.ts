/**
 * Values as whole numbers. Most field values are decimals of few digits; many are coarser than they are printed (steps
 * of 0.25, means of fifteen samples) or carry the noise of a floating-point conversion. A scale says how a double is
 * rebuilt from a whole number `n`, which moves as the quantity does, and a small correction `k`.
 * Invariant: `join` gives back what `split` was given, to the last bit; an encoder checks it for every value.
 * docs/protocol/batch.md, section "Scales".
 */
import { malformed } from './numbers.ts';

/** How n and k make a value; d is the count of decimals, a/b the grid's step in units of the last decimal. */
export const SCALE = {
  /** n / 10^d, no correction. */
  DECIMAL: 0,
  /** (n·a/b rounded, plus k) / 10^d. */
  GRID: 1,
  /** The double that comes k after n / 10^d. */
  DOUBLE: 2,
  /** The single-precision number that comes k after the one nearest n / 10^d. */
  SINGLE: 3,
  /** The 64 bits of the double; neither n nor k. */
  RAW: 4,
} as const;

/** Fifteen digits are what a double holds of any decimal number. */
export const MOST_DECIMALS = 15;
/** Whole numbers stay below this, so that their sums and differences are exact in a double. */
export const LARGEST = 2 ** 50;
export const MOST_GRID_STEP = 2 ** 44;
export const MOST_GRID_DIVISOR = 2 ** 10;
/** A correction reaches no further, so that it never touches the upper half of a double by more than a carry. */
export const LARGEST_CORRECTION = 2 ** 30;

export const POWERS = Array.from({ length: MOST_DECIMALS + 1 }, (_, d) => 10 ** d);

export interface Scale {
  kind: number;
  decimals: number;
  a: number;
  b: number;
}

/** The scale of each count of decimals, one object for all channels that have it. */
export const DECIMAL_SCALES: readonly Scale[] = POWERS.map((_, decimals) => ({
  ...{ kind: SCALE.DECIMAL, decimals, a: 1, b: 1 },
}));
export const PLAIN = DECIMAL_SCALES[0] as Scale;
export const RAW: Scale = { kind: SCALE.RAW, decimals: 0, a: 1, b: 1 };

export function sameScale(x: Scale, y: Scale): boolean {
  return x === y || (x.kind === y.kind && x.decimals === y.decimals && x.a === y.a && x.b === y.b);
}

const bits = new DataView(new ArrayBuffer(8));

/** The grid's whole number of last decimals for step `n`: n·a/b to the nearest, halves up. Exact while |n·a| < 2^50. */
export function onGrid({ a, b }: Scale, n: number): number {
  return Math.floor((2 * n * a + b) / (2 * b));
}

/**
 * The value that `n` and `k` stand for.
 * @throws BATCH_MALFORMED where they leave their bounds or make no finite number.
 */
export function join(scale: Scale, n: number, k: number): number {
  const power = POWERS[scale.decimals] as number;
  if (scale.kind === SCALE.DECIMAL) return n / power;
  if (k >= LARGEST_CORRECTION || k <= -LARGEST_CORRECTION) throw malformed('value', `correction ${k} is out of bounds`);
  if (scale.kind === SCALE.GRID) {
    if (Math.abs(n) * scale.a >= LARGEST) throw malformed('value', `${n} is beyond its grid`);
    return (onGrid(scale, n) + k) / power;
  }
  const value = scale.kind === SCALE.DOUBLE ? step(n / power, k) : stepSingle(n / power, k);
  if (!Number.isFinite(value) || Object.is(value, -0)) throw malformed('value', `correction ${k} leaves the numbers`);
  return value;
}

/** The double whose 64 bits, as a whole number, are `k` more. */
function step(value: number, k: number): number {
  bits.setFloat64(0, value);
  const low = bits.getUint32(4) + k;
  const carry = Math.floor(low / 4_294_967_296);
  bits.setUint32(4, low >>> 0);
  bits.setUint32(0, (bits.getUint32(0) + carry) >>> 0);
  return bits.getFloat64(0);
}

/** The same among single-precision numbers. */
function stepSingle(value: number, k: number): number {
  bits.setFloat32(0, value);
  bits.setUint32(0, (bits.getUint32(0) + k) >>> 0);
  return bits.getFloat32(0);
}

/** How many steps `to` comes after `from`, or NaN where that is too far. */
function stepsBetween(from: number, to: number): number {
  bits.setFloat64(0, to);
  const high = bits.getUint32(0);
  const low = bits.getUint32(4);
  bits.setFloat64(0, from);
  const k = (high - bits.getUint32(0)) * 4_294_967_296 + (low - bits.getUint32(4));
  return Math.abs(k) < LARGEST_CORRECTION ? k : Number.NaN;
}

function singleStepsBetween(from: number, to: number): number {
  bits.setFloat32(0, to);
  const wanted = bits.getUint32(0);
  bits.setFloat32(0, from);
  const k = wanted - bits.getUint32(0);
  return Math.abs(k) < LARGEST_CORRECTION ? k : Number.NaN;
}

/** Whether `value` is exactly a whole number divided by 10^decimals. */
export function fits(value: number, decimals: number): boolean {
  const power = POWERS[decimals] as number;
  const scaled = Math.round(value * power);
  // Adding 0 makes −0 a 0, which then is not the value it came from.
  return scaled < LARGEST && scaled > -LARGEST && Object.is((scaled + 0) / power, value);
}

/** Filled by `split`, so that the hot path makes no object. */
export const parts = { n: 0, k: 0 };

/** Sets `parts` to the n and k of `value`; false where the scale cannot carry it. */
export function split(scale: Scale, value: number): boolean {
  const power = POWERS[scale.decimals] as number;
  parts.k = 0;
  parts.n = Math.round(value * power) + 0;
  switch (scale.kind) {
    case SCALE.DECIMAL:
      return Math.abs(parts.n) < LARGEST && Object.is(parts.n / power, value);
    case SCALE.GRID: {
      const fine = parts.n;
      if (Math.abs(fine) >= LARGEST) return false;
      parts.n = Math.round((fine * scale.b) / scale.a) + 0;
      if (Math.abs(parts.n) * scale.a >= LARGEST) return false;
      parts.k = fine - onGrid(scale, parts.n);
      break;
    }
    case SCALE.DOUBLE:
      parts.k = stepsBetween(parts.n / power, value);
      break;
    case SCALE.SINGLE:
      parts.k = singleStepsBetween(parts.n / power, value);
      break;
    default:
      return false;
  }
  const { n, k } = parts;
  if (!(Math.abs(n) < LARGEST) || !(Math.abs(k) < LARGEST_CORRECTION)) return false;
  if (scale.kind === SCALE.SINGLE && Math.fround(value) !== value) return false;
  return Object.is(joinOrNaN(scale, n, k), value);
}

function joinOrNaN(scale: Scale, n: number, k: number): number {
  const power = POWERS[scale.decimals] as number;
  if (scale.kind === SCALE.GRID) return (onGrid(scale, n) + k) / power;
  return scale.kind === SCALE.DOUBLE ? step(n / power, k) : stepSingle(n / power, k);
}
