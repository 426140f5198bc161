/** How old live values are when a page shows them. */

/**
 * How long values took to be seen. A value that is never shown, because a newer one of its channel was, counts until that.
 */
export class Delays {
  #pending = new Map<string, { count: number; sentMs: number }[]>();
  #ms: number[] = [];

  sent(channel: string, count: number): void {
    const sentMs = performance.now();
    const pending = this.#pending.get(channel);
    if (pending === undefined) this.#pending.set(channel, [{ count, sentMs }]);
    else pending.push({ count, sentMs });
  }

  seen(channel: string, value: number): void {
    const pending = this.#pending.get(channel);
    const at = pending?.findLastIndex(({ count }) => count === value) ?? -1;
    if (pending === undefined || at < 0) return;
    const now = performance.now();
    for (const { sentMs } of pending.splice(0, at + 1)) this.#ms.push(now - sentMs);
  }

  /** Nothing that was sent until now counts. */
  forget(): void {
    this.#pending.clear();
    this.#ms = [];
  }

  /** Those so far; the next take begins with none. */
  take(): number[] {
    const taken = this.#ms;
    this.#ms = [];
    return taken;
  }

  get waiting(): number {
    return [...this.#pending.values()].reduce((sum, list) => sum + list.length, 0);
  }
}
