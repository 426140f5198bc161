/** What happened, in order: told while it happens where somebody wants to hear it, and as one number, so that two runs can be compared. */
import type { Clock } from '@karez/model';

export class Trace {
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  #hash = 0x811c9dc5;
  events = 0;

  constructor(clock: Clock, log: (line: string) => void) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param what counts in the comparison; the rest of the words only where somebody reads them. */
  say(what: string, subject = '', words = ''): void {
    this.events++;
    const atMs = this.#clock.monoMs();
    for (const c of `${what} ${subject} ${Math.round(atMs * 1_000)}`)
      this.#hash = Math.imul(this.#hash ^ (c.codePointAt(0) as number), 0x01000193) >>> 0;
    this.#log(`${(atMs / 1_000).toFixed(3).padStart(9)} ${what} ${subject} ${words}`);
  }

  /** Only for whoever reads. */
  tell(who: string, message: string, fields: Record<string, unknown>): void {
    const { cause, ...rest } = fields;
    const why = cause === undefined ? '' : ` because ${cause instanceof Error ? cause.message : cause}`;
    this.#log(
      `${(this.#clock.monoMs() / 1_000).toFixed(3).padStart(9)} ${who}: ${message}${why} ${JSON.stringify(rest)}`,
    );
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }
}
