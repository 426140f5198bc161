/** Small work on columns of readings. */
import { newReadings, type Readings } from '@karez/model/reading';

const COLUMNS = ['seq', 'timeMs', 'channel', 'value', 'quality'] as const;

/** The rows of `readings` for which `keep` says so. */
export function selectRows(readings: Readings, keep: (row: number) => boolean): Readings {
  const rows: number[] = [];
  for (let i = 0; i < readings.count; i++) if (keep(i)) rows.push(i);
  const selected = newReadings(rows.length);
  for (const column of COLUMNS)
    for (const [i, row] of rows.entries()) selected[column][i] = readings[column][row] as number;
  selected.count = rows.length;
  return selected;
}

/** The rows from `from` up to `to`, in the same memory. */
export function sliceRows(readings: Readings, from: number, to: number): Readings {
  const { seq, timeMs, channel, value, quality } = readings;
  return {
    ...{ count: to - from, seq: seq.subarray(from, to), timeMs: timeMs.subarray(from, to) },
    ...{ channel: channel.subarray(from, to), value: value.subarray(from, to), quality: quality.subarray(from, to) },
  };
}

/** All rows one after the other. */
export function joinRows(parts: readonly Readings[]): Readings {
  if (parts.length === 1) return parts[0] as Readings;
  const joined = newReadings(parts.reduce((sum, part) => sum + part.count, 0));
  for (const part of parts) {
    for (const column of COLUMNS) joined[column].set(part[column].subarray(0, part.count), joined.count);
    joined.count += part.count;
  }
  return joined;
}

/** The same rows in columns of twice the size, or more where `n` asks for it. */
export function largerColumns(readings: Readings, n: number): Readings {
  const grown = newReadings(Math.max(readings.seq.length * 2, readings.count + n));
  for (const column of COLUMNS) grown[column].set(readings[column]);
  grown.count = readings.count;
  return grown;
}

/** Adds the rows of `more` to those of `readings`, in place where there is room. Returns the columns to go on with. */
export function appendRows(readings: Readings, more: Readings): Readings {
  const end = readings.count + more.count;
  const target = end <= readings.seq.length ? readings : largerColumns(readings, more.count);
  for (const column of COLUMNS) target[column].set(more[column].subarray(0, more.count), target.count);
  target.count = end;
  return target;
}
