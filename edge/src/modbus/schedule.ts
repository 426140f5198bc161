/**
 * Who is asked next on a bus. A device that answers keeps its rhythm. One that is silent is asked again and again, but
 * only where it fits before the next living one is due, and never for more than a tenth of the time; so that a dead probe
 * slows nobody, and one that was mended is noticed within seconds.
 */

export interface Turn {
  readonly intervalMs: number;
  /** Time that asking it in vain takes. */
  readonly costMs: number;
  dueMs: number;
  /** Times in a row without an answer. */
  failures: number;
  /** Its samples wait for the disk: not asked again before. */
  isWaiting: boolean;
}

/** Failures in a row after which a device counts as silent. */
const SILENT_AFTER = 2;
/** A silent device is asked at least so often where the bus has room. */
const SILENT_EVERY_MS = 15_000;
/** And so often on a bus that has none. */
const STARVING_MS = 60_000;
/** Share of the time that asking silent ones in vain may take. */
const SILENT_SHARE = 0.1;
/** Longest time without looking again. */
const LOOK_AGAIN_MS = 20;

export const isSilent = (turn: Turn): boolean => turn.failures >= SILENT_AFTER;

export class Schedule<T extends Turn> {
  readonly #turns: readonly T[];
  /** When a silent one may be asked again. */
  #silentFromMs = 0;

  constructor(turns: readonly T[]) {
    this.#turns = turns;
  }

  /** Whose turn it is now, or how long nobody's. */
  next(nowMs: number): T | { waitMs: number } {
    const free = this.#turns.filter((turn) => !turn.isWaiting);
    const living = earliest(free.filter((turn) => !isSilent(turn)));
    const silent = earliest(free.filter(isSilent));
    const livingInMs = living === undefined ? Number.POSITIVE_INFINITY : living.dueMs - nowMs;
    if (silent !== undefined && silent.dueMs <= nowMs && this.#silentFromMs <= nowMs) {
      const fits = livingInMs >= silent.costMs;
      if (fits || nowMs - silent.dueMs >= STARVING_MS) return silent;
    }
    if (living !== undefined && livingInMs <= 0) return living;
    const silentInMs =
      silent === undefined ? Number.POSITIVE_INFINITY : Math.max(silent.dueMs, this.#silentFromMs) - nowMs;
    const wait = Math.min(livingInMs, silentInMs > 0 ? silentInMs : livingInMs);
    return { waitMs: this.#turns.some((turn) => turn.isWaiting) ? Math.min(wait, LOOK_AGAIN_MS) : wait };
  }

  answered(turn: T, nowMs: number): void {
    if (isSilent(turn)) this.askAllNow(nowMs);
    turn.failures = 0;
    this.#again(turn, turn.intervalMs, nowMs);
  }

  /** @param spentMs what asking in vain took. */
  failed(turn: T, spentMs: number, nowMs: number): void {
    turn.failures++;
    if (!isSilent(turn)) {
      this.#again(turn, Math.min(turn.intervalMs, SILENT_EVERY_MS), nowMs);
      return;
    }
    this.#again(turn, SILENT_EVERY_MS, nowMs);
    this.#silentFromMs = nowMs + spentMs * (1 / SILENT_SHARE - 1);
  }

  /** The silent ones may be back: a cable was mended, the line was opened anew. */
  askAllNow(nowMs: number): void {
    this.#silentFromMs = nowMs;
    for (const turn of this.#turns) if (isSilent(turn)) turn.dueMs = nowMs;
  }

  /** From when it was due, so that the rhythm does not drift; where a whole turn was missed, a new rhythm begins. */
  #again(turn: T, intervalMs: number, nowMs: number): void {
    const next = turn.dueMs + intervalMs;
    turn.dueMs = next > nowMs ? next : nowMs + intervalMs;
  }
}

function earliest<T extends Turn>(turns: readonly T[]): T | undefined {
  let first: T | undefined;
  for (const turn of turns) if (first === undefined || turn.dueMs < first.dueMs) first = turn;
  return first;
}
