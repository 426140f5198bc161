/**
 * The last six hours of the channels that a page shows, in steps of three minutes: fetched in a few requests when first
 * wanted, then kept up with what comes live.
 */
import type { Series } from '@karez/model';
import type { Cancel, Clock } from '@karez/model/ports';
import { quantityOf } from '@karez/model/quantities';
import { type Api, asProblem, HISTORY_CHANNELS, type Problem } from './api.ts';
import { addReading, emptySeries, forgetBefore, toSteps } from './series.ts';

export const RECENT_MS = 6 * 3_600_000;
export const RECENT_STEP_MS = 180_000;
/** Wishes that come within this time go into one request, ms. */
const GATHER_MS = 30;
/** How often a series that has grown is shown anew, ms: a reading more is less than a pixel. */
const RENEW_MS = 15_000;
const RETRY_MS = 10_000;

export type Recent = { state: 'loading' } | { state: 'ready'; series: Series } | { state: 'failed'; problem: Problem };
export type Row = readonly [channelId: string, timeMs: number, value: number | null, quality: number];

const LOADING: Recent = { state: 'loading' };

export class RecentHistories {
  readonly #farm: string;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #nowMs: () => number;
  readonly #changed: () => void;
  readonly #known = new Map<string, Recent>();
  readonly #wanted = new Set<string>();
  readonly #grown = new Set<string>();
  readonly #timers = new Set<Cancel>();
  #asking = false;
  #stopped = false;

  constructor(farm: string, api: Api, clock: Clock, nowMs: () => number, changed: () => void) {
    this.#farm = farm;
    this.#api = api;
    this.#clock = clock;
    this.#nowMs = nowMs;
    this.#changed = changed;
    this.#timers.add(clock.every(RENEW_MS, () => this.#renew()));
  }

  /** What is known of a channel; undefined where nobody wanted it yet. */
  of(channelId: string): Recent | undefined {
    return this.#known.get(channelId);
  }

  /** Fetches what is not there yet. */
  want(channelIds: readonly string[]): void {
    const fresh = channelIds.filter((id) => !this.#known.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) {
      this.#known.set(id, LOADING);
      this.#wanted.add(id);
    }
    this.#after(GATHER_MS, () => void this.#ask());
  }

  /** Fetches everything anew: after an interruption nobody knows what was missed. What is shown stays until then. */
  refresh(): void {
    for (const id of this.#known.keys()) this.#wanted.add(id);
    void this.#ask();
  }

  take(rows: readonly Row[]): void {
    for (const [id, timeMs, value, quality] of rows) {
      const recent = this.#known.get(id);
      if (recent?.state !== 'ready' || timeMs < this.#nowMs() - RECENT_MS) continue;
      addReading(recent.series, aggregateOf(id), 0, [timeMs, value, quality]);
      this.#grown.add(id);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
  }

  #after(delayMs: number, run: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  #renew(): void {
    if (this.#grown.size === 0) return;
    for (const id of this.#grown) {
      const recent = this.#known.get(id);
      if (recent?.state !== 'ready') continue;
      forgetBefore(recent.series, this.#nowMs() - RECENT_MS);
      this.#known.set(id, { state: 'ready', series: { ...recent.series } });
    }
    this.#grown.clear();
    this.#changed();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#wanted.size > 0 && !this.#stopped) {
        const ids = [...this.#wanted].slice(0, HISTORY_CHANNELS);
        for (const id of ids) this.#wanted.delete(id);
        await this.#fetch(ids);
        if (!this.#stopped) this.#changed();
      }
    } finally {
      this.#asking = false;
    }
  }

  async #fetch(ids: string[]): Promise<void> {
    // Steps begin at whole multiples, so that those of all requests, and of live readings, are the same.
    const toMs = (Math.floor(this.#nowMs() / RECENT_STEP_MS) + 1) * RECENT_STEP_MS;
    const range = { fromMs: toMs - RECENT_MS, toMs, points: RECENT_MS / RECENT_STEP_MS };
    try {
      const { series } = await this.#api.history(this.#farm, ids, range);
      const found = new Map(series.map((s) => [s.id, s]));
      for (const id of ids) {
        const one = found.get(id) ?? emptySeries(id, RECENT_STEP_MS);
        this.#known.set(id, { state: 'ready', series: toSteps(one, aggregateOf(id), RECENT_STEP_MS) });
      }
    } catch (error) {
      for (const id of ids)
        if (this.#known.get(id)?.state !== 'ready') this.#known.set(id, { state: 'failed', problem: asProblem(error) });
      this.#after(RETRY_MS, () => {
        for (const id of ids) this.#wanted.add(id);
        void this.#ask();
      });
    }
  }
}

/** How readings of a channel become one, from the quantity in its id: `gateway/device/quantity[@place]`. */
export function aggregateOf(channelId: string) {
  const quantity = channelId.slice(channelId.lastIndexOf('/') + 1).split('@')[0] as string;
  return quantityOf(quantity)?.aggregate ?? 'mean';
}
