/**
 * The live bus: what the store has just committed, and what changed about gateways and farms, handed to whoever
 * listens. Keeps the newest value of each channel by sampling time, so that a late reading never shows as current.
 */
import type { LatestValue, LiveGateway } from '@karez/model';
import { channelPath, type StoreBatch } from '../store/store.ts';
import type { LatestRow } from '../vault/vault.ts';

export type LiveRow = [id: string, timeMs: number, value: number | null, quality: number];

export interface LiveListener {
  readings(rows: readonly LiveRow[]): void;
  farm(): void;
  gateway(state: LiveGateway): void;
}

export class LiveBus {
  readonly #listeners = new Map<string, Set<LiveListener>>();
  /** Newest value by farm and channel id. */
  readonly #latest = new Map<string, Map<string, LatestValue>>();

  /** Takes the newest values that the vault kept. */
  load(rows: readonly LatestRow[]): void {
    for (const [path, timeMs, value, quality] of rows) {
      const [farm, id] = split(path);
      this.#farm(farm).set(id, [timeMs, value, quality]);
    }
  }

  latest(farm: string): ReadonlyMap<string, LatestValue> {
    return this.#latest.get(farm) ?? new Map();
  }

  /** Hears one farm; returns how to stop. */
  listen(farm: string, listener: LiveListener): () => void {
    const set = this.#listeners.get(farm) ?? new Set();
    this.#listeners.set(farm, set.add(listener));
    return () => set.delete(listener);
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Told after a commit. */
  committed(batches: readonly StoreBatch[]): void {
    for (const { farm, readings, channels } of batches) {
      const latest = this.#farm(farm);
      const ids = new Map<number, string>();
      const rows: LiveRow[] = [];
      for (let i = 0; i < readings.count; i++) {
        const number = readings.channel[i] as number;
        let id = ids.get(number);
        if (id === undefined) {
          const channel = channels.get(number);
          if (channel === undefined) continue;
          id = split(channelPath(channel))[1];
          ids.set(number, id);
        }
        const timeMs = readings.timeMs[i] as number;
        const raw = readings.value[i] as number;
        const value = Number.isNaN(raw) ? null : raw;
        const quality = readings.quality[i] as number;
        const known = latest.get(id);
        if (known === undefined || timeMs >= known[0]) latest.set(id, [timeMs, value, quality]);
        rows.push([id, timeMs, value, quality]);
      }
      for (const listener of this.#listeners.get(farm) ?? []) listener.readings(rows);
    }
  }

  farmChanged(farm: string): void {
    for (const listener of this.#listeners.get(farm) ?? []) listener.farm();
  }

  gatewayChanged(farm: string, state: LiveGateway): void {
    for (const listener of this.#listeners.get(farm) ?? []) listener.gateway(state);
  }

  #farm(farm: string): Map<string, LatestValue> {
    let latest = this.#latest.get(farm);
    if (latest === undefined) {
      latest = new Map();
      this.#latest.set(farm, latest);
    }
    return latest;
  }
}

/** `farm/rest` in two. */
function split(path: string): [farm: string, id: string] {
  const slash = path.indexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}
