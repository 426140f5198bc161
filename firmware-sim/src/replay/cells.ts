/**
 * Cells of a table of text, with the line that each row begins at: separated by commas, in quotes where they hold commas, quotes
 * (written twice) or line ends (RFC 4180). A byte order mark at the start and any kind of line end are passed over.
 */
import { KarezError } from '@karez/model';

export interface CellRow {
  /** From 1. */
  line: number;
  cells: string[];
}

/** Rows that are not blank. Throws CONFIG_INVALID naming the line where a quote does not end or text stands behind one. */
export function cellRows(text: string, name: string): CellRow[] {
  const rows: CellRow[] = [];
  let line = 1;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const row: CellRow = { line, cells: [] };
    for (let isMore = true; isMore; ) {
      const cell = text[at] === '"' ? quoted(text, at) : plain(text, at);
      if (typeof cell === 'string') throw broken(name, row, cell);
      row.cells.push(cell.text);
      line += cell.lines;
      isMore = text[cell.end] === ',';
      at = isMore ? cell.end + 1 : cell.end;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    if (row.cells.some((cell) => cell.trim() !== '')) rows.push(row);
  }
  return rows;
}

interface Cell {
  text: string;
  /** Where it ends: at a comma, a line end or the end of the text. */
  end: number;
  lines: number;
}

function plain(text: string, from: number): Cell {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\r' && text[end] !== '\n') end++;
  return { text: text.slice(from, end), end, lines: 0 };
}

/** The cell, or what is wrong with it. */
function quoted(text: string, from: number): Cell | string {
  let content = '';
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return 'begins with a quote that does not end';
    content += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      const end = quote + 1;
      const next = text[end];
      if (next !== undefined && next !== ',' && next !== '\r' && next !== '\n')
        return 'must end at its quote, or hold quotes twice';
      return { text: content, end, lines: content.split('\n').length - 1 };
    }
    content += '"';
    at = quote + 2;
  }
}

function broken(name: string, { line, cells }: CellRow, words: string): KarezError {
  return new KarezError('CONFIG_INVALID', `${name}:${line}: cell ${cells.length + 1} ${words}`, { where: name });
}
