/**
 * Whether anybody reads a pseudo-terminal. A serial port that no program has open loses what arrives; a pseudo-terminal
 * would keep it and hand minutes-old packets to the next program that opens it. The kernel notes when a tty was last read
 * in its access time, to eight seconds: when bytes were written and that time stands still, nobody reads. Where the kernel
 * does not tell, somebody is taken to read.
 */
import type { Clock } from '@karez/model';

const LOOK_EVERY_MS = 1_000;
/** Above the kernel's eight seconds, with room for a slow reader. */
const PATIENCE_MS = 15_000;
/** How often a few bytes go out to see whether somebody reads now. */
const PROBE_EVERY_MS = 20_000;

export class TtyReader {
  readonly #clock: Clock;
  readonly #accessMs: () => number | undefined;
  #lastAccessMs: number | undefined;
  #tells = false;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #probedMs = Number.NEGATIVE_INFINITY;
  /** When the first bytes went out that nobody is known to have read. */
  #unreadMs: number | undefined;

  /** `accessMs` gives the tty's access time. */
  constructor(clock: Clock, accessMs: () => number | undefined) {
    this.#clock = clock;
    this.#accessMs = accessMs;
    this.#lastAccessMs = accessMs();
  }

  /** The other side has spoken, so it is there. */
  heard(): void {
    this.#unreadMs = undefined;
  }

  /** Asked before bytes go out: whether they should. */
  allows(): boolean {
    const now = this.#clock.monoMs();
    if (now - this.#lookedMs >= LOOK_EVERY_MS) this.#look(now);
    this.#unreadMs ??= now;
    if (!this.#tells || now - this.#unreadMs < PATIENCE_MS) return true;
    if (now - this.#probedMs < PROBE_EVERY_MS) return false;
    this.#probedMs = now;
    return true;
  }

  #look(now: number): void {
    this.#lookedMs = now;
    const accessMs = this.#accessMs();
    if (accessMs === undefined || accessMs === this.#lastAccessMs) return;
    this.#lastAccessMs = accessMs;
    this.#tells = true;
    this.#unreadMs = undefined;
  }
}
