/**
 * How an encoder sees its readings before it codes them: which decimals each channel needs so that every value comes
 * back to the last bit, which predictor fits, and where one sample ends and the next begins. A decoder needs none of
 * this; another encoder may choose otherwise and still be read.
 */
import { KarezError } from '../errors.ts';
import { QUALITY, QUALITY_MASK, type Readings } from '../reading.ts';

/** Column mode: values travel as the 64 bits of the double. Modes 0 to 13 are decimals of a scaled whole number. */
export const RAW = 15;
export const MOST_DECIMALS = 13;
/** Scaled numbers stay this small so that sums and differences of them are exact in a double. */
export const LARGEST = 2 ** 50;

export const POWERS = Array.from({ length: MOST_DECIMALS + 1 }, (_, d) => 10 ** d);

export interface Layout {
  /** Column mode by channel number. */
  mode: Uint8Array;
  /** Predictor by channel number: 0 the last value, 1 the last value and its change. */
  predictor: Uint8Array;
  /** Row after the last row of each sample. */
  ends: number[];
  /** Milliseconds that all times are multiples of, counted from the first: 60,000 for a logger that says minutes. */
  unitMs: number;
}

/** Whether `value` is exactly a whole number divided by 10^decimals. */
function fits(value: number, decimals: number): boolean {
  const power = POWERS[decimals] as number;
  const scaled = Math.round(value * power);
  // Adding 0 makes −0 a 0, which then is not the value it came from.
  return scaled < LARGEST && scaled > -LARGEST && Object.is((scaled + 0) / power, value);
}

/**
 * Looks through the readings once. A channel gets the fewest decimals that carry all its values.
 * @throws VALUE_INVALID for a row that no batch can carry, naming it.
 */
export function layOut(readings: Readings): Layout {
  const { count, seq, timeMs, channel, value, quality } = readings;
  const mode = new Uint8Array(65_536).fill(255);
  const predictor = new Uint8Array(65_536);
  const last = new Map<number, [value: number, change: number, score: number]>();
  const ends: number[] = [];
  let unitMs = 0;
  for (let i = 0; i < count; i++) {
    const c = channel[i] as number;
    check(readings, i);
    if (i > 0 && (timeMs[i] !== timeMs[i - 1] || seq[i] !== (seq[i - 1] as number) + 1)) ends.push(i);
    if (unitMs !== 1) unitMs = divisor(unitMs, Math.abs((timeMs[i] as number) - (timeMs[0] as number)));
    let m = mode[c] as number;
    if (m === 255) m = mode[c] = 0;
    const v = value[i] as number;
    if ((quality[i] as number) & QUALITY.ABSENT) continue;
    while (m <= MOST_DECIMALS && !fits(v, m)) m++;
    mode[c] = m > MOST_DECIMALS ? RAW : m;
    const before = last.get(c);
    if (before === undefined) last.set(c, [v, 0, 0]);
    else {
      const change = v - before[0];
      before[2] += Math.abs(change - before[1]) - Math.abs(change);
      before[0] = v;
      before[1] = change;
      predictor[c] = before[2] < 0 ? 1 : 0;
    }
  }
  if (count > 0) ends.push(count);
  // Decimals that a later value asked for must suit the earlier ones too; where they do not, doubles travel whole.
  for (let i = 0; i < count; i++) {
    const c = channel[i] as number;
    const m = mode[c] as number;
    if (m !== RAW && !((quality[i] as number) & QUALITY.ABSENT) && !fits(value[i] as number, m)) mode[c] = RAW;
  }
  return { mode, predictor, ends, unitMs: Math.max(1, unitMs) };
}

/** The greatest common divisor; 0 and n give n. */
function divisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

function check({ seq, timeMs, channel, value, quality }: Readings, i: number): void {
  const invalid = (field: string, expected: string, got: unknown): never => {
    throw new KarezError('VALUE_INVALID', `reading ${i}: ${field} must be ${expected}, not ${got}`, {
      where: `${i}.${field}`,
    });
  };
  const s = seq[i] as number;
  const t = timeMs[i] as number;
  const c = channel[i] as number;
  const q = quality[i] as number;
  const v = value[i] as number;
  if (!Number.isSafeInteger(s) || s < 1 || (i > 0 && s <= (seq[i - 1] as number)))
    invalid('seq', 'a whole number above the one before', s);
  if (!Number.isInteger(t) || t < 0 || t >= LARGEST) invalid('timeMs', 'whole milliseconds since 1970', t);
  if (c < 1 || c > 65_535) invalid('channel', 'from 1 to 65535', c);
  if ((q & ~QUALITY_MASK) !== 0) invalid('quality', 'made of known bits', q);
  if (Number.isNaN(v) !== ((q & QUALITY.ABSENT) !== 0))
    invalid('value', 'NaN where, and only where, quality says absent', v);
  if (v === Number.POSITIVE_INFINITY || v === Number.NEGATIVE_INFINITY) invalid('value', 'finite', v);
}
