/** When something was wrong that may delay live readings: judged afterwards, so that no rule depends on what comes later. */
export class Trouble {
  readonly #spans: { fromMs: number; toMs: number; why: string }[] = [];
  readonly #open = new Map<string, number>();

  add(fromMs: number, toMs: number, why: string): void {
    this.#spans.push({ fromMs, toMs, why });
  }

  /** Begins a span that goes on until `over`. */
  begin(why: string, nowMs: number): void {
    if (!this.#open.has(why)) this.#open.set(why, nowMs);
  }

  /** @param afterMs so long it may still be felt. */
  over(why: string, nowMs: number, afterMs: number): void {
    const fromMs = this.#open.get(why);
    if (fromMs === undefined) return;
    this.#open.delete(why);
    this.add(fromMs, nowMs + afterMs, why);
  }

  /** What was wrong at any moment between the two; undefined where nothing was. */
  between(fromMs: number, toMs: number): string | undefined {
    for (const [why, since] of this.#open) if (since <= toMs) return why;
    return this.#spans.find((span) => span.fromMs <= toMs && span.toMs >= fromMs)?.why;
  }
}
