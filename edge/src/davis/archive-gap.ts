/**
 * Which records of the console's memory are wanted, and when each was written. Wanted are those of the time in which no live
 * packet was stored; each is stored once, since the journal knows it by its stamp and time, and what was read up to now is written down
 * after each page.
 */
import type { DavisProfile } from '@karez/model';
import { LIMITS } from '@karez/model';
import { type ArchiveBooks, addedUp, type DayTotals, type Gap } from './archive-books.ts';
import { recordCounts, recordStamp } from './archive-record.ts';
import { type ConsoleClock, driftMs, localOf, type Stamp, shiftAt, stampOf, utcOf } from './console-clock.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A record is written at its time, not after: more than this ahead of now is another clock's time. */
const AHEAD_MS = 60_000;
/** The day's totals are taken from a live packet just after a record was written: that record is in them. */
const JUST_AFTER_MS = 20_000;
/** Two measurements of the same clock differ by no more. */
const SAME_CLOCK_MS = 60_000;

/** What a record is to the gap. */
export type Fate =
  | { kind: 'store'; timeMs: number; isEstimated: boolean; stamp: Stamp; day: DayTotals | null }
  /** Before the gap; it may still count for the day's totals. */
  | { kind: 'held' }
  /** After the gap: live packets have it, and all that follow. */
  | { kind: 'beyond' }
  | { kind: 'empty' }
  /** None of the console's clocks makes it a time that can be. */
  | { kind: 'undated'; stamp: Stamp };

/** The books with a gap that ends at `toMs`, dated by `clock`; a gap that was not filled yet keeps its clocks where they are the same. */
export function withGap(books: ArchiveBooks, toMs: number, clock: ConsoleClock): ArchiveBooks {
  const earlier = books.gap?.clocks ?? [books.clock];
  const first = earlier[0] as ConsoleClock;
  const isSame = Math.abs(first.shiftMs - shiftAt(clock, first.atMs)) <= SAME_CLOCK_MS && first.zone === clock.zone;
  const isKept = books.gap !== null && isSame;
  const clocks = isKept ? earlier : [clock, ...(isSame ? [] : earlier)].slice(0, 3);
  const gap: Gap = { toMs: Math.max(toMs, books.gap?.toMs ?? 0), clocks };
  return { ...books, clock, gap };
}

/** Reads records in the order of the memory, and says what each is. One for each slice. */
export class GapReader {
  readonly #profile: DavisProfile;
  readonly #gap: Gap;
  readonly #nowMs: number;
  readonly #periodMs: number;
  books: ArchiveBooks;
  /** The last record that was read: the next slice goes on after it. */
  lastStamp: Stamp | undefined;
  #lastMs: number | undefined;
  #lastLocal: number | undefined;
  /** Which of the gap's clocks is in force: at first the oldest. */
  #clock: number;

  constructor(profile: DavisProfile, books: ArchiveBooks, nowMs: number, periodMs: number) {
    this.#profile = profile;
    this.books = books;
    this.#gap = books.gap as Gap;
    this.#nowMs = nowMs;
    this.#periodMs = periodMs;
    const { clocks } = this.#gap;
    // A clock that was put right by less than a period leaves no trace in the stamps.
    this.#clock = clocks.findLastIndex((clock) => Math.abs(clock.shiftMs - this.#shift(0)) >= periodMs);
    this.#clock = Math.max(0, this.#clock);
  }

