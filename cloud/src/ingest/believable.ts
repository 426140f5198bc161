/** Sampling times that cannot be true: before Karez existed, or ahead of the cloud's clock beyond the limit. */
import { LIMITS, type Readings } from '@karez/model';
import { type Refused, rowsOf, rowsWithout } from '../store/store.ts';

/** Parts readings into those to keep and those to refuse, each kind with its reason. */
export function believable(readings: Readings, nowMs: number): { kept: Readings; refused: Refused[] } {
  const ahead: number[] = [];
  const before: number[] = [];
  for (let i = 0; i < readings.count; i++) {
    const timeMs = readings.timeMs[i] as number;
    if (timeMs > nowMs + LIMITS.futureMs) ahead.push(i);
    else if (timeMs < LIMITS.earliestMs) before.push(i);
  }
  const refused: Refused[] = [];
  const refuse = (rows: number[], code: Refused['code'], what: string) => {
    if (rows.length === 0) return;
    const first = inWords(readings.timeMs[rows[0] as number] as number);
    refused.push({ readings: rowsOf(readings, rows), code, reason: `sampling time ${first} is ${what}` });
  };
  refuse(ahead, 'TIME_IN_FUTURE', 'more than an hour ahead of the cloud');
  refuse(before, 'VALUE_INVALID', 'before 2020');
  return { kept: rowsWithout(readings, [...ahead, ...before]), refused };
}

/** A time in words that cannot fail, however wrong it is. */
function inWords(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}
