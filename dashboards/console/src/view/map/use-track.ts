/** Where a sprayer has been in the last hour, kept up live. */
import type { ApiDevice, Series } from '@karez/model';
import { useEffect, useMemo, useRef, useState } from 'react';
import { aggregateOf } from '../../feed/recent.ts';
import { addReading, emptySeries, forgetBefore, unbrokenMs } from '../../feed/series.ts';
import { channelOf, sprayChannel, type TrackPiece, trackOf } from '../../judge/drone.ts';
import { useFarm, usePorts } from '../farm-context.tsx';

const TRACK_MS = 3_600_000;
const POINTS = 900;

export function useTrack(device: ApiDevice): TrackPiece[] {
  const { farm, feed, loads, nowMs } = useFarm();
  const { api } = usePorts();
  const latitude = channelOf(device, 'position.latitude');
  const longitude = channelOf(device, 'position.longitude');
  const spray = useMemo(() => sprayChannel(device), [device]);
  const ids = useMemo(
    () => [latitude, longitude, spray?.id].filter((id) => id !== undefined),
    [latitude, longitude, spray],
  );
  const series = useRef(new Map<string, Series>());
  const [loaded, setLoaded] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each complete load of the farm means that something may have been missed.
  useEffect(() => {
    if (latitude === undefined || longitude === undefined) return;
    const abort = new AbortController();
    const toMs = feed.snapshot().nowMs + 1_000;
    api.history(farm, ids, { fromMs: toMs - TRACK_MS, toMs, points: POINTS }, abort.signal).then(
      (history) => {
        for (const one of history.series) series.current.set(one.id, one);
        setLoaded((n) => n + 1);
      },
      () => {
        // The page says by itself that the connection is gone; the next load brings the track.
      },
    );
    return () => abort.abort();
  }, [api, farm, feed, ids, latitude, longitude, loads]);

  useEffect(
    () =>
      feed.onRows((rows) => {
        for (const [id, timeMs, value, quality] of rows) {
          if (!ids.includes(id)) continue;
          const one = series.current.get(id) ?? emptySeries(id, 0);
          series.current.set(id, one);
          addReading(one, aggregateOf(id), one.timeMs[0] ?? 0, [timeMs, value, quality]);
        }
      }),
    [feed, ids],
  );

  const second = Math.floor(nowMs / 1_000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the track is made anew once a second, from columns that grow in place.
  return useMemo(() => {
    const [north, east] = [series.current.get(latitude ?? ''), series.current.get(longitude ?? '')];
    if (north === undefined || east === undefined) return [];
    for (const one of series.current.values()) forgetBefore(one, second * 1_000 - TRACK_MS);
    const sprays = spray === undefined ? undefined : series.current.get(spray.id);
    return trackOf(
      north,
      east,
      spray === undefined || sprays === undefined ? undefined : { series: sprays, quantity: spray.quantity },
      unbrokenMs(device.intervalMs, north.stepMs),
    );
  }, [second, loaded, latitude, longitude, spray, device.intervalMs]);
}
