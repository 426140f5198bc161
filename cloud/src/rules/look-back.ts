/**
 * What a rule would have said of the past: the evaluator that works live, over readings out of the store, day by day, with the
 * moments in between at which something changes by itself.
 */
import {
  Evaluator,
  KarezError,
  LIMITS,
  type LookBack,
  problem,
  type Rule,
  type Transition,
  type World,
} from '@karez/model';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';
import { Handles, worldOf } from './handles.ts';

export interface LookBackParts {
  store: Pick<Store, 'history'>;
  registry: Registry;
}

/** One firing, from when to when; null where it had not ended at the end of the range. */
export interface Occurrence {
  subject: string;
  anchor: number;
  fromMs: number;
  toMs: number | null;
  value: number;
}

export interface Looked {
  occurrences: Occurrence[];
  subjects: number;
  readings: number;
  /** What could not be looked at, in words. */
  incomplete: string | null;
}

const DAY_MS = 86_400_000;
/** Readings of one channel asked for at once; more are asked for in shorter pieces. */
const POINTS = 100_000;
const SHORTEST_MS = 60_000;
/** Samples judged before others have their turn. */
const SAMPLES_AT_ONCE = 5_000;
const BEFORE_AT_MOST_MS = DAY_MS;

/**
 * Looks back over `fromMs` to `toMs`, excluded.
 * @throws KarezError STORE_UNAVAILABLE, NOT_FOUND where there is no such farm.
 */
export async function lookBack(
  parts: LookBackParts,
  farm: string,
  rule: Rule,
  fromMs: number,
  toMs: number,
): Promise<Looked> {
  const detail = parts.registry.farm(farm);
  if (detail === undefined) throw problem('farm-unknown', { farm }, 'params.farm');
  if (rule.condition.type === 'gateway-silent')
    return {
      ...{ occurrences: [], subjects: detail.gateways.length, readings: 0 },
      incomplete: 'when a gateway was heard is not kept, so its silence cannot be looked back at',
    };
  const handles = new Handles();
  const world = worldOf(detail, handles);
  const evaluator = new Evaluator();
  // What lasts over the start of the range began before it.
  const startMs = Math.max(0, fromMs - Math.min(BEFORE_AT_MOST_MS, lastingMs(rule, world)));
  evaluator.use(
    { rules: [{ revision: 1, rule: { ...rule, enabled: true } }], timeZone: detail.timeZone },
    world,
    startMs,
  );
  const watched = evaluator.watched();
  const names = handles.names();
  const channels = [...new Set(watched.flatMap((w) => w.inputs))].map(
    (handle) => [handle, names.get(handle) as string] as const,
  );
  const reader = new Reader(parts, farm, channels);
  const gathered = new Occurrences();
  const judge = judgeOver(evaluator, (transitions) => gathered.take(transitions));
  let incomplete: string | null = null;
  for (let atMs = startMs; atMs < toMs; ) {
    const piece = await reader.read(atMs, Math.min(toMs, atMs + reader.stepMs));
    if (piece === undefined) {
      const day = new Date(atMs).toISOString().slice(0, 10);
      incomplete = `there are too many readings to look at all of them; this is up to ${day}`;
      break;
    }
    await judge(piece.rows);
    atMs = piece.toMs;
  }
  if (incomplete === null) gathered.take(passTo(evaluator, toMs - 1));
  const occurrences = gathered.all.filter((o) => o.toMs === null || o.toMs > fromMs);
  return { occurrences, subjects: watched.length, readings: reader.readings, incomplete };
}

/** The same as the API says it. */
export function shownLookBack({ occurrences, subjects, readings, incomplete }: Looked): LookBack {
  const newest = occurrences.toSorted((a, b) => b.fromMs - a.fromMs).slice(0, LIMITS.lookBackOccurrences);
  return {
    ...{ fired: occurrences.length, subjects, readings, incomplete },
    occurrences: newest.map(({ subject, fromMs, toMs, value }) => ({
      ...{ subject, fromMs, toMs, value: Number.isNaN(value) ? null : value },
    })),
  };
}

