/** The histories that a chart shows: fetched for what is shown and some room on both sides, kept up live. */
import type { Series } from '@karez/model';
import { useEffect, useMemo, useRef, useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { aggregateOf } from '../../feed/recent.ts';
import { addReading } from '../../feed/series.ts';
import { useFarm, usePorts } from '../farm-context.tsx';
import { type Range, serves } from './range.ts';

export interface ChartHistory {
  /** In the order of the channels; undefined until the first answer. */
  series: Series[] | undefined;
  loading: boolean;
  problem: Problem | undefined;
  /** Rises whenever the series have changed, in place or by another answer. */
  revision: number;
}

interface Asked {
  /** The channels. */
  key: string;
  /** How often the farm had been loaded by then: after an interruption everything is asked for anew. */
  loads: number;
  fromMs: number;
  toMs: number;
  points: number;
}

interface Fetched extends Asked {
  series: Map<string, Series>;
}

/** Waits for fingers to rest before it asks, ms. */
const REST_MS = 120;
/** Room fetched on both sides, as a share of what is shown. */
const ROOM = 0.5;
/** Live readings are drawn at most this often, ms. */
const DRAW_MS = 500;
const RETRY_MS = 5_000;
/** A series of single readings that has grown by this many is asked for anew. */
const GROWN = 2_000;

/** @param points how many points are worth showing over the range. */
export function useHistory(channels: readonly string[], range: Range, points: number): ChartHistory {
  const { farm, feed, loads } = useFarm();
  const { api, clock } = usePorts();
  const fetched = useRef<Fetched>(undefined);
  const [state, setState] = useState<Omit<ChartHistory, 'series'>>({ loading: true, problem: undefined, revision: 0 });
  const [, setTries] = useState(0);
  const pending = useRef<Asked & { cancel(): void }>(undefined);
  const key = channels.join('\n');
  const span = range.toMs - range.fromMs;

  const serving = (asked: Asked | undefined, isRaw: boolean) =>
    asked?.key === key && asked.loads === loads && serves(asked, range, points, isRaw);
  const have = fetched.current;
  const isRaw = have !== undefined && [...have.series.values()].every((s) => s.stepMs === 0);

  // After every drawing: asks for what is shown if neither what is there nor what is on its way serves it.
  useEffect(() => {
    if (key === '' || serving(have, isRaw) || serving(pending.current, false)) return;
    pending.current?.cancel();
    const abort = new AbortController();
    const room = { fromMs: Math.floor(range.fromMs - span * ROOM), toMs: Math.ceil(range.toMs + span * ROOM) };
    const asked: Asked = { key, loads, ...room, points: Math.min(4_000, Math.round(points * (1 + ROOM * 2))) };
    const rest = clock.after(have?.key === key ? REST_MS : 0, () => {
      setState((s) => ({ ...s, loading: true }));
      api.history(farm, channels, asked, abort.signal).then(
        ({ series }) => {
          pending.current = undefined;
          fetched.current = { ...asked, series: new Map(series.map((s) => [s.id, s])) };
          setState((s) => ({ loading: false, problem: undefined, revision: s.revision + 1 }));
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setState((s) => ({ ...s, loading: false, problem: asProblem(error) }));
          // What failed stays on its way for a while, so that it is not asked for again at once.
          clock.after(RETRY_MS, () => {
            if (pending.current?.cancel === cancel) pending.current = undefined;
            setTries((n) => n + 1);
          });
        },
      );
    });
    const cancel = () => {
      rest();
      abort.abort();
    };
    pending.current = { ...asked, cancel };
  });
  useEffect(
    () => () => {
      pending.current?.cancel();
      pending.current = undefined;
    },
    [],
  );

  useEffect(() => {
    let later: (() => void) | undefined;
    const stop = feed.onRows((rows) => {
      const now = fetched.current;
      if (now === undefined) return;
      let grown = false;
      for (const [id, timeMs, value, quality] of rows) {
        const one = now.series.get(id);
        if (one === undefined || timeMs < now.fromMs || timeMs > now.toMs) continue;
        addReading(one, aggregateOf(id), now.fromMs, [timeMs, value, quality]);
        grown = true;
        if (one.stepMs === 0 && one.timeMs.length > now.points + GROWN) now.loads = -1;
      }
      if (grown)
        later ??= clock.after(DRAW_MS, () => {
          later = undefined;
          setState((s) => ({ ...s, revision: s.revision + 1 }));
        });
    });
    return () => {
      stop();
      later?.();
    };
  }, [feed, clock]);

  const shown = fetched.current;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the series have changed.
  const series = useMemo(
    () => (shown?.key === key ? channels.flatMap((id) => shown.series.get(id) ?? []) : undefined),
    [shown, key, state.revision],
  );
  return { ...state, series };
}
