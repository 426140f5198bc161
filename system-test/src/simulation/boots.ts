/** What the outside knows of the gateway machine's boots: when each began and ended, and whether anybody told it the time. */
export interface Boot {
  /** True times. */
  startMs: number;
  endMs: number;
  learntMs: number;
}

/** A time that was heard so shortly before the end may not have been written down. */
const WRITTEN_MS = 10_000;

export class Boots {
  readonly #boots: Boot[] = [];
  /** When each life of the process was told the time first. */
  readonly #lives = new Map<number, number>();

  started(boot: number, trueMs: number): void {
    this.#boots[boot] ??= { startMs: trueMs, endMs: Number.POSITIVE_INFINITY, learntMs: Number.POSITIVE_INFINITY };
  }

  ended(boot: number, trueMs: number): void {
    const known = this.#boots[boot];
    if (known !== undefined) known.endMs = Math.min(known.endMs, trueMs);
  }

  /** Somebody told it the time. */
  learnt({ boot, number }: { boot: number; number: number }, trueMs: number): void {
    if (!this.#lives.has(number)) this.#lives.set(number, trueMs);
    const known = this.#boots[boot];
    if (known !== undefined) known.learntMs = Math.min(known.learntMs, trueMs);
  }

  /** True time at which a life was told the time first; infinite where it never was. */
  learntMs(life: number): number {
    return this.#lives.get(life) ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the gateway must know when its readings of that boot were taken. */
  isDated(boot: number): boolean {
    const known = this.#boots[boot];
    return known !== undefined && known.learntMs + WRITTEN_MS < known.endMs;
  }

  /** The start of the first boot after this one that is dated: what was taken before was taken before then. */
  nextDatedMs(boot: number): number {
    for (let next = boot + 1; next < this.#boots.length; next++)
      if (this.isDated(next)) return (this.#boots[next] as Boot).startMs;
    return Number.POSITIVE_INFINITY;
  }
}
