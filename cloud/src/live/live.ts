/**
 * The live bus: what the store has just committed, and what changed about gateways and farms, handed to whoever
 * listens. Keeps the newest value of each channel by sampling time, so that a late reading never shows as current
 * (store/newest.ts says what is newest). A listener that fails harms no other.
 */
import {
  ALERT_DEVICE,
  type ApiAlert,
  type ApiCommand,
  COMMAND_DEVICE,
  type LatestValue,
  LIMITS,
  type LiveGateway,
  type Logger,
} from '@karez/model';
import { newestRows, takenMs } from '../store/newest.ts';
import { channelPath, type StoreBatch, type StoreChannel } from '../store/store.ts';
import type { LatestRow } from '../vault/readings.ts';

export type LiveRow = [id: string, timeMs: number, value: number | null, quality: number];

/** Readings that were committed and are too many to be told one by one. */
export interface Late {
  fromMs: number;
  toMs: number;
  readings: number;
}

export interface LiveListener {
  readings(rows: readonly LiveRow[]): void;
  late(late: Late): void;
  farm(): void;
  gateway(state: LiveGateway): void;
  alert?(alert: ApiAlert): void;
  /** The farm's rules have changed, to this revision. */
  rules?(revision: number): void;
  command?(command: ApiCommand): void;
  /** Actuators, or whether everything is stopped. */
  actuators?(): void;
}

/** Whoever asks again and again looks. */
const ASKED_MS = 60_000;
/** Devices whose readings are shown in other words. */
const HIDDEN: readonly string[] = [ALERT_DEVICE, COMMAND_DEVICE];

interface Newest {
  shown: LatestValue;
  seq: number;
}

export class LiveBus {
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Set<LiveListener>>();
  /** Newest value by farm and channel id. */
  readonly #newest = new Map<string, Map<string, Newest>>();

  /** When a farm's newest values were last asked for. */
  readonly #askedMs = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Takes the newest values that the vault kept. */
  load(rows: readonly LatestRow[]): void {
    for (const [path, timeMs, value, quality, seq] of rows) {
      const [farm, id] = split(path);
      if (HIDDEN.includes(id.split('/')[1] as string)) continue;
      this.#farm(farm).set(id, { shown: [timeMs, value, quality], seq });
    }
  }

  latest(farm: string): Record<string, LatestValue> {
    return Object.fromEntries(Array.from(this.#newest.get(farm) ?? [], ([id, { shown }]) => [id, shown]));
  }

  /** Hears one farm; returns how to stop. */
  listen(farm: string, listener: LiveListener): () => void {
    const set = this.#listeners.get(farm) ?? new Set();
    this.#listeners.set(farm, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.#listeners.get(farm) === set) this.#listeners.delete(farm);
    };
  }

  /** Somebody has asked for a farm's newest values. */
  asked(farm: string, nowMs: number): void {
    this.#askedMs.set(farm, nowMs);
  }

  /** Whether anybody hears a farm, or has asked for its newest values lately. */
  isWatched(farm: string, nowMs: number): boolean {
    const ageMs = nowMs - (this.#askedMs.get(farm) ?? Number.NEGATIVE_INFINITY);
    return this.#listeners.has(farm) || (ageMs >= 0 && ageMs < ASKED_MS);
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Told after a commit, with the cloud's clock at that moment. */
  committed(batches: readonly StoreBatch[], nowMs: number): void {
    for (const { farm, readings, channels } of batches) {
      const ids = new Map<number, string>();
      const newest: LiveRow[] = [];
      for (const [number, i] of newestRows(readings)) {
        const channel = channels.get(number) as StoreChannel;
        // What a gateway's rules say is told as alerts, and what became of commands as commands.
        if (HIDDEN.includes(channel.device)) continue;
        const id = split(channelPath(channel))[1];
        ids.set(number, id);
        const row = rowAt(readings, i, id, nowMs);
        newest.push(row);
        this.#update(farm, row, readings.seq[i] as number);
      }
      if (readings.count === 0 || !this.#listeners.has(farm)) continue;
      if (readings.count > LIMITS.freshBatchReadings) {
        const late = { ...span(readings, nowMs), readings: readings.count };
        this.#tell(farm, (listener) => {
          listener.readings(newest);
          listener.late(late);
        });
        continue;
      }
      const rows: LiveRow[] = [];
      for (let i = 0; i < readings.count; i++) {
        const id = ids.get(readings.channel[i] as number);
        if (id !== undefined) rows.push(rowAt(readings, i, id, nowMs));
      }
      if (rows.length === 0) continue;
      this.#tell(farm, (listener) => listener.readings(rows));
    }
  }

  farmChanged(farm: string): void {
    this.#tell(farm, (listener) => listener.farm());
  }

  gatewayChanged(farm: string, state: LiveGateway): void {
    this.#tell(farm, (listener) => listener.gateway(state));
  }

  alertChanged(farm: string, alert: ApiAlert): void {
    this.#tell(farm, (listener) => listener.alert?.(alert));
  }

  rulesChanged(farm: string, revision: number): void {
    this.#tell(farm, (listener) => listener.rules?.(revision));
  }

  commandChanged(farm: string, command: ApiCommand): void {
    this.#tell(farm, (listener) => listener.command?.(command));
  }

  actuatorsChanged(farm: string): void {
    this.#tell(farm, (listener) => listener.actuators?.());
  }

  #update(farm: string, [id, timeMs, value, quality]: LiveRow, seq: number): void {
    const known = this.#farm(farm).get(id);
    const isNewer = known === undefined || timeMs > known.shown[0] || (timeMs === known.shown[0] && seq >= known.seq);
    if (isNewer) this.#farm(farm).set(id, { shown: [timeMs, value, quality], seq });
  }

  #tell(farm: string, what: (listener: LiveListener) => void): void {
    for (const listener of this.#listeners.get(farm) ?? []) {
      try {
        what(listener);
      } catch (cause) {
        this.#logger.log('error', 'a listener of live values failed', { farm, cause });
      }
    }
  }

  #farm(farm: string): Map<string, Newest> {
    let newest = this.#newest.get(farm);
    if (newest === undefined) {
      newest = new Map();
      this.#newest.set(farm, newest);
    }
    return newest;
  }
}

function rowAt(readings: StoreBatch['readings'], i: number, id: string, nowMs: number): LiveRow {
  const value = readings.value[i] as number;
  return [
    id,
    takenMs(readings.timeMs[i] as number, nowMs),
    Number.isNaN(value) ? null : value,
    readings.quality[i] as number,
  ];
}

function span({ timeMs, count }: StoreBatch['readings'], nowMs: number): Pick<Late, 'fromMs' | 'toMs'> {
  let fromMs = nowMs;
  let toMs = 0;
  for (let i = 0; i < count; i++) {
    const t = takenMs(timeMs[i] as number, nowMs);
    if (t < fromMs) fromMs = t;
    if (t > toMs) toMs = t;
  }
  return { fromMs, toMs };
}

/** `farm/rest` in two. */
function split(path: string): [farm: string, id: string] {
  const slash = path.indexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}
