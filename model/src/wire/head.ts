/**
 * The head of a batch's coded part: which sequence numbers, how many readings, and the time that the first sample's is
 * counted from. One routine serves both directions. docs/protocol/batch.md, section "Head".
 */
import { SEGMENT_SIZE } from '../sequence.ts';
import { bitLength, malformed, Numbers, plainBits } from './numbers.ts';
import type { Coder } from './range-coder.ts';

/** A segment, usually one of few; a count within it, some millions; readings, a sample's worth or many. */
const RANGE_CHANCES = [
  [44_000],
  [...Array<number>(12).fill(63_500), 57_000],
  [65_000, 62_000, 58_000, 52_000, 48_000, 44_000, 50_000],
];
/** Days since 2020: some thousands. */
const DAY_CHANCES = [...Array<number>(11).fill(64_000), 45_000, 30_000];
const BEFORE_CHANCE = 2_000;

const DAY_MS = 86_400_000;
/** 2020-01-01 in days since 1970. */
const FIRST_DAY = 18_262;

/** Milliseconds of the units that times may be counted in, the likely ones first; the first divides every time. */
export const UNITS = [
  1, 60_000, 1_000, 10_000, 900_000, 300_000, 100, 3_600_000, 600_000, 30_000, 15_000, 5_000, 500, 250, 50, 10,
] as const;

/** Times stay below this many milliseconds (the year 37,648), so that their differences are exact. */
export const LATEST_MS = 2 ** 50;

/**
 * Codes the first sequence number and the number of readings.
 */
export function codeRange(coder: Coder, encoding: boolean, firstSeq: number, count: number): [number, number] {
  const numbers = new Numbers(RANGE_CHANCES);
  const segment = numbers.code(coder, 0, Math.floor((firstSeq - 1) / SEGMENT_SIZE), encoding);
  const within = numbers.code(coder, 1, (firstSeq - 1) % SEGMENT_SIZE, encoding);
  const seq = segment * SEGMENT_SIZE + within + 1;
  if (within >= SEGMENT_SIZE || seq > Number.MAX_SAFE_INTEGER) throw malformed('seq', `${seq} is too large`);
  const readings = numbers.code(coder, 2, count, encoding);
  if (readings < 1) throw malformed('count', 'a batch without readings');
  return [seq, readings];
}

export interface Start {
  unitMs: number;
  /** Time that the first sample has, in units. */
  ticks: number;
}

/** Codes the unit of time, as an index of `UNITS`, and the time of the first sample. */
export function codeStart(coder: Coder, encoding: boolean, wanted: { unit: number; timeMs: number }): Start {
  let unit = 0;
  while (unit < UNITS.length - 1 && coder.plain(1, unit < wanted.unit ? 1 : 0) === 1) unit++;
  const unitMs = UNITS[unit] as number;
  const ticksADay = DAY_MS / unitMs;
  const day = Math.floor(wanted.timeMs / DAY_MS) - FIRST_DAY;
  const before = coder.bit(BEFORE_CHANCE, day < 0 ? 1 : 0);
  const distance = new Numbers([DAY_CHANCES]).code(coder, 0, Math.abs(day), encoding);
  const ticks = plainBits(coder, 0, bitLength(ticksADay - 1), (wanted.timeMs % DAY_MS) / unitMs, encoding);
  if (ticks >= ticksADay) throw malformed('time', `${ticks} of ${ticksADay} units of a day`);
  const start = (FIRST_DAY + (before === 1 ? -distance : distance)) * ticksADay + ticks;
  if (start < 0 || start * unitMs >= LATEST_MS) throw malformed('time', `the first is out of bounds`);
  return { unitMs, ticks: start };
}

/**
 * How an encoder chooses the unit: of those that all times are multiples of, the one that names itself and the first
 * time in the fewest bits, where a larger one also saves a little with each sample.
 * @param common divisor of all times.
 */
export function chooseUnit(common: number, samples: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  UNITS.forEach((unit, i) => {
    const bits = i + bitLength(DAY_MS / unit - 1) * (1 + samples / 8);
    if (common % unit === 0 && bits < least) [best, least] = [i, bits];
  });
  return best;
}
