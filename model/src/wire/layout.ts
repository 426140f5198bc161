/**
 * How an encoder sees its readings before it codes them: the scale of each channel, where one sample ends and the next
 * begins, and the unit of time. Nothing of it is sent as such; another encoder may choose otherwise and still be read.
 */
import { KarezError } from '../errors.ts';
import { QUALITY, QUALITY_MASK, type Readings } from '../reading.ts';
import { chooseScale, divisor, scaleOfOne } from './choose-scale.ts';
import { chooseUnit, LATEST_MS } from './head.ts';
import { newPositions } from './positions.ts';
import type { Scale } from './scale.ts';
import { HIGHEST_CHANNEL } from './shapes.ts';

/** What an encoder plans for the channels that have values, in the order of their first ones: row p of every column is one channel. */
export interface Plans {
  /** Rows in use; the columns may be longer. */
  count: number;
  /** A scale that carries all values. */
  scale: Scale[];
  first: Float64Array;
  /** The largest value without its sign. */
  largest: Float64Array;
  /** How many there are. */
  values: Uint32Array;
}

/** Used again from block to block, as are the counters: what was planned for a block is void once another is laid out. */
let room = newPlans(0);

function newPlans(rows: number): Plans {
  const [first, largest, values] = [new Float64Array(rows), new Float64Array(rows), new Uint32Array(rows)];
  return { count: 0, scale: [], first, largest, values };
}

export interface Layout {
  plans: Plans;
  /** Row after the last row of each sample. */
  ends: number[];
  /** Index in `UNITS` of the unit that times are counted in. */
  unit: number;
}

/**
 * Looks through the readings once.
 * @throws VALUE_INVALID for a row that no batch can carry, naming it.
 */
export function layOut(readings: Readings): Layout {
  const { count, seq, timeMs, channel, value, quality } = readings;
  const positions = newPositions();
  const most = Math.min(count, HIGHEST_CHANNEL);
  if (room.values.length < most) room = newPlans(most);
  const plans = room;
  plans.count = 0;
  /** The values of each channel that has more than one. */
  const lists: number[][] = [];
  const ends: number[] = [];
  let common = 0;
  for (let i = 0; i < count; i++) {
    check(readings, i);
    const sameTime = i > 0 && timeMs[i] === timeMs[i - 1];
    if (i > 0 && !(sameTime && seq[i] === (seq[i - 1] as number) + 1)) ends.push(i);
    if (!sameTime && common !== 1) common = divisor(common, timeMs[i] as number);
    if ((quality[i] as number) & QUALITY.ABSENT) continue;
    const v = value[i] as number;
    const position = positions[channel[i] as number] as number;
    const p = position === 0 ? plans.count++ : position - 1;
    if (position === 0) {
      positions[channel[i] as number] = plans.count;
      plans.first[p] = v;
      plans.largest[p] = Math.abs(v);
      plans.values[p] = 1;
      continue;
    }
    plans.largest[p] = Math.max(plans.largest[p] as number, Math.abs(v));
    plans.values[p] = (plans.values[p] as number) + 1;
    if (plans.values[p] === 2) lists[p] = [plans.first[p] as number, v];
    else lists[p]?.push(v);
  }
  ends.push(count);
  for (let p = 0; p < plans.count; p++) {
    const list = lists[p];
    plans.scale[p] = list === undefined ? scaleOfOne(plans.first[p] as number) : chooseScale(list);
  }
  return { plans, ends, unit: chooseUnit(common, ends.length) };
}

function check({ seq, timeMs, channel, value, quality }: Readings, i: number): void {
  const s = seq[i] as number;
  const t = timeMs[i] as number;
  const c = channel[i] as number;
  const q = quality[i] as number;
  const v = value[i] as number;
  if (!Number.isSafeInteger(s) || s < 1 || (i > 0 && s <= (seq[i - 1] as number)))
    throw invalid(i, 'seq', 'a whole number above the one before', s);
  if (!Number.isInteger(t) || t < 0 || t >= LATEST_MS) throw invalid(i, 'timeMs', 'whole milliseconds since 1970', t);
  if (c < 1 || c > 65_535) throw invalid(i, 'channel', 'from 1 to 65535', c);
  if ((q & ~QUALITY_MASK) !== 0) throw invalid(i, 'quality', 'made of known bits', q);
  if (Number.isNaN(v) !== ((q & QUALITY.ABSENT) !== 0))
    throw invalid(i, 'value', 'NaN where, and only where, quality says absent', v);
  if (v === Number.POSITIVE_INFINITY || v === Number.NEGATIVE_INFINITY) throw invalid(i, 'value', 'finite', v);
}

function invalid(row: number, field: string, expected: string, got: unknown): KarezError {
  return new KarezError('VALUE_INVALID', `reading ${row}: ${field} must be ${expected}, not ${got}`, {
    where: `${row}.${field}`,
  });
}
