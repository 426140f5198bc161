/**
 * Blocks read straight from the bytes of a damaged journal, without SQLite's help: every page of the file and of its
 * write-ahead log that looks like a leaf of a table is taken apart, and a record counts when the batch in it passes its
 * own checksum. So a damaged page costs what it held and nothing else, wherever in the tree it stood.
 * Source: SQLite's "Database File Format", sections 1.5 (b-tree pages), 1.6 (record format), 4.1 (WAL file).
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { BlockRow } from './tables.ts';

const LEAF = 0x0d;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;
/** No record of a block is larger; a length beyond it is damage. */
const LARGEST_RECORD = 1024 * 1024;
/** Columns of `block`, the first being the row id. */
const COLUMNS = 7;

type Record = Omit<BlockRow, 'first' | 'last' | 'count'>;

/** The write-ahead log; empty where there is none. */
function logOf(path: string): Buffer {
  try {
    return readFileSync(`${path}-wal`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Records of blocks found in the file at `path` and its log; the caller checks and sorts out what they say. */
export function* salvageRecords(path: string, pageBytes: number): Generator<Record> {
  const log = logOf(path);
  /** Newest copy of each page in the log. */
  const logged = new Map<number, Buffer>();
  const file = existsSync(path) ? openSync(path, 'r') : undefined;
  const pages = file === undefined ? 0 : Math.floor(fstatSync(file).size / pageBytes);
  const inFile = (n: number): Buffer | undefined => {
    if (file === undefined || n < 1 || n > pages) return undefined;
    const page = Buffer.alloc(pageBytes);
    return readSync(file, page, 0, pageBytes, (n - 1) * pageBytes) === pageBytes ? page : undefined;
  };
  const sources = [(n: number) => logged.get(n) ?? inFile(n), inFile];
  function* recordsOf(page: Buffer): Generator<Record> {
    for (const start of cellsOf(page)) {
      for (const pageAt of sources) {
        const record = recordAt(page, start, pageBytes, pageAt);
        if (record === undefined) continue;
        yield record;
        if (!record.spilled) break;
      }
    }
  }
  try {
    for (let at = WAL_HEADER; at + FRAME_HEADER + pageBytes <= log.length; at += FRAME_HEADER + pageBytes)
      logged.set(log.readUInt32BE(at), log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageBytes));
    for (let n = 1; n <= pages; n++) yield* recordsOf(inFile(n) ?? Buffer.alloc(pageBytes));
    for (let at = WAL_HEADER; at + FRAME_HEADER + pageBytes <= log.length; at += FRAME_HEADER + pageBytes)
      yield* recordsOf(log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageBytes));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Offsets of the cells of a page that looks like a table's leaf. The first page of a file has 100 bytes of other things in front. */
function cellsOf(page: Buffer): number[] {
  const head = page[0] === LEAF ? 0 : page[100] === LEAF ? 100 : -1;
  if (head < 0) return [];
  const count = page.readUInt16BE(head + 3);
  const cells: number[] = [];
  for (let i = 0, at = head + 8; i < count && at + 2 <= page.length; i++, at += 2) {
    const cell = page.readUInt16BE(at);
    if (cell >= head + 8 && cell < page.length - 4) cells.push(cell);
  }
  return cells;
}

function recordAt(
  page: Buffer,
  start: number,
  usable: number,
  pageAt: (n: number) => Buffer | undefined,
): (Record & { spilled: boolean }) | undefined {
  const [length, afterLength] = varint(page, start);
  const [, afterRow] = varint(page, afterLength);
  if (length < COLUMNS || length > LARGEST_RECORD) return undefined;
  const most = usable - 35;
  let local = length;
  if (length > most) {
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const fit = least + ((length - least) % (usable - 4));
    local = fit <= most ? fit : least;
  }
  if (afterRow + local > page.length) return undefined;
  const payload = Buffer.alloc(length);
  page.copy(payload, 0, afterRow, afterRow + local);
  let have = local;
  let next = have < length && afterRow + local + 4 <= page.length ? page.readUInt32BE(afterRow + local) : 0;
  while (have < length) {
    const part = pageAt(next);
    if (part === undefined) return undefined;
    const take = Math.min(usable - 4, length - have);
    part.copy(payload, have, 4, 4 + take);
    have += take;
    next = part.readUInt32BE(0);
  }
  const record = columnsOf(payload);
  return record === undefined ? undefined : { ...record, spilled: length > local };
}

/** The columns of a block's record; undefined where it is none. */
function columnsOf(payload: Buffer): Record | undefined {
  const [headerLength, start] = varint(payload, 0);
  const types: number[] = [];
  let at = start;
  while (at < headerLength && at < payload.length) {
    const [type, next] = varint(payload, at);
    types.push(type);
    at = next;
  }
  if (types.length !== COLUMNS) return undefined;
  let offset = headerLength;
  const [, , , boot, level, marks, data] = types.map((type) => {
    const length = widthOf(type);
    const bytes = payload.subarray(offset, offset + length);
    offset += length;
    return { type, bytes };
  }) as [unknown, unknown, unknown, Cell, Cell, Cell, Cell];
  if (offset > payload.length || data.type < 12 || data.type % 2 !== 0) return undefined;
  return {
    boot: boot.type === 0 ? null : whole(boot),
    level: whole(level),
    marks: marks.type === 0 ? null : marks.bytes.toString('utf8'),
    data: new Uint8Array(data.bytes),
  };
}

interface Cell {
  type: number;
  bytes: Buffer;
}

/** Bytes of a value by its serial type. */
function widthOf(type: number): number {
  if (type >= 12) return (type - 12 - (type % 2)) / 2;
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][type] as number;
}

function whole({ type, bytes }: Cell): number {
  if (type === 8 || type === 9) return type - 8;
  return bytes.length === 0 || bytes.length > 6 ? 0 : bytes.readIntBE(0, bytes.length);
}

/** A variable-length integer, high groups first, and where the next thing stands. */
function varint(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[start + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, start + i + 1];
  }
  return [value * 256 + (bytes[start + 8] ?? 0), start + 9];
}