  /** Throws KarezError FRAME_MALFORMED where the stamp is no time. */
  read(record: Uint8Array): Fate {
    const stamp = recordStamp(record);
    if (stamp === undefined) return { kind: 'empty' };
    const local = localOf(stamp);
    const dated = this.#date(local);
    this.#lastLocal = local;
    if (dated === undefined) return { kind: 'undated', stamp };
    const { timeMs, isEstimated } = dated;
    if (this.#lastMs !== undefined && timeMs <= this.#lastMs) return { kind: 'held' };
    if (timeMs > this.#gap.toMs) return { kind: 'beyond' };
    this.lastStamp = stamp;
    this.#lastMs = timeMs;
    this.#count(record, timeMs, local);
    if (timeMs <= this.books.heldMs) return { kind: 'held' };
    return { kind: 'store', timeMs, isEstimated, stamp, day: this.books.day };
  }

  /** The records up to this one are on disk. */
  stored(timeMs: number): void {
    this.books = { ...this.books, heldMs: Math.max(this.books.heldMs, timeMs) };
  }

  /** The gap is filled as far as the console can. */
  filled(): void {
    this.books = { ...this.books, heldMs: Math.max(this.books.heldMs, this.#gap.toMs), gap: null };
  }

  #shift(clock: number): number {
    return (this.#gap.clocks[clock] as ConsoleClock).shiftMs;
  }

  /**
   * By the clock in force, or the first other that makes it a time that can be. Where the stamps jump by what the next clock differs,
   * the console's clock was set there: records come one period after another.
   */
  #date(local: number): { timeMs: number; isEstimated: boolean } | undefined {
    const jump = local - (this.#lastLocal ?? Number.NaN) - this.#periodMs;
    while (this.#clock > 0) {
      const differs = this.#shift(this.#clock - 1) - this.#shift(this.#clock);
      if (!(Math.abs(jump - differs) <= this.#periodMs / 2)) break;
      this.#clock--;
    }
    const inForce = this.#gap.clocks[this.#clock] as ConsoleClock;
    for (const clock of [inForce, ...this.#gap.clocks]) {
      const times = utcOf(clock, local);
      const timeMs = times.find((ms) => this.#lastMs === undefined || ms > this.#lastMs) ?? times.at(-1);
      if (timeMs === undefined || timeMs < LIMITS.earliestMs || timeMs > this.#nowMs + AHEAD_MS) continue;
      this.#clock = Math.min(this.#clock, this.#gap.clocks.indexOf(clock));
      return { timeMs, isEstimated: driftMs(clock) !== 0 };
    }
    return undefined;
  }

  #count(record: Uint8Array, timeMs: number, local: number): void {
    const before = this.books.day;
    if (before !== null && timeMs <= before.atMs + JUST_AFTER_MS) return;
    // The record of midnight is the last of the day before.
    const dayNumber = Math.floor((local - MINUTE) / DAY);
    const own = { atMs: timeMs, day: dayNumber, counts: recordCounts(this.#profile, record, this.#periodMs) };
    const isFirst = local - dayNumber * DAY <= this.#periodMs;
    const isNext = before !== null && timeMs - before.atMs <= this.#periodMs + JUST_AFTER_MS;
    this.books = { ...this.books, day: addedUp(before, own, { isFirst, isNext }) };
  }
}

/**
 * The stamp after which records are to be asked for: that of a record which the console surely has, at or before the gap's
 * beginning and the last known totals of the day, by whichever clock was in force; 0, for all, where nothing was ever read.
 */
export function stampBefore({ heldMs, day, clock, gap }: ArchiveBooks, periodMs: number): Stamp {
  if (heldMs <= 0) return 0;
  const fromMs = Math.min(heldMs, day?.atMs ?? heldMs);
  const clocks = gap?.clocks ?? [clock];
  // The memory was written by the last clock of the list. Another that differs little may have come before or after.
  const written = clocks.at(-1) as ConsoleClock;
  const locals = clocks
    .filter((other) => Math.abs(other.shiftMs - written.shiftMs) < DAY)
    .map((other) => fromMs + shiftAt(other, fromMs));
  return unambiguous(written, (Math.floor(Math.min(...locals) / periodMs) - 1) * periodMs, periodMs);
}

/** The stamp of a local time, or of the last record before it whose stamp stands there once: the hour that autumn has twice is stepped over. */
export function unambiguous(clock: ConsoleClock, localMs: number, periodMs: number): Stamp {
  let at = localMs;
  for (let steps = 0; steps < 150 && utcOf(clock, at).length !== 1; steps++) at -= periodMs;
  return stampOf(at);
}
