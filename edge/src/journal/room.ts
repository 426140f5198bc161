/**
 * What a full journal does when something new comes, by the farm's choice: nothing (keep-oldest: the new is not taken),
 * drop the oldest (keep-newest), or thin the oldest (thin-history) and drop only when everything is as thin as it gets.
 * Spraying records go last. Called inside a transaction; what goes is counted as lost.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { JournalPolicy, Readings } from '@karez/model';
import { joinRows, selectRows } from './columns.ts';
import { marksText, parseMarks, recentMarks } from './marks.ts';
import type { Range } from './range-set.ts';
import type { Settlement } from './settlement.ts';
import type { BlockRow } from './tables.ts';
import { MOST_LEVEL, thin } from './thin.ts';

export interface RoomOptions {
  /** Bytes that the journal may take. */
  limitBytes: number;
  policy: JournalPolicy;
}

export interface Room {
  db: DatabaseSync;
  options: RoomOptions;
  settlement: Settlement;
  bytes(): number;
  readings(row: BlockRow): Readings | undefined;
  encode(readings: Readings): Uint8Array;
  isProtected(channel: number): boolean;
}

/** Makes room down to this share of the limit, so that it need not be made at every commit. */
const ENOUGH = 0.98;
const BLOCKS_AT_ONCE = 64;
const READINGS_AT_ONCE = 16_384;
/** Level of blocks of which only protected readings are left. */
const STRIPPED = MOST_LEVEL + 1;

/** @param inFlightTo blocks up to here may be on their way to the cloud: they go last. */
export function makeRoom(room: Room, inFlightTo: number): { dropped: Range[]; lost: number } {
  const dropped: Range[] = [];
  let lost = 0;
  const target = room.options.limitBytes * ENOUGH;
  while (room.bytes() > target) {
    const rows = oldest(room, inFlightTo);
    if (rows.length === 0) break;
    const level = (rows[0] as BlockRow).level;
    if (room.options.policy === 'thin-history' && level < STRIPPED) lost += thinRun(room, rows, level + 1);
    else {
      lost += drop(room, rows);
      for (const { first, last } of rows) dropped.push([first, last]);
    }
  }
  return { dropped, lost };
}

/** The oldest neighbours of the lowest level. */
function oldest({ db, options }: Room, inFlightTo: number): BlockRow[] {
  for (const from of [inFlightTo + 1, 0]) {
    const lowest =
      options.policy === 'thin-history'
        ? (db.prepare('SELECT min(level) AS level FROM block WHERE first >= ?').get(from) as { level: number | null })
            .level
        : undefined;
    if (lowest === null) continue;
    const rows = (lowest === undefined
      ? db.prepare('SELECT * FROM block WHERE first >= ? ORDER BY first LIMIT ?').all(from, BLOCKS_AT_ONCE)
      : db
          .prepare('SELECT * FROM block WHERE first >= ? AND level = ? ORDER BY first LIMIT ?')
          .all(from, lowest, BLOCKS_AT_ONCE)) as unknown as BlockRow[];
    if (rows.length > 0) return neighbours(rows);
  }
  return [];
}

/** The first rows that follow one another and are few enough for one block. */
function neighbours(rows: BlockRow[]): BlockRow[] {
  let count = 0;
  const end = rows.findIndex((row, i) => {
    count += row.count;
    const before = rows[i - 1];
    return (
      before !== undefined && (row.first !== before.last + 1 || row.boot !== before.boot || count > READINGS_AT_ONCE)
    );
  });
  return end < 0 ? rows : rows.slice(0, end);
}

function drop({ db, settlement }: Room, rows: BlockRow[]): number {
  const remove = db.prepare('DELETE FROM block WHERE first = ?');
  let lost = 0;
  for (const row of rows) {
    lost += row.count - settlement.doneIn(row);
    remove.run(row.first);
  }
  settlement.lose('dropped-full', lost);
  settlement.gone(rows.map(({ first, last }) => [first, last]));
  return lost;
}

/** Thins neighbours and puts what is left of the wanted ones back as one block. */
function thinRun(room: Room, rows: BlockRow[], level: number): number {
  const { db, settlement } = room;
  const remove = db.prepare('DELETE FROM block WHERE first = ?');
  let before = 0;
  const parts: Readings[] = [];
  for (const row of rows) {
    // As they stand: an undated block stays undated.
    const readings = room.readings({ ...row, boot: null });
    if (readings !== undefined) parts.push(selectRows(readings, (i) => !settlement.has(readings.seq[i] as number)));
    before += row.count - settlement.doneIn(row);
    remove.run(row.first);
  }
  const all = parts.length === 0 ? undefined : joinRows(parts);
  const isProtected = (channel: number) => room.isProtected(channel);
  const left =
    all === undefined
      ? undefined
      : level === STRIPPED
        ? selectRows(all, (i) => isProtected(all.channel[i] as number))
        : thin(all, isProtected);
  if (left !== undefined && left.count > 0) {
    const marks = recentMarks(rows.flatMap((row) => parseMarks(row.marks, row.first)));
    const { first, boot } = rows[0] as BlockRow;
    const { last } = rows.at(-1) as BlockRow;
    db.prepare('INSERT INTO block (first, last, count, boot, level, marks, data) VALUES (?, ?, ?, ?, ?, ?, ?)').run(
      first,
      last,
      left.count,
      boot,
      level,
      marksText(marks),
      room.encode(left),
    );
  } else settlement.gone(rows.map(({ first, last }) => [first, last]));
  const lost = before - (left?.count ?? 0);
  if (lost > 0) settlement.lose('thinned', lost);
  return lost;
}
