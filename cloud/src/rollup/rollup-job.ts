/** Rolls up history beside everything else: piece by piece, with pauses as long as the pieces, so that it takes half of nothing. */
import { type Cancel, type Clock, type Logger, messageOf } from '@karez/model';
import { HOUR_MS, OPEN_MS } from './levels.ts';

export interface RollupParts {
  clock: Clock;
  logger: Logger;
  /** As in the store port. */
  rollUp(closedMs: number): Promise<boolean>;
}

const LOOK_EVERY_MS = 30_000;
/** How often the hour that is not over is rolled up as far as it is: boards that show days are not to end an hour ago. */
const OPEN_HOUR_EVERY_MS = 900_000;
const SHORTEST_PAUSE_MS = 5;
const RETRY_MS = 60_000;

/** Starts it. @returns stops it, once the piece under way is done. */
export function startRollups({ clock, logger, rollUp }: RollupParts): () => Promise<void> {
  let timer: Cancel | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let trouble: string | undefined;
  let openNextMs = clock.monoMs() + OPEN_HOUR_EVERY_MS;

  const next = (afterMs: number) => {
    if (stopped) return;
    timer = clock.after(afterMs, () => {
      running = piece().then((pauseMs) => {
        running = undefined;
        next(pauseMs);
      });
    });
  };
  async function piece(): Promise<number> {
    const began = clock.monoMs();
    try {
      const withOpen = clock.monoMs() >= openNextMs;
      const untilMs = clock.wallMs() + (withOpen ? HOUR_MS : -OPEN_MS);
      const more = await rollUp(Math.floor(untilMs / HOUR_MS) * HOUR_MS);
      if (withOpen && !more) openNextMs = clock.monoMs() + OPEN_HOUR_EVERY_MS;
      if (trouble !== undefined) logger.log('info', 'history is rolled up again');
      trouble = undefined;
      return more ? Math.max(SHORTEST_PAUSE_MS, clock.monoMs() - began) : LOOK_EVERY_MS;
    } catch (cause) {
      // Said once, not each minute of a night.
      if (trouble === undefined) logger.log('warn', 'history could not be rolled up; it is tried again', { cause });
      trouble = messageOf(cause);
      return RETRY_MS;
    }
  }
  next(SHORTEST_PAUSE_MS);
  return async () => {
    stopped = true;
    timer?.();
    await running;
  };
}
