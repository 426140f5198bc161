/**
 * Recorded field series for measuring: TOA5 tables (Campbell loggers) and CSV files with a header row, found below a
 * folder. The first column is the time; a column counts as a channel when most of its cells are numbers. Empty and NAN
 * cells are absent readings.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface Series {
  /** Path below the data folder. */
  name: string;
  timesMs: Float64Array;
  /** One column for each channel; NaN is absent. */
  columns: Float64Array[];
  /** Most decimals printed in each column: what a device's profile would know. */
  decimals: number[];
}

/** All series below `folder`; none where it does not exist. */
export function recordedSeries(folder: string): Series[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(csv|dat)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) => readSeries(path, relative(folder, path)) ?? []);
}

function readSeries(path: string, name: string): Series | undefined {
  const rows = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.replaceAll('"', '').trim()));
  const data = rows.filter((row) => !Number.isNaN(timeOf(row[0])));
  const width = Math.max(0, ...data.slice(0, 100).map((row) => row.length));
  if (data.length < 50 || width < 2) return undefined;
  const wanted: number[] = [];
  for (let c = 1; c < width; c++) {
    const numeric = data.filter(
      (row) => row[c] !== undefined && row[c] !== '' && Number.isFinite(Number(row[c])),
    ).length;
    if (numeric > data.length / 20 && !isCounter(data, c)) wanted.push(c);
  }
  if (wanted.length === 0) return undefined;
  return {
    name,
    timesMs: Float64Array.from(data, (row) => timeOf(row[0])),
    columns: wanted.map((c) =>
      Float64Array.from(data, (row) => (row[c] === undefined || row[c] === '' ? Number.NaN : Number(row[c]))),
    ),
    decimals: wanted.map((c) => Math.max(...data.map((row) => /\.(\d+)$/.exec(row[c] ?? '')?.[1]?.length ?? 0))),
  };
}

/** A row number or a constant that the logger adds is no reading. */
function isCounter(data: string[][], column: number): boolean {
  const values = data.slice(0, 200).map((row) => Number(row[column]));
  return values.every((v, i) => i === 0 || v === (values[i - 1] as number) + 1);
}

function timeOf(cell: string | undefined): number {
  if (cell === undefined) return Number.NaN;
  const iso = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(cell);
  if (iso !== null) return Date.UTC(+iso[1]!, +iso[2]! - 1, +iso[3]!, +iso[4]!, +iso[5]!, +(iso[6] ?? 0));
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(cell);
  if (us !== null) return Date.UTC(+us[3]!, +us[1]! - 1, +us[2]!, +us[4]!, +us[5]!, +(us[6] ?? 0));
  return Number.NaN;
}
