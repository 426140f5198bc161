/** Time for decoders that wait: it moves when it is told to. */
import type { Clock } from '@karez/model';

/** Lets promises have their turn. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

/** A clock on which the next timer goes off when it is told to. */
export function handClock(): Clock & { ring(): void } {
  let now = 0;
  let timers: { dueMs: number; run: () => void }[] = [];
  return {
    wallMs: () => now,
    monoMs: () => now,
    after(delayMs, run) {
      const timer = { dueMs: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((t) => t !== timer);
      };
    },
    every: () => () => {},
    ring() {
      const next = timers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) throw new Error('nothing is waited for');
      timers = timers.filter((t) => t !== next);
      now = Math.max(now, next.dueMs);
      next.run();
    },
  };
}
