/**
 * The books of a journal that was not closed in good order: which numbers have been given, what became of them, and what
 * the end has cost. Whatever happened to the file, accepted is the sum of stored, waiting, refused and lost afterwards.
 */
import type { DatabaseSync } from 'node:sqlite';
import { countOf, firstOf, segmentOf } from '@karez/model/sequence';
import type { Identity } from './identity.ts';
import type { Hint } from './next-hint.ts';
import type { Range, RangeSet } from './range-set.ts';
import { missing } from './rebuild.ts';
import { LOSS_REASONS, type LossReason, metaNumber, readTotals } from './settlement.ts';

/** Rows that stand beside the file as well. */
const KEPT_BOOTS = 32;
const KEPT_SEGMENTS = 64;

/** What has been found in the blocks. */
export interface Found {
  waiting: RangeSet;
  done: RangeSet;
  /** Readings that are still wanted. */
  readings: number;
}

/** Puts back into the tables what stands beside the file and is not in it, or not so new. */
export function restore(db: DatabaseSync, identity: Identity, hint: Hint | undefined): void {
  const boot = db.prepare('INSERT OR IGNORE INTO boot (id, uuid, wall, mono, shift) VALUES (?, ?, ?, ?, ?)');
  const shift = db.prepare('UPDATE boot SET shift = ? WHERE id = ? AND shift IS NULL');
  for (const row of identity.boots ?? []) {
    boot.run(...row);
    shift.run(row[4], row[0]);
  }
  for (const [number, last] of identity.ended ?? []) keepEnd(db, number, last);
  if (hint === undefined) return;
  const totals = readTotals(db);
  setNumber(db, 'refused', Math.max(totals.refused, hint.refused));
  LOSS_REASONS.forEach((reason, i) => {
    const readings = hint.lost[i] as number;
    if (readings > (totals.lost[reason] ?? 0)) setLost(db, reason, readings);
  });
}

/** Copies for the file beside it. */
export function copyBooks(db: DatabaseSync, identity: Identity): void {
  const boots = db.prepare(`SELECT id, uuid, wall, mono, shift FROM boot ORDER BY id DESC LIMIT ${KEPT_BOOTS}`).all();
  identity.boots = (boots as { id: number; uuid: string; wall: number; mono: number; shift: number | null }[]).map(
    ({ id, uuid, wall, mono, shift }) => [id, uuid, wall, mono, shift],
  );
  const ended = db.prepare(`SELECT number, last FROM segment ORDER BY number DESC LIMIT ${KEPT_SEGMENTS}`).all();
  identity.ended = (ended as { number: number; last: number }[]).map(({ number, last }) => [number, last]);
}

/**
 * Writes down the last known number of every segment.
 * @returns whether more was given than the file itself knows of.
 */
export function keepEnds(db: DatabaseSync, { waiting }: Found, hint: Hint | undefined): boolean {
  for (const [, last] of waiting.ranges()) keepEnd(db, segmentOf(last), last);
  const next = metaNumber(db, 'next') ?? 1;
  if (countOf(next) > 1) keepEnd(db, segmentOf(next), next - 1);
  if (hint === undefined || countOf(hint.nextSeq) === 1) return false;
  const segment = segmentOf(hint.nextSeq);
  const isBehind = (endOf(db, segment) ?? 0) < hint.nextSeq - 1;
  keepEnd(db, segment, hint.nextSeq - 1);
  return isBehind;
}

/** Counts numbers that were given, are not settled and stand in no block; from then on they are settled, as lost. */
export function countGone(db: DatabaseSync, { waiting, done }: Found, settledTo: number): Record<LossReason, number> {
  const gone = missing(segmentsOf(db), [waiting, done], settledTo + 1).ranges();
  const lost = { torn: 0, damaged: 0 } as Record<LossReason, number>;
  const settle = db.prepare('INSERT OR REPLACE INTO done (first, last) VALUES (?, ?)');
  for (const [first, last] of gone) {
    lost[endOf(db, segmentOf(last)) === last ? 'torn' : 'damaged'] += last - first + 1;
    settle.run(first, last);
    done.add(first, last);
  }
  const { lost: before } = readTotals(db);
  for (const reason of ['torn', 'damaged'] as const)
    if (lost[reason] > 0) setLost(db, reason, (before[reason] ?? 0) + lost[reason]);
  return lost;
}

/**
 * Totals may have been in the part that is gone: whatever was given and is neither waiting, refused nor lost has been
 * stored. Where that would be less than nothing, something that was counted as lost has been found again.
 */
export function balance(db: DatabaseSync, waiting: number): void {
  const given = segmentsOf(db).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const { lost, refused } = readTotals(db);
  const others = Object.values(lost).reduce((sum, n) => sum + n, refused + waiting);
  setNumber(db, 'stored', Math.max(0, given - others));
  let found = Math.max(0, others - given);
  for (const reason of LOSS_REASONS) {
    const again = Math.min(found, lost[reason] ?? 0);
    if (again > 0) setLost(db, reason, (lost[reason] ?? 0) - again);
    found -= again;
  }
  if (found > 0) setNumber(db, 'refused', Math.max(0, refused - found));
}

/** First and last number given of each segment that is over. */
export function segmentsOf(db: DatabaseSync): Range[] {
  const rows = db.prepare('SELECT number, last FROM segment ORDER BY number').all();
  return (rows as { number: number; last: number }[]).map(({ number, last }) => [firstOf(number), last]);
}

function endOf(db: DatabaseSync, segment: number): number | undefined {
  const row = db.prepare('SELECT last FROM segment WHERE number = ?').get(segment) as { last: number } | undefined;
  return row?.last;
}

function keepEnd(db: DatabaseSync, segment: number, last: number): void {
  db.prepare(
    'INSERT INTO segment (number, last) VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET last = max(last, excluded.last)',
  ).run(segment, last);
}

function setLost(db: DatabaseSync, reason: string, readings: number): void {
  db.prepare('INSERT OR REPLACE INTO lost (reason, readings) VALUES (?, ?)').run(reason, readings);
}

function setNumber(db: DatabaseSync, key: string, value: number): void {
  db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
}
