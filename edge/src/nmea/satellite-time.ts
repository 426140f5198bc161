/**
 * What a satellite receiver on the line says of the time (ZDA, IEC 61162-1), while it has a position fix (RMC, GGA and GLL
 * say so): without one it shows what its own clock has kept, or a date of the factory. A line that never speaks of the fix
 * is believed: receivers that send ZDA alone leave its fields empty until they have one. Whether the time goes on as a clock
 * does is judged by edge/src/clock/gnss-clocks.ts.
 */
import { KarezError } from '@karez/model';
import { numberIn, type Sentence } from './sentence.ts';

/** Word of the fix counts for so long. */
const FIX_MS = 15_000;
/** The field that tells of the fix: A is valid; GGA 1 to 5 are kinds of fix, 6 to 8 are estimated, set by hand, simulated. */
const FIX_FIELD: Readonly<Record<string, number | undefined>> = { RMC: 2, GLL: 6, GGA: 6 };

export class SatelliteTime {
  #fix: { isThere: boolean; monoMs: number } | undefined;

  /**
   * Takes a sentence that came at `monoMs`.
   * @returns the time that it names with a fix, UTC ms; undefined for all others.
   * @throws KarezError FRAME_MALFORMED naming the field.
   */
  take(sentence: Sentence, monoMs: number): number | undefined {
    const fixField = FIX_FIELD[sentence.formatter];
    if (fixField !== undefined) this.#fix = { isThere: /^[A1-5]$/.test(sentence.fields[fixField - 1] ?? ''), monoMs };
    if (sentence.formatter !== 'ZDA') return undefined;
    const isWithout = this.#fix !== undefined && (!this.#fix.isThere || monoMs - this.#fix.monoMs > FIX_MS);
    return isWithout ? undefined : zdaMs(sentence);
  }
}

/**
 * The time that a ZDA names, UTC ms; undefined where it names none: hhmmss.ss, day, month, year, then the local zone, which
 * does not matter here.
 * @throws KarezError FRAME_MALFORMED naming the field.
 */
export function zdaMs(sentence: Sentence): number | undefined {
  const [clock, day, month, year] = [1, 2, 3, 4].map((field) => numberIn(sentence, field)) as [
    number,
    number,
    number,
    number,
  ];
  if ([clock, day, month, year].some(Number.isNaN)) return undefined;
  const [hour, minute, second] = [Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100];
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const isDate = midnight.getUTCFullYear() === year && midnight.getUTCMonth() === month - 1 && day >= 1;
  // A second 60 is a leap second.
  if (!isDate || hour > 23 || minute > 59 || second >= 61)
    throw new KarezError('FRAME_MALFORMED', `${sentence.fields.slice(0, 4).join(',')} is no time`, { where: 'ZDA' });
  return midnight.getTime() + (hour * 60 + minute) * 60_000 + Math.round(second * 1_000);
}