/** How long a rule may have to see before it says something. */
function lastingMs({ condition }: Rule, { devices }: World): number {
  const longestMs = devices.reduce((longest, { intervalMs }) => Math.max(longest, intervalMs), 0);
  const { forS = 0 } = 'recover' in condition ? condition : {};
  const minutes = condition.type === 'rate' ? condition.overMin : condition.type === 'stuck' ? condition.forMin : 0;
  return forS * 1_000 + minutes * 60_000 + longestMs * 4;
}

type Row = [timeMs: number, handle: number, value: number, quality: number];

class Reader {
  readonly #parts: LookBackParts;
  readonly #farm: string;
  readonly #channels: readonly (readonly [handle: number, id: string])[];
  readings = 0;
  /** How much is asked for at once; shorter where readings are dense. */
  stepMs = DAY_MS;

  constructor(parts: LookBackParts, farm: string, channels: readonly (readonly [number, string])[]) {
    this.#parts = parts;
    this.#farm = farm;
    this.#channels = channels;
  }

  /** Readings of all channels in the order of time, up to `toMs` or a time before it; undefined where it would be too many. */
  async read(fromMs: number, toMs: number): Promise<{ rows: Row[]; toMs: number } | undefined> {
    const { store, registry } = this.#parts;
    const rows: Row[] = [];
    for (const [handle, id] of this.#channels) {
      const channel = registry.channelOf(this.#farm, id);
      if (channel === undefined) continue;
      const most = LIMITS.lookBackReadings - this.readings - rows.length;
      if (most <= 0) return undefined;
      const series = await store
        .history({ channel, id, aggregate: 'last', fromMs, toMs, points: POINTS, most: POINTS + 1 })
        .catch((error) => {
          if (error instanceof KarezError && error.code === 'REQUEST_INVALID') return undefined;
          throw error;
        });
      if (series === undefined || series.stepMs !== 0) {
        this.stepMs = Math.floor((toMs - fromMs) / 2);
        return this.stepMs < SHORTEST_MS ? undefined : this.read(fromMs, fromMs + this.stepMs);
      }
      for (const [i, timeMs] of series.timeMs.entries())
        rows.push([timeMs, handle, series.mean[i] ?? Number.NaN, series.quality[i] as number]);
    }
    this.readings += rows.length;
    rows.sort((a, b) => a[0] - b[0]);
    return { rows, toMs };
  }
}

/** Judges rows in the order of time; rows of one moment together. */
function judgeOver(evaluator: Evaluator, take: (transitions: readonly Transition[]) => void) {
  let nextMs = evaluator.nextMs();
  let revived = evaluator.revived;
  return async (rows: readonly Row[]): Promise<void> => {
    let samples = 0;
    for (let i = 0; i < rows.length; ) {
      const timeMs = (rows[i] as Row)[0];
      const sample = { timeMs, handles: [] as number[], values: [] as number[], qualities: [] as number[] };
      for (let row = rows[i]; row !== undefined && row[0] === timeMs; row = rows[++i]) {
        sample.handles.push(row[1]);
        sample.values.push(row[2]);
        sample.qualities.push(row[3]);
      }
      if (nextMs <= timeMs) {
        take(passTo(evaluator, timeMs));
        nextMs = evaluator.nextMs();
      }
      take(evaluator.see(sample, timeMs));
      if (evaluator.revived !== revived) nextMs = evaluator.nextMs();
      revived = evaluator.revived;
      if (++samples % SAMPLES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

/** Lets time pass until `toMs`, moment by moment. */
function passTo(evaluator: Evaluator, toMs: number): Transition[] {
  const transitions: Transition[] = [];
  for (let next = evaluator.nextMs(); next <= toMs; next = evaluator.nextMs())
    transitions.push(...evaluator.tick(next));
  return transitions;
}

/** Firings with their ends. */
class Occurrences {
  readonly all: Occurrence[] = [];
  readonly #open = new Map<string, Occurrence>();

  take(transitions: readonly Transition[]): void {
    for (const { subject, anchor, state, timeMs, value } of transitions) {
      const open = this.#open.get(subject);
      if (state === 'firing' && open === undefined) {
        const occurrence = { subject, anchor, fromMs: timeMs, toMs: null, value };
        this.#open.set(subject, occurrence);
        this.all.push(occurrence);
      } else if (state === 'ok' && open !== undefined) {
        open.toMs = timeMs;
        this.#open.delete(subject);
      }
    }
  }
}
