/**
 * Recorded field data as tables: TOA5 files of Campbell loggers (four header rows: environment, names, units, processing;
 * LoggerNet manual, "TOA5") and other files with the names of their columns in the first row. Cells stay text, so that
 * what is played has the digits of the file.
 */
import { KarezError } from '@karez/model';
import { type CellRow, cellRows } from './cells.ts';
import { type DateOrder, timeOf } from './times.ts';

export interface TableOptions {
  /** Names of the columns that say the time: one, or year, month, day and hour. Default the first column. */
  time?: readonly string[];
  /** Hours that the table's clock is ahead of UTC. Default 0. */
  utcOffsetH?: number;
  /** Of dates like 2/1/2022. Default month-first. */
  dates?: DateOrder;
}

export interface Table {
  name: string;
  columns: readonly string[];
  rows: readonly CellRow[];
  /** Of each row, UTC milliseconds; never falling. */
  timesMs: readonly number[];
}

/** Cells that mean "no value". */
const MISSING = new Set(['', 'NAN', 'NA', 'INF', '-INF', '+INF']);
const TOA5_HEADER = 4;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Reads a table from its text. `name` stands in messages.
 * @throws KarezError CONFIG_INVALID naming file, line and column.
 */
export function readTable(text: string, name: string, options: TableOptions = {}): Table {
  const all = cellRows(text, name);
  const isToa5 = all[0]?.cells[0] === 'TOA5';
  const header = all[isToa5 ? 1 : 0];
  if (header === undefined) throw wrong(name, all[0]?.line ?? 1, isToa5 ? 'has no row of names' : 'is empty');
  const columns = header.cells.map((cell) => cell.trim());
  const twice = columns.find((column, i) => column !== '' && columns.indexOf(column) !== i);
  if (twice !== undefined) throw wrong(name, header.line, `column "${twice}" stands there twice`);
  const rows = all.slice(isToa5 ? TOA5_HEADER : 1);
  if (rows.length === 0) throw wrong(name, header.line, 'has no rows below its header');
  const uneven = rows.find((row) => row.cells.length !== columns.length);
  if (uneven !== undefined)
    throw wrong(name, uneven.line, `has ${uneven.cells.length} cells; the header names ${columns.length} columns`);
  return { name, columns, rows, timesMs: timesOf(rows, columns, name, options) };
}

function timesOf(rows: readonly CellRow[], columns: readonly string[], name: string, options: TableOptions): number[] {
  const { time = [columns[0] as string], utcOffsetH = 0, dates = 'month-first' } = options;
  const at = time.map((column) => positionOf(columns, column, name));
  let lastMs = Number.NEGATIVE_INFINITY;
  return rows.map(({ line, cells }) => {
    const parts = at.map((i) => (cells[i] as string).trim());
    const localMs = timeOf(parts, dates);
    if (localMs === undefined)
      throw wrong(name, line, `column "${time.join(', ')}" must be a time, not "${parts.join(' ')}"`);
    const ms = localMs - utcOffsetH * 3_600_000;
    if (ms < lastMs)
      throw wrong(name, line, `column "${time.join(', ')}": ${parts.join(' ')} is earlier than the row before it`);
    lastMs = ms;
    return ms;
  });
}

function positionOf(columns: readonly string[], column: string, name: string): number {
  const at = columns.indexOf(column);
  if (at < 0)
    throw new KarezError('CONFIG_INVALID', `${name}: there is no column "${column}"; there are ${columns.join(', ')}`, {
      where: column,
    });
  return at;
}

/** The cells of a column, each a number as it stands there, or undefined where there is none. Throws CONFIG_INVALID naming line and column. */
export function numbersIn({ name, columns, rows }: Table, column: string): (string | undefined)[] {
  const at = positionOf(columns, column, name);
  return rows.map(({ line, cells }) => {
    const cell = (cells[at] as string).trim();
    if (MISSING.has(cell.toUpperCase())) return undefined;
    if (!NUMBER.test(cell)) throw wrong(name, line, `column "${column}" must be a number, not "${cell.slice(0, 40)}"`);
    return cell;
  });
}

function wrong(name: string, line: number, words: string): KarezError {
  return new KarezError('CONFIG_INVALID', `${name}:${line}: ${words}`, { where: name });
}
