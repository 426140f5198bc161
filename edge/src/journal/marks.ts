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
 * Marks as text for the file: short, because it is written with each commit. Device, counter, time less `t`, and where the
 * marks say so their block's number less `s`, one mark after the other.
 */
export function marksText(marks: readonly (Mark | KeptMark)[]): string | null {
  const [first] = marks;
  if (first === undefined) return null;
  const t = marks.find(([, , timeMs]) => timeMs !== null)?.[2] ?? 0;
  const flat = marks.flatMap(([device, counter, timeMs]) => [device, counter, timeMs === null ? null : timeMs - t]);
  if (first.length === 3) return JSON.stringify({ t, m: flat });
  const s = first[3];
  return JSON.stringify({ t, m: flat, s, b: (marks as readonly KeptMark[]).map(([, , , seq]) => seq - s) });
}

/**
 * The reverse; none where a damage has made them unreadable: then a repeat may be stored as new.
 * @param seq the first number of the block that they stand with, for those that do not say it themselves.
 */
export function parseMarks(text: string | null, seq: number): KeptMark[] {
  if (text === null) return [];
  try {
    return unpacked(JSON.parse(text) as Packed, seq);
  } catch {
    return [];
  }
}

interface Packed {
  t: number;
  m: (string | number | null)[];
  s?: number;
  b?: number[];
}

function unpacked({ t, m, s = 0, b }: Packed, seq: number): KeptMark[] {
  const marks: KeptMark[] = [];
  for (let i = 0; i + 2 < m.length; i += 3) {
    const [device, counter, since] = m.slice(i, i + 3);
    const own = b === undefined ? seq : s + (b[i / 3] as number);
    if (typeof device === 'string' && Number.isFinite(counter) && Number.isFinite(own))
      marks.push([device, counter as number, since === null ? null : t + (since as number), own]);
  }
  return marks;
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
