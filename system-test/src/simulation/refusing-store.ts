/** A store that will never take some readings, as a database refuses single points: always the same ones. */

import type { Outcome, Store, StoreBatch } from '@karez/cloud';
import { newReadings, type Readings } from '@karez/model';
import type { World } from './world.ts';

/** Remembers over all lives of the cloud what it has refused and what it has taken. */
export function refusing(): (world: World, store: Store) => Store {
  const refused = new Set<number>();
  const taken = new Set<number>();
  return (world, store) => {
    const refuses = (value: number) => {
      if (taken.has(value)) return false;
      if (!refused.has(value) && world.draw.chance(world.most('cloud.refuse', 'share'))) {
        refused.add(value);
        world.fire('cloud.refuse');
      }
      return refused.has(value);
    };
    return {
      ...store,
      history: (request) => store.history(request),
      histories: (requests) => store.histories(requests),
      close: () => store.close(),
      async commit(batches, nowMs) {
        const parted = batches.map((batch) => part(batch, refuses));
        const outcomes = await store.commit(
          parted.map(({ kept }) => kept),
          nowMs,
        );
        for (const { kept } of parted)
          for (let i = 0; i < kept.readings.count; i++) taken.add(kept.readings.value[i] as number);
        return outcomes.map((outcome, i): Outcome => {
          const { away } = parted[i] as (typeof parted)[number];
          if (away.count === 0) return outcome;
          const refusal = { readings: away, code: 'STORE_REFUSED' as const, reason: 'the store refuses this reading' };
          return { ...outcome, refused: [...outcome.refused, refusal] };
        });
      },
    };
  };
}

function part(batch: StoreBatch, refuses: (value: number) => boolean): { kept: StoreBatch; away: Readings } {
  const { readings } = batch;
  const rows = Array.from({ length: readings.count }, (_, i) => i);
  const away = rows.filter((i) => refuses(readings.value[i] as number));
  if (away.length === 0) return { kept: batch, away: newReadings(0) };
  const gone = new Set(away);
  return {
    kept: {
      ...batch,
      readings: some(
        readings,
        rows.filter((i) => !gone.has(i)),
      ),
    },
    away: some(readings, away),
  };
}

function some(readings: Readings, rows: number[]): Readings {
  const chosen = newReadings(rows.length);
  for (const column of ['seq', 'timeMs', 'channel', 'value', 'quality'] as const)
    rows.forEach((row, i) => {
      chosen[column][i] = readings[column][row] as number;
    });
  chosen.count = rows.length;
  return chosen;
}
