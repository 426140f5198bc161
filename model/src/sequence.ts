/**
 * Sequence numbers. (gateway, epoch, sequence) names a reading for ever, so a number must never be given twice, not
 * even after the end of a journal was torn off together with the memory of what had been given. Therefore a number is
 * made of a segment and a count within it: every opening of the journal that did not follow a clean close begins a new
 * segment, whose number is written down and synced before the first reading of it is taken.
 */

/** Numbers in a segment: 2,000 readings a second for a year. */
export const SEGMENT_SIZE = 2 ** 36;
/** Numbers stay below 2^53, so an epoch has so many segments; then a new epoch begins. */
export const MOST_SEGMENTS = 2 ** 17 - 1;

/** The first sequence number of a segment (from 0, which is an epoch's first). */
export function firstOf(segment: number): number {
  return segment * SEGMENT_SIZE + 1;
}

/** The segment that a sequence number belongs to. */
export function segmentOf(seq: number): number {
  return Math.floor((seq - 1) / SEGMENT_SIZE);
}

/** The count within its segment, from 1. */
export function countOf(seq: number): number {
  return ((seq - 1) % SEGMENT_SIZE) + 1;
}
