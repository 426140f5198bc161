/**
 * How an encoder finds the scale of a channel: the fewest decimals that carry all its values of the block, or a coarser
 * grid with corrections where that is estimated to cost less. A decoder needs none of this; another encoder may choose
 * otherwise and still be read.
 */
import { bitLength } from './numbers.ts';
import {
  DECIMAL_SCALES,
  fits,
  LARGEST,
  MOST_DECIMALS,
  MOST_GRID_STEP,
  POWERS,
  parts,
  RAW,
  SCALE,
  type Scale,
  split,
} from './scale.ts';

/** Values that an estimate looks at; more would cost time and change little. */
const SAMPLE = 48;
/** Fewer values than this do not show a grid. */
const FEWEST = 6;
/** Bits that naming a grid takes, roughly. */
const GRID_COST = 14;
/** A grid must cost less than this share of doing without, as estimates are rough. */
const GRID_SHARE = 0.9;
/** Samples that loggers average over. */
const MEANS = [1, 3, 6, 12, 15, 30, 60];

/** The scale for `values` (finite, at least one). */
export function chooseScale(values: readonly number[]): Scale {
  const decimals = fewestDecimals(values);
  if (decimals === undefined) return floating(values);
  const scale = DECIMAL_SCALES[decimals] as Scale;
  if (values.length < FEWEST) return scale;
  const power = POWERS[decimals] as number;
  const fine = values.slice(0, SAMPLE).map((v) => Math.round(v * power));
  const grid = betterGrid(fine, decimals, commonStep(values, power));
  return grid !== undefined && values.every((v) => split(grid, v)) ? grid : scale;
}

/** The scale for a channel that has one value. */
export function scaleOfOne(value: number): Scale {
  const decimals = decimalsFrom(0, value);
  return decimals <= MOST_DECIMALS ? (DECIMAL_SCALES[decimals] as Scale) : floating([value]);
}

/** The fewest decimals, of so many and more, that carry a value; more than MOST_DECIMALS where none do. */
function decimalsFrom(least: number, value: number): number {
  let decimals = least;
  while (decimals <= MOST_DECIMALS && !fits(value, decimals)) decimals++;
  return decimals;
}

function fewestDecimals(values: readonly number[]): number | undefined {
  let decimals = 0;
  for (const value of values) decimals = decimalsFrom(decimals, value);
  // Decimals that a later value asked for must suit the earlier ones too.
  return decimals <= MOST_DECIMALS && values.every((v) => fits(v, decimals)) ? decimals : undefined;
}

/** The largest step that all values lie apart by multiples of, in last decimals. */
function commonStep(values: readonly number[], power: number): number {
  const first = Math.round((values[0] as number) * power);
  let common = 0;
  for (let i = 1; i < values.length && common !== 1; i++)
    common = divisor(common, Math.abs(Math.round((values[i] as number) * power) - first));
  return common;
}

function betterGrid(fine: number[], decimals: number, step: number): Scale | undefined {
  let lowest = deltaBits(fine) * GRID_SHARE - GRID_COST;
  let best: Scale | undefined;
  const consider = (a: number, b: number) => {
    if (a <= b * 1.5 || a > MOST_GRID_STEP || lowest <= 0 || !plausible(fine, a, b)) return;
    const scale = { kind: SCALE.GRID, decimals, a, b };
    const bits = gridBits(scale, fine);
    if (bits < lowest) [lowest, best] = [bits, scale];
  };
  for (let d = 1; d <= decimals; d++) {
    const power = POWERS[d] as number;
    for (const b of MEANS) consider(power, b);
    consider(power / 2, 1);
    if (d > 1) consider(power / 4, 1);
  }
  consider(step, 1);
  return best;
}

/** Whether most of the first values lie closer to the grid than chance would have them. */
function plausible(fine: number[], a: number, b: number): boolean {
  const within = Math.max(1, a / b / 4);
  const looked = Math.min(8, fine.length);
  let before = 0;
  let near = 0;
  for (let i = 0; i < looked; i++) {
    const x = fine[i] as number;
    if (Math.abs(x) >= LARGEST) return false;
    const n = Math.round((x * b) / a);
    const k = x - Math.floor((2 * n * a + b) / (2 * b));
    if (i === 0 || Math.abs(k - before) < within || Math.abs(k) < within) near++;
    before = k;
  }
  return near >= looked - 1;
}

/** Estimated bits of n and k over a grid. */
function gridBits({ a, b }: Scale, fine: number[]): number {
  const n = fine.map((x) => Math.round((x * b) / a));
  let lengths = 0;
  let changes = 0;
  let before = 0;
  fine.forEach((x, i) => {
    const k = x - Math.floor((2 * (n[i] as number) * a + b) / (2 * b));
    if (k !== before) {
      changes++;
      lengths += Math.log2(Math.abs(k) + 1);
    }
    before = k;
  });
  return deltaBits(n) + (changes === 0 ? 0 : changes * 2.5 + lengths * 1.2);
}

/** Estimated bits of the differences of `x`: those of a geometric distribution with the geometric mean of their sizes, and signs. */
function deltaBits(x: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += Math.log2(1 + Math.abs((x[i] as number) - (x[i - 1] as number)));
  const m = 2 ** (sum / (x.length - 1)) - 1;
  if (!(m > 0)) return 0;
  return (x.length - 1) * ((m + 1) * Math.log2(m + 1) - m * Math.log2(m) + m / (m + 1));
}

/** For values that no decimals carry: results of floating-point arithmetic, or single-precision numbers. */
function floating(values: readonly number[]): Scale {
  let best = RAW;
  let lowest = Number.POSITIVE_INFINITY;
  const kind = values.every((v) => Math.fround(v) === v) ? SCALE.SINGLE : SCALE.DOUBLE;
  const sample = values.slice(0, SAMPLE);
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    const scale = { kind, decimals, a: 1, b: 1 };
    const bits = floatingBits(scale, sample);
    if (bits < lowest) [lowest, best] = [bits, scale];
  }
  return values.every((v) => split(best, v)) ? best : RAW;
}

function floatingBits(scale: Scale, sample: readonly number[]): number {
  let bits = 0;
  let before = 0;
  for (const value of sample) {
    if (!split(scale, value)) return Number.POSITIVE_INFINITY;
    bits += bitLength(Math.abs(parts.n - before)) + 2 * bitLength(Math.abs(parts.k));
    before = parts.n;
  }
  return bits;
}

/** The greatest common divisor; 0 and n give n. */
export function divisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
