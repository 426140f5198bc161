/**
 * Recorded field series for measuring: TOA5 tables (Campbell loggers) and other tables of text with one row for each
 * moment, found below a folder. A column counts as a channel when most of its cells are numbers. Empty and NAN cells
 * are absent readings.
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

/** Fewer rows than this show nothing. */
const FEWEST_ROWS = 50;

/** All series below `folder`; none where it does not exist. */
export function recordedSeries(folder: string): Series[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(csv|dat|tsv)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) => readSeries(readFileSync(path, 'utf8'), relative(folder, path)) ?? []);
}

/** The series of one table; undefined where it has no column of times or too few rows. */
export function readSeries(text: string, name: string): Series | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const separator = likelySeparator(lines.slice(0, 20));
  const rows = lines.map((line) => cellsOf(line, separator));
  const timeColumn = [0, 1, 2].find(
    (c) => rows.filter((row) => !Number.isNaN(timeOf(row, c))).length > rows.length / 2,
  );
  if (timeColumn === undefined) return undefined;
  const data = rows.filter((row) => !Number.isNaN(timeOf(row, timeColumn)));
  const width = Math.max(0, ...data.slice(0, 100).map((row) => row.length));
  if (data.length < FEWEST_ROWS || width < 2) return undefined;
  const wanted: number[] = [];
  for (let c = timeColumn + 1; c < width; c++) {
    const numeric = data.filter((row) => !Number.isNaN(numberOf(row[c]))).length;
    if (numeric > data.length / 20 && !isCounter(data, c)) wanted.push(c);
  }
  if (wanted.length === 0) return undefined;
  return {
    name,
    timesMs: Float64Array.from(data, (row) => timeOf(row, timeColumn)),
    columns: wanted.map((c) => Float64Array.from(data, (row) => numberOf(row[c]))),
    decimals: wanted.map((c) => Math.max(...data.map((row) => /[.,](\d+)$/.exec(row[c] ?? '')?.[1]?.length ?? 0))),
  };
}

function likelySeparator(lines: string[]): string {
  const count = (separator: string) => lines.reduce((sum, line) => sum + line.split(separator).length, 0);
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best));
}

function cellsOf(line: string, separator: string): string[] {
  const cells = line.includes('"')
    ? line.split(new RegExp(`${separator}(?=(?:[^"]*"[^"]*")*[^"]*$)`))
    : line.split(separator);
  return cells.map((cell) => cell.replaceAll('"', '').trim());
}

function numberOf(cell: string | undefined): number {
  if (cell === undefined || cell === '') return Number.NaN;
  const value = Number(/^-?\d+,\d+$/.test(cell) ? cell.replace(',', '.') : cell);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** A row number or a constant that the logger adds is no reading. */
function isCounter(data: string[][], column: number): boolean {
  const values = data.slice(0, 200).map((row) => Number(row[column]));
  return values.every((v, i) => i === 0 || v === (values[i - 1] as number) + 1);
}

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,3})\d*)?)?(?: ?(?<half>[AP])M)?`;
const DATES = [
  /^(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?=$|[ T])/,
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})(?=$| )/,
  /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})(?=$| )/,
];
const TIME_OF_DAY = new RegExp(`^${CLOCK}`, 'i');

/** The time of a row whose column `c` holds a date and time, or a date that the next column completes; else NaN. */
function timeOf(row: string[], c: number): number {
  const cell = row[c] ?? '';
  const date = DATES.map((format) => format.exec(cell)).find((match) => match !== null);
  if (date === undefined) return secondsSince1970(cell);
  const after = cell.slice(date[0].length + 1);
  const clock = TIME_OF_DAY.exec(after === '' ? (row[c + 1] ?? '') : after)?.groups ?? {};
  const { year, month, day } = date.groups as Record<string, string>;
  let hour = Number(clock.hour ?? 0);
  if (clock.half !== undefined) hour = (hour % 12) + (clock.half.toUpperCase() === 'P' ? 12 : 0);
  const fraction = Number((clock.fraction ?? '').padEnd(3, '0'));
  const second = Number(clock.second ?? 0);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hour, Number(clock.minute ?? 0), second, fraction);
}

/** Seconds or milliseconds since 1970, in this century. */
function secondsSince1970(cell: string): number {
  if (/^\d{10}(\.\d+)?$/.test(cell)) return Math.round(Number(cell) * 1000);
  return /^1\d{12}$/.test(cell) ? Number(cell) : Number.NaN;
}
