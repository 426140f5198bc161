/**
 * What late readings show of rules that the cloud judges: once they have all come, it looks back over that time and writes
 * down what was not known, as history. Nothing is told to anybody.
 */
import type { Cancel, Clock, Logger, Rule } from '@karez/model';
import type { Looked, Occurrence } from './look-back.ts';

export interface LateLooksParts {
  clock: Clock;
  logger: Logger;
  rule(farm: string, id: string): { rule: Rule; revision: number } | undefined;
  lookBack(farm: string, rule: Rule, fromMs: number, toMs: number): Promise<Looked>;
  /** Writes down what is not known yet. */
  found(farm: string, rule: Rule, revision: number, occurrences: readonly Occurrence[]): Promise<void>;
}

/** Without more of them for so long, late readings have all come. */
const QUIET_MS = 30_000;
/** Looked at besides the late readings themselves, so that what began before them is seen whole. */
const AROUND_MS = 3_600_000;

export class LateLooks {
  readonly #parts: LateLooksParts;
  readonly #waiting = new Map<string, { farm: string; rule: string; fromMs: number; toMs: number; cancel: Cancel }>();
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: LateLooksParts) {
    this.#parts = parts;
  }

  /** Late readings between these times concern this rule. */
  late(farm: string, rule: string, fromMs: number, toMs: number): void {
    const key = `${farm} ${rule}`;
    const known = this.#waiting.get(key);
    known?.cancel();
    const range = { fromMs: Math.min(known?.fromMs ?? fromMs, fromMs), toMs: Math.max(known?.toMs ?? toMs, toMs) };
    const cancel = this.#parts.clock.after(QUIET_MS, () => this.#due(key));
    this.#waiting.set(key, { farm, rule, ...range, cancel });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { cancel } of this.#waiting.values()) cancel();
    await this.#looking;
  }

  #due(key: string): void {
    const wanted = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (wanted === undefined || this.#stopped) return;
    const { farm, rule, fromMs, toMs } = wanted;
    this.#looking = this.#looking
      .then(() => this.#look(farm, rule, fromMs, toMs))
      .catch((cause) => {
        this.#parts.logger.log('warn', 'late readings could not be looked at for alerts; it is tried again', {
          farm,
          rule,
          cause,
        });
        if (!this.#stopped) this.late(farm, rule, fromMs, toMs);
      });
  }

  async #look(farm: string, id: string, fromMs: number, toMs: number): Promise<void> {
    const { rule, lookBack, found } = this.#parts;
    const wording = rule(farm, id);
    if (wording === undefined) return;
    const { occurrences } = await lookBack(farm, wording.rule, fromMs - AROUND_MS, toMs + AROUND_MS);
    // What goes on at the end of what was looked at is the present's business.
    const over = occurrences.filter((o) => o.toMs !== null && o.fromMs <= toMs && o.toMs >= fromMs);
    await found(farm, wording.rule, wording.revision, over);
  }
}
