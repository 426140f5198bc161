/** What must be known of a console's archive after a restart. Kept as one small text in the journal's memory. */
import type { EdgeDeps } from '../ports.ts';
import type { DayCounts } from './archive-record.ts';
import type { ConsoleClock } from './console-clock.ts';

/** Totals of a day as the console counted them at some moment. */
export interface DayTotals {
  /** UTC ms of that moment. */
  atMs: number;
  /** The console's local day, in days since 1970. */
  day: number;
  /** By position in the profile's channels; those that are not known are left out. */
  counts: DayCounts;
}

/** A stretch without live readings that is to be filled. It begins at `heldMs`. */
export interface Gap {
  toMs: number;
  /** The clocks by which its records are dated, the present one first; kept, so that a record that is read twice has the same time. */
  clocks: ConsoleClock[];
}

export interface ArchiveBooks {
  /** Up to there nothing is missing, UTC ms. */
  heldMs: number;
  clock: ConsoleClock;
  day: DayTotals | null;
  gap: Gap | null;
}

type Memory = NonNullable<EdgeDeps['memory']>;

const keyOf = (device: string) => `davis-archive/${device}`;

/** What was written down; null where nothing was, or it can not be read: then the archive is taken up from now on. */
export async function recallBooks(memory: Memory, device: string): Promise<ArchiveBooks | null> {
  const text = await memory.recall(keyOf(device));
  try {
    const books = JSON.parse(text ?? 'null') as ArchiveBooks | null;
    return books !== null && Number.isFinite(books.heldMs) && Number.isFinite(books.clock?.shiftMs) ? books : null;
  } catch {
    return null;
  }
}

export async function rememberBooks(memory: Memory, device: string, books: ArchiveBooks): Promise<void> {
  await memory.remember(keyOf(device), JSON.stringify(books));
}

/**
 * Totals at the end of a record's period, from those before it and what the period adds. A day begins at zero; where neither
 * that nor all records since were seen, its totals are not known.
 * @param isFirst the record is the first of its day.
 * @param isNext it is the one after `before`.
 */
export function addedUp(
  before: DayTotals | null,
  { atMs, day, counts }: DayTotals,
  { isFirst, isNext }: { isFirst: boolean; isNext: boolean },
): DayTotals {
  const sums: DayCounts = {};
  for (const [position, count] of Object.entries(counts)) {
    const from = isFirst ? 0 : isNext && before?.day === day ? before.counts[Number(position)] : undefined;
    if (from !== undefined) sums[Number(position)] = from + count;
  }
  return { atMs, day, counts: sums };
}
