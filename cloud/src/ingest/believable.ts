/** Sampling times that cannot be true: before Karez existed, or ahead of the cloud's clock beyond the limit. */
import { type Ack, LIMITS, newReadings, type Readings } from '@karez/model';

/** Parts readings into those to keep and those to refuse, as ranges with a code and a reason. */
export function believable(readings: Readings, nowMs: number): { kept: Readings; refused: Ack['refused'] } {
  const latest = nowMs + LIMITS.futureMs;
  const isWrong = (i: number) =>
    (readings.timeMs[i] as number) > latest || (readings.timeMs[i] as number) < LIMITS.earliestMs;
  let wrong = 0;
  for (let i = 0; i < readings.count; i++) if (isWrong(i)) wrong++;
  if (wrong === 0) return { kept: readings, refused: [] };
  const kept = newReadings(readings.count - wrong);
  const refused: Ack['refused'] = [];
  for (let i = 0; i < readings.count; i++) {
    if (!isWrong(i)) {
      for (const column of ['seq', 'timeMs', 'channel', 'value', 'quality'] as const)
        kept[column][kept.count] = readings[column][i] as number;
      kept.count++;
      continue;
    }
    const seq = readings.seq[i] as number;
    const code = (readings.timeMs[i] as number) > latest ? 'TIME_IN_FUTURE' : 'VALUE_INVALID';
    const before = refused.at(-1);
    if (before !== undefined && before.last === seq - 1 && before.code === code) before.last = seq;
    else
      refused.push({
        first: seq,
        last: seq,
        code,
        reason: `sampling time ${inWords(readings.timeMs[i] as number)} is not between 2020 and an hour from now`,
      });
  }
  return { kept, refused };
}

/** A time in words that cannot fail, however wrong it is. */
function inWords(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}
