/** A clock that moves only when told to, so that hours of timers pass in a test without waiting. */
import type { Cancel, Clock } from '../ports.ts';

interface Timer {
  id: number;
  dueMs: number;
  periodMs: number | undefined;
  run: () => void;
}

export interface VirtualClock extends Clock {
  /** Lets `ms` pass, running due timers in order; after each, pending promises get their turn. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock without touching monotonic time, as an NTP client does. */
  stepWall(ms: number): void;
  /** Timers still waiting. */
  pending(): number;
}

/** Turns of the event loop after each timer: enough for chains of promises with some I/O between. */
const TURNS = 5;

/**
 * Starts at `wallMs` on the wall, 0 on the monotonic clock.
 * @param turns of the event loop after each timer; all promises that wait for nothing else are done after one.
 */
export function virtualClock(wallMs = Date.UTC(2026, 5, 1), turns = TURNS): VirtualClock {
  let mono = 0;
  let offset = wallMs;
  let nextId = 1;
  const timers = new Map<number, Timer>();

  function start(delayMs: number, periodMs: number | undefined, run: () => void): Cancel {
    const id = nextId++;
    timers.set(id, { id, dueMs: mono + Math.max(0, delayMs), periodMs, run });
    return () => timers.delete(id);
  }

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers.values()) {
      if (first === undefined || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.id < first.id))
        first = timer;
    }
    return first;
  }

  return {
    wallMs: () => offset + mono,
    monoMs: () => mono,
    after: (delayMs, run) => start(delayMs, undefined, run),
    every: (periodMs, run) => start(periodMs, Math.max(1, periodMs), run),
    stepWall(ms) {
      offset += ms;
    },
    pending: () => timers.size,
    async advance(ms) {
      const end = mono + ms;
      await settle(turns);
      for (let timer = earliest(); timer !== undefined && timer.dueMs <= end; timer = earliest()) {
        mono = Math.max(mono, timer.dueMs);
        if (timer.periodMs === undefined) timers.delete(timer.id);
        else timer.dueMs += timer.periodMs;
        timer.run();
        await settle(turns);
      }
      mono = end;
      await settle(turns);
    },
  };
}

/** Lets everything that is ready to run, run. */
async function settle(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
