/**
 * Readings in columns. A reading is (channel, time, value, quality) with the sequence number the gateway gave it;
 * (gateway, epoch, sequence) names it for ever. Many readings travel together, so they are held as parallel arrays:
 * row i of every column is one reading.
 *
 * A sample is what one device says at one moment: readings of equal time with consecutive sequence numbers, and, as
 * the catalog numbers a device's channels in the order of its profile, mostly consecutive channel numbers. The wire
 * format and the journal gain from that order but never rely on it.
 */

/** Bits of a reading's quality; 0 is a plain good reading. */
export const QUALITY = {
  /** Outside what the quantity can physically be. */
  RANGE: 1,
  /** Changed faster than the quantity plausibly can. */
  RATE: 2,
  /** Has not moved for longer than a working sensor stays still. */
  STUCK: 4,
  /** The time was repaired afterwards: right to within the clock's error, not as read. */
  ESTIMATED: 8,
  /** The device says that no sensor is connected, or that the value is not valid; the value is NaN. */
  ABSENT: 16,
  /** Taken from a device's own memory after an outage. */
  HISTORICAL: 32,
} as const;

export type QualityName = keyof typeof QUALITY;

/** Bits that make a value suspect: shown struck, with the reason. */
export const SUSPECT = QUALITY.RANGE | QUALITY.RATE | QUALITY.STUCK;

/** Bits that a batch may carry; others are refused. */
export const QUALITY_MASK = 0x3f;

export interface Readings {
  /** Rows in use; the arrays may be longer. */
  count: number;
  /** Sequence numbers, whole, 1 to 2^53 − 1, strictly rising. */
  seq: Float64Array;
  /** Sampling time, UTC milliseconds since 1970, whole. */
  timeMs: Float64Array;
  /** Channel number in the gateway's catalog, 1 to 65,535. */
  channel: Uint32Array;
  /** Value in the unit of the channel's quantity; NaN with ABSENT. */
  value: Float64Array;
  /** Bits of QUALITY. */
  quality: Uint8Array;
}

/** Columns with room for `capacity` readings and none in use. */
export function newReadings(capacity: number): Readings {
  return {
    count: 0,
    seq: new Float64Array(capacity),
    timeMs: new Float64Array(capacity),
    channel: new Uint32Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
  };
}

/** One reading as an object, for tests, pages and single inserts; never on the hot path. */
export interface Reading {
  seq: number;
  timeMs: number;
  channel: number;
  value: number;
  quality: number;
}

/** Columns from rows. */
export function toColumns(rows: readonly Reading[]): Readings {
  const columns = newReadings(rows.length);
  rows.forEach((row, i) => {
    columns.seq[i] = row.seq;
    columns.timeMs[i] = row.timeMs;
    columns.channel[i] = row.channel;
    columns.value[i] = row.value;
    columns.quality[i] = row.quality;
  });
  columns.count = rows.length;
  return columns;
}

/** Rows from columns. */
export function toRows(columns: Readings): Reading[] {
  return Array.from({ length: columns.count }, (_, i) => ({
    seq: columns.seq[i] as number,
    timeMs: columns.timeMs[i] as number,
    channel: columns.channel[i] as number,
    value: columns.value[i] as number,
    quality: columns.quality[i] as number,
  }));
}

/** Names of the bits set in `quality`, in the order of the table. */
export function qualityNames(quality: number): QualityName[] {
  return (Object.keys(QUALITY) as QualityName[]).filter((name) => (quality & QUALITY[name]) !== 0);
}

export type Freshness = 'fresh' | 'late' | 'silent';

/**
 * How fresh a value is, from the time it was taken, never from when it arrived: fresh within its interval (plus a
 * tenth for jitter), late up to three intervals, silent beyond.
 * @param ageMs now minus sampling time; negative counts as now.
 * @param intervalMs how often the device is expected to speak.
 */
export function freshness(ageMs: number, intervalMs: number): Freshness {
  if (ageMs <= intervalMs * 1.1) return 'fresh';
  return ageMs <= intervalMs * 3 ? 'late' : 'silent';
}
