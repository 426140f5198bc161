/**
 * Which reading of a channel is its newest. By sampling time, never by arrival; of equal times by sequence number, so
 * that a repeat of an older reading changes nothing. A reading cannot have been taken later than it was stored: one that
 * is dated ahead of the cloud's clock counts as taken at that moment, so that it neither looks fresh for an hour nor
 * stands before true readings for as long (docs/decisions/0007).
 */
import type { Readings } from '@karez/model';

/** When a reading counts as taken, given when it was stored. */
export function takenMs(timeMs: number, storedMs: number): number {
  return Math.min(timeMs, storedMs);
}

/** Row of the newest reading of each channel number. */
export function newestRows({ channel, timeMs, count }: Readings): Map<number, number> {
  const newest = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const c = channel[i] as number;
    const best = newest.get(c);
    // Sequence numbers rise with the rows.
    if (best === undefined || (timeMs[i] as number) >= (timeMs[best] as number)) newest.set(c, i);
  }
  return newest;
}
