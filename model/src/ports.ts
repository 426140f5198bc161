/**
 * Ports for whatever is not deterministic. Only `main.ts` files and adapters may touch the real clock, timers,
 * randomness or the console; everything else is handed one of these, so that tests run in virtual time from one seed.
 */

/** Stops a timer. Calling it twice is harmless. */
export type Cancel = () => void;

export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. May be wrong, and may step in either direction. */
  wallMs(): number;
  /** Milliseconds since some fixed moment of the machine's boot, the same for all its processes; never steps back. */
  monoMs(): number;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Cancel;
  /** Calls `run` every `periodMs`, first after one period. */
  every(periodMs: number, run: () => void): Cancel;
}

export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger {
  /** `fields` hold plain data only; an Error goes in as `cause`. */
  log(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
}

/** The real clock. In Node.js it counts by CLOCK_MONOTONIC, so that a restarted process can still date what it took before (clock_gettime(2)). */
export function systemClock(): Clock {
  const isNode = typeof process !== 'undefined' && typeof process.hrtime === 'function';
  return {
    wallMs: () => Date.now(),
    monoMs: isNode ? () => Number(process.hrtime.bigint()) / 1e6 : () => performance.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    every(periodMs, run) {
      const timer = setInterval(run, periodMs);
      return () => clearInterval(timer);
    },
  };
}

/**
 * A small seeded generator (mulberry32): the same seed gives the same numbers on every machine.
 * Good enough for jitter and simulation, never for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** One JSON line per entry on standard error, so that standard output stays free for results. */
export function jsonLogger(name: string, minimum: LogLevel = 'info', clock: Clock = systemClock()): Logger {
  const order: LogLevel[] = ['debug', 'info', 'warn', 'error'];
  return {
    log(level, message, fields = {}) {
      if (order.indexOf(level) < order.indexOf(minimum)) return;
      const { cause, ...rest } = fields;
      const line = {
        time: new Date(clock.wallMs()).toISOString(),
        level,
        name,
        message,
        ...rest,
        ...(cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : String(cause) }),
      };
      process.stderr.write(`${JSON.stringify(line)}\n`);
    },
  };
}

/** For places where nobody listens. */
export const silentLogger: Logger = { log() {} };

/** Ends a service on SIGINT or SIGTERM: once, with status 0 where it stopped cleanly and 1 where not. */
export function stopOnSignal(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error) => {
        logger.log('error', 'could not stop cleanly', { cause: error });
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
