/**
 * Which messages of a device were accepted lately, by the device's own counter and time, so that one that comes again
 * because its PUBACK got lost is told from a new one. Kept with the readings they came with, in the same commit.
 */
export type Mark = [device: string, counter: number, timeMs: number | null];
/** As it stands in the file, with the first number of the block that it came with: blocks leave in any order. */
export type KeptMark = [...Mark, seq: number];

/** Messages remembered of each device: more than any has under way at once. */
const REMEMBERED = 16;

/** The newest marks of each device, oldest first. */
export function recentMarks(marks: readonly KeptMark[]): KeptMark[] {
  const byDevice = new Map<string, KeptMark[]>();
  for (const mark of marks.toSorted((a, b) => a[3] - b[3])) addMark(byDevice, mark);
  return [...byDevice.values()].flat();
}

/**
 * Marks as they stand in the file; none where a damage has made them unreadable: then a repeat may be stored as new.
 * @param seq the first number of the block that they stand with, for those that do not say it themselves.
 */
export function parseMarks(text: string | null, seq: number): KeptMark[] {
  if (text === null) return [];
  try {
    const marks: unknown = JSON.parse(text);
    if (!Array.isArray(marks)) return [];
    return marks
      .filter((mark) => Array.isArray(mark) && mark.length >= 3)
      .map(([device, counter, timeMs, own = seq]) => [device, counter, timeMs, own]);
  } catch {
    return [];
  }
}

/** Adds a mark to those of its device, forgetting the oldest beyond what is remembered. */
export function addMark<M extends readonly [string, ...unknown[]]>(byDevice: Map<string, M[]>, mark: M): void {
  const known = byDevice.get(mark[0]);
  if (known === undefined) byDevice.set(mark[0], [mark]);
  else {
    known.push(mark);
    if (known.length > REMEMBERED) known.shift();
  }
}

/** Whether the very message was accepted before. Without a time only the newest counter tells, since a device may count anew. */
export function isKnown(known: readonly Mark[] | undefined, counter: number, timeMs: number | null): boolean {
  if (known === undefined) return false;
  if (timeMs === null) return known.at(-1)?.[1] === counter;
  return known.some((mark) => mark[1] === counter && mark[2] === timeMs);
}
