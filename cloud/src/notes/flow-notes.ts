/**
 * How readings flow, by gateway and minute: how many, how many of them late, suspect, absent or with a repaired time, and
 * how old the oldest was when it was stored.
 */
import { type Cancel, type Clock, QUALITY, SUSPECT } from '@karez/model';
import type { StoreBatch } from '../store/store.ts';
import type { TakeNote } from './note.ts';

/** Stored later than this after it was taken, a reading is late. */
const LATE_MS = 300_000;
const EVERY_MS = 60_000;

interface Flow {
  readings: number;
  late: number;
  suspect: number;
  absent: number;
  estimated: number;
  oldestMs: number;
}

export function startFlowNotes(
  clock: Clock,
  take: TakeNote,
): { committed(batches: readonly StoreBatch[], nowMs: number): void; stop(): void } {
  const flows = new Map<string, Flow>();
  const stop: Cancel = clock.every(EVERY_MS, () => {
    for (const [key, flow] of flows) {
      const [farm, gateway] = key.split('/') as [string, string];
      const { oldestMs, ...fields } = flow;
      take({
        ...{ measurement: 'flow', tags: { farm, gateway }, timeMs: Math.round(clock.wallMs()) },
        fields: { ...fields, 'oldest.age': oldestMs / 1000 },
      });
    }
    flows.clear();
  });
  return {
    stop,
    committed(batches, nowMs) {
      for (const { farm, gateway, readings } of batches) {
        const key = `${farm}/${gateway}`;
        const flow = flows.get(key) ?? { readings: 0, late: 0, suspect: 0, absent: 0, estimated: 0, oldestMs: 0 };
        flows.set(key, flow);
        const { count, timeMs, quality } = readings;
        flow.readings += count;
        for (let i = 0; i < count; i++) {
          const ageMs = nowMs - (timeMs[i] as number);
          const bits = quality[i] as number;
          if (ageMs > LATE_MS) flow.late++;
          if (ageMs > flow.oldestMs) flow.oldestMs = ageMs;
          if ((bits & SUSPECT) !== 0) flow.suspect++;
          if ((bits & QUALITY.ABSENT) !== 0) flow.absent++;
          if ((bits & QUALITY.ESTIMATED) !== 0) flow.estimated++;
        }
      }
    },
  };
}
