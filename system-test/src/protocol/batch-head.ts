/** The head of a batch. Source: docs/protocol/batch.md, "Head". */
import { type Decisions, plain } from './decisions.ts';
import { bits, type Numbers } from './numbers.ts';
import { refuseUnless } from './refusal.ts';

const READINGS_AT_MOST = 100_000;
const DAY_MS = 86_400_000;
const DAYS_TO_2020 = 18_262;
const BEFORE_CHANCE = 2000;
export const LAST_SEQ = 2 ** 53 - 1;
export const TIMES_END_MS = 2 ** 50;

const UNITS_MS = [
  1, 60_000, 1000, 10_000, 900_000, 300_000, 100, 3_600_000, 600_000, 30_000, 15_000, 5000, 500, 250, 50, 10,
] as const;

export interface Head {
  firstSeq: number;
  count: number;
  unitMs: number;
  /** First time, in units. */
  start: number;
}

export function readHead(from: Decisions, numbers: Numbers): Head {
  const segment = numbers.read(from, 'segment');
  const within = numbers.read(from, 'within');
  const firstSeq = segment * 2 ** 36 + within + 1;
  refuseUnless(within < 2 ** 36 && firstSeq <= LAST_SEQ, 'no such first sequence number');

  const count = numbers.read(from, 'count');
  refuseUnless(count > 0, 'no reading');
  refuseUnless(count <= READINGS_AT_MOST, `${count} readings`, 'BATCH_TOO_LARGE');

  let index = 0;
  while (index < UNITS_MS.length - 1 && from.plainBit() === 1) index += 1;
  const unitMs = UNITS_MS[index] as number;
  const unitsADay = DAY_MS / unitMs;

  const before = from.decide(BEFORE_CHANCE);
  const days = numbers.read(from, 'days');
  const ticks = plain(from, bits(unitsADay - 1));
  refuseUnless(ticks < unitsADay, 'more units than a day has');
  const start = (before === 1 ? DAYS_TO_2020 - days : DAYS_TO_2020 + days) * unitsADay + ticks;
  refuseUnless(start >= 0 && start * unitMs < TIMES_END_MS, 'no such first time');
  return { firstSeq, count, unitMs, start };
}
