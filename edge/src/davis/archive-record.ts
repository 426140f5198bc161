/**
 * Records of the archive memory (Vantage Serial Communication Reference Manual v2.6.1, section X.4): 52 bytes, five of them in
 * a page of 267 with its number in front, four unused bytes and a CRC behind (section XI).
 */
import { type DavisProfile, KarezError, scaleRaw } from '@karez/model';
import { crcCcitt } from './crc.ts';
import { readField } from './packet.ts';

export const PAGE_BYTES = 267;
export const RECORD_BYTES = 52;
export const RECORDS_PER_PAGE = 5;
/** Firmware before 24 April 2002 wrote records of type A, with FF in byte 42; 00 is type B. */
const TYPE_AT = 42;
const REV_A = 0xff;
const REV_B = 0x00;
const WIND_SAMPLES_AT = 18;
const HIGH_WIND_AT = 25;
const NO_DIRECTION = 255;
const HOUR_MS = 3_600_000;

/** Whether it is a page, and the one that is wanted. Throws FRAME_TOO_SHORT, FRAME_CHECKSUM, FRAME_UNEXPECTED. */
export function checkPage(page: Uint8Array, sequence: number): void {
  if (page.length < PAGE_BYTES)
    throw new KarezError('FRAME_TOO_SHORT', `${page.length} bytes; an archive page has ${PAGE_BYTES}`, {
      where: 'length',
    });
  if (crcCcitt(page, 0, PAGE_BYTES) !== 0)
    throw new KarezError('FRAME_CHECKSUM', 'the checksum of an archive page is wrong', { where: 'crc' });
  if (page[0] !== sequence)
    throw new KarezError('FRAME_UNEXPECTED', `archive page ${page[0]}, expected ${sequence}`, { where: 'sequence' });
}

/** The records of a page from `first` on. */
export function recordsOf(page: Uint8Array, first = 0): Uint8Array[] {
  return Array.from({ length: RECORDS_PER_PAGE - first }, (_, i) => {
    const at = 1 + (first + i) * RECORD_BYTES;
    return page.slice(at, at + RECORD_BYTES);
  });
}

/** Date and time stamp of a record; undefined where none was ever written there. */
export function recordStamp(record: Uint8Array): number | undefined {
  const view = viewOf(record);
  const [date, time] = [view.getUint16(0, true), view.getUint16(2, true)];
  if ((date === 0xffff && time === 0xffff) || (date === 0 && time === 0)) return undefined;
  return date * 65_536 + time;
}

/** What the records of a period add to the totals of the day, by position in the profile's channels, in the console's own counts. */
export type DayCounts = Record<number, number>;

/**
 * Positions of a profile's channels that are totals of the day, where records of such a period give them: what is told once an
 * hour is not whole in records of two.
 */
export function dayChannels(profile: DavisProfile, periodMs: number): number[] {
  return profile.channels.flatMap(({ archive }, position) =>
    archive?.ofDay === 'period' || (archive?.ofDay === 'hour' && periodMs <= HOUR_MS) ? [position] : [],
  );
}

/** What a record's period adds to the totals of the day. */
export function recordCounts(profile: DavisProfile, record: Uint8Array, periodMs: number): DayCounts {
  const view = viewOf(record);
  return Object.fromEntries(
    dayChannels(profile, periodMs).map((position) => [
      position,
      readField(view, profile.channels[position]?.archive as { byte: number; type: 'uint8' }),
    ]),
  );
}

/**
 * Positions of the profile's channels that a record carries, and their values.
 * @param day totals of the day at the end of the record's period; a channel that is not in it is left out.
 * @param clickMm what one tip of the rain collector holds.
 * @throws KarezError FRAME_MALFORMED where the record is of a type that the reference does not know.
 */
export function recordValues(
  profile: DavisProfile,
  record: Uint8Array,
  day: DayCounts,
  clickMm: number,
): { channels: number[]; values: number[] } {
  const type = record[TYPE_AT];
  if (type !== REV_A && type !== REV_B)
    throw new KarezError('FRAME_MALFORMED', `archive record of type ${type}; A is 255, B is 0`, { where: 'type' });
  const view = viewOf(record);
  const hasWind = view.getUint16(WIND_SAMPLES_AT, true) > 0;
  // The first firmware gave a direction for no wind.
  const isCalm = type === REV_A && record[HIGH_WIND_AT] === 0;
  const channels: number[] = [];
  const values: number[] = [];
  for (const [position, channel] of profile.channels.entries()) {
    const { archive } = channel;
    if (archive === undefined) continue;
    const raw = archive.ofDay === undefined ? readField(view, archive) : day[position];
    if (raw === undefined) continue;
    channels.push(position);
    if (archive.wind === true && !hasWind) values.push(Number.NaN);
    else if (archive.compass === true) values.push(isCalm ? Number.NaN : compassDegrees(raw));
    else {
      const multiply = (archive.multiply ?? 1) * (channel.clicks === true ? clickMm : 1);
      values.push(scaleRaw(raw, { ...archive, multiply, decimals: archive.decimals ?? channel.decimals }));
    }
  }
  return { channels, values };
}

/** North is 360, as in LOOP, where 0 means none. */
function compassDegrees(point: number): number {
  if (point === NO_DIRECTION || point > 15) return Number.NaN;
  return point === 0 ? 360 : point * 22.5;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
