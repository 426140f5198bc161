/** Recorded tables, read without a line of what plays them: the first or the second row names the columns. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** None of it is ours, and it is in no folder of the project. */
const folder = resolve(root, process.env.KAREZ_REAL_DATA ?? '../shared/data');

export interface RecordedTable {
  /** The header as it stands in the file. */
  header: string[];
  /** Each row as it stands there. */
  lines: string[];
  /** Each row by the names of its columns, without quotes. */
  rows: Record<string, string>[];
}

/** Whether a recording is there; says so where it is not. */
export function isThere(file: string): boolean {
  const path = join(folder, file);
  const is = existsSync(path);
  if (!is) process.stdout.write(`skipped: no real data at ${path}\n`);
  return is;
}

const TOA5 = { headerRows: 4, namesRow: 1 };
const CSV = { headerRows: 1, namesRow: 0 };

/** Reads a whole file; a logger's (.dat) has four rows of header. */
export function readRecorded(file: string): RecordedTable {
  const { headerRows, namesRow } = file.endsWith('.dat') ? TOA5 : CSV;
  const all = readFileSync(join(folder, file), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  // A comma within quotes is part of a name such as TerosB(1,2).
  const split = (line = '') =>
    [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].map(([, text = '']) => text.replaceAll('"', '').trim());
  const names = split(all[namesRow]);
  const lines = all.slice(headerRows);
  const rows = lines.map((line) => {
    const texts = split(line);
    return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']));
  });
  return { header: all.slice(0, headerRows), lines, rows };
}

/** Some of its rows. */
export const partOf = ({ header, lines, rows }: RecordedTable, from: number, count: number): RecordedTable => ({
  ...{ header, lines: lines.slice(from, from + count), rows: rows.slice(from, from + count) },
});
