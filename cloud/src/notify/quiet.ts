/** Quiet hours: pure. */
import type { Quiet } from '@karez/model';
import { GRADES, type Grade } from './notice.ts';

const DAY_MIN = 1_440;
const MINUTE_MS = 60_000;

/**
 * When something may be told: now, or at the end of the quiet hours in which now lies.
 * @param nowMs UTC milliseconds. @returns UTC milliseconds, `nowMs` where nothing holds it back.
 */
export function tellAtMs(nowMs: number, grade: Grade, quiet: Quiet | null): number {
  if (quiet === null) return nowMs;
  if (quiet.passes !== 'nothing' && GRADES.indexOf(grade) >= GRADES.indexOf(quiet.passes)) return nowMs;
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  const now = minuteOfDay(nowMs, quiet.timeZone);
  const isQuiet = from <= to ? now >= from && now < to : now >= from || now < to;
  if (!isQuiet) return nowMs;
  const left = (to - now + DAY_MIN) % DAY_MIN || DAY_MIN;
  const endMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS;
  // Where a clock change lies between, the end is that much earlier or later.
  const off = minuteOfDay(endMs, quiet.timeZone) - to;
  return endMs - wrapped(off) * MINUTE_MS;
}

const wrapped = (minutes: number) => ((minutes + DAY_MIN / 2 + DAY_MIN) % DAY_MIN) - DAY_MIN / 2;

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

function minuteOfDay(ms: number, timeZone: string): number {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(ms);
  return minutesOf(text);
}
