/**
 * The console's clock (Vantage Serial Communication Reference Manual v2.6.1, sections IX.7, X.4, XIII and XIV.2). Archive
 * records carry local time to the minute and say neither zone nor daylight saving. How far that is from UTC is measured, by
 * GETTIME against the gateway's own time, because zones are set wrongly where the hands of the clock are right; the zone tells only by how
 * much the console moved its clock for daylight saving between then and now. In the hour that comes twice in autumn, the order
 * of the records decides.
 */
import { KarezError } from '@karez/model';
import { crcCcitt } from './crc.ts';
import { zoneOf, zoneOffsetMs } from './zones.ts';

const MINUTE = 60_000;
const QUARTER_MS = 15 * MINUTE;
/** GETTIME tells whole seconds and takes a moment: closer to a quarter of an hour than this, the clock is right. */
const RIGHT_MS = 3_000;

/** A console's date and time as one number: the date stamp above the time stamp, both of 16 bits. */
export type Stamp = number;

/** What the console has, read once a connection. */
export interface ClockSettings {
  /** IANA name of the zone by whose rules the console moves its clock by itself; null where it does not, or nobody knows. */
  zone: string | null;
}

/** How the console's local time becomes UTC. */
export interface ConsoleClock extends ClockSettings {
  /** Local time minus UTC, as measured, ms. */
  shiftMs: number;
  /** When that was, UTC ms. */
  atMs: number;
}

/** Local time as if it were UTC, ms. Throws FRAME_MALFORMED where it is no time. */
export function localOf(stamp: Stamp): number {
  const date = stamp >>> 16;
  const time = stamp & 0xffff;
  const [year, month, day] = [2000 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hour, minute] = [Math.floor(time / 100), time % 100];
  const ms = Date.UTC(year, month - 1, day, hour, minute);
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || day < 1 || new Date(ms).getUTCDate() !== day)
    throw new KarezError('FRAME_MALFORMED', `${stamp.toString(16).padStart(8, '0')} is no date and time`, {
      where: 'stamp',
    });
  return ms;
}

/** The stamp of a local time given as if it were UTC, ms; its seconds are left out. */
export function stampOf(localMs: number): Stamp {
  const at = new Date(localMs);
  const date = at.getUTCDate() + (at.getUTCMonth() + 1) * 32 + (at.getUTCFullYear() - 2000) * 512;
  return date * 65_536 + at.getUTCHours() * 100 + at.getUTCMinutes();
}

/** Local time, as if it were UTC, from the six bytes of GETTIME: seconds, minutes, hours, day, month, year − 1900; undefined where they are none. */
export function readTime(bytes: Uint8Array): number | undefined {
  const [second, minute, hour, day, month, year] = bytes as unknown as [number, number, number, number, number, number];
  const ms = Date.UTC(1900 + year, month - 1, day, hour, minute, second);
  const isTime = second < 60 && minute < 60 && hour < 24 && month >= 1 && month <= 12;
  return isTime && new Date(ms).getUTCDate() === day ? ms : undefined;
}

/**
 * From EEPROM 11 to 16: zone number, 1 where daylight saving is set by hand, 1 where it is on then, offset from GMT (two bytes,
 * the lower first), 1 where the offset counts and not the zone.
 */
export function readSettings(bytes: Uint8Array): ClockSettings {
  const [zone, isManual, , , , isOffset] = bytes as unknown as number[];
  return { zone: isManual === 1 || isOffset === 1 ? null : zoneOf(zone as number) };
}

/** @param localMs what GETTIME said, @param nowMs UTC when it was asked. */
export function measured(settings: ClockSettings, localMs: number, nowMs: number): ConsoleClock {
  const shiftMs = Math.round((localMs - nowMs) / 1_000) * 1_000;
  const quarter = Math.round(shiftMs / QUARTER_MS) * QUARTER_MS;
  return { ...settings, shiftMs: Math.abs(shiftMs - quarter) <= RIGHT_MS ? quarter : shiftMs, atMs: nowMs };
}

/** How far the console's clock is off, ms; more than some minutes cannot be told from a zone. */
export function driftMs({ shiftMs }: ConsoleClock): number {
  return shiftMs - Math.round(shiftMs / QUARTER_MS) * QUARTER_MS;
}

/** Local time minus UTC at the UTC time `atMs`. */
export function shiftAt({ zone, shiftMs, atMs: measuredMs }: ConsoleClock, atMs: number): number {
  return zone === null ? shiftMs : shiftMs + zoneOffsetMs(zone, atMs) - zoneOffsetMs(zone, measuredMs);
}

/**
 * The UTC times that a local time can be: none in the hour that spring leaves out, two, in order, in the hour that autumn
 * has twice, else one.
 */
export function utcOf(clock: ConsoleClock, localMs: number): number[] {
  const around = localMs - clock.shiftMs;
  const shifts = new Set([shiftAt(clock, around - DAY), shiftAt(clock, around + DAY)]);
  return [...shifts]
    .map((shiftMs) => localMs - shiftMs)
    .filter((ms) => localMs - shiftAt(clock, ms) === ms)
    .sort((a, b) => a - b);
}

const DAY = 86_400_000;

/** Six or more bytes with their CRC behind them, after an ACK: those bytes; undefined while they are not there. */
export function answered(answer: Uint8Array, length: number): Uint8Array | undefined {
  for (let at = 0; at + 3 + length <= answer.length; at++) {
    if (answer[at] === ACK && crcCcitt(answer, at + 1, at + 3 + length) === 0)
      return answer.slice(at + 1, at + 1 + length);
  }
  return undefined;
}

const ACK = 0x06;
