/**
 * Thinning of history when the journal is full: of the samples of each device every other one stays. A sample goes or stays
 * as a whole, so that what is left is still true; samples of protected channels (spraying records) stay.
 */
import type { Readings } from '@karez/model';
import { selectRows } from './columns.ts';

/** Thinned so often, a block is left with one sample in 64. */
export const MOST_LEVEL = 6;

/**
 * Readings with every other sample left out, counted for each device apart.
 * @param isProtected says of a channel number whether its samples stay.
 */
export function thin(readings: Readings, isProtected: (channel: number) => boolean): Readings {
  const { count, seq, timeMs, channel } = readings;
  const keep = new Uint8Array(count);
  /** By the sample's first channel, which names its device and kind: whether the last one stayed. */
  const stayed = new Map<number, boolean>();
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (
      to < count &&
      timeMs[to] === timeMs[from] &&
      seq[to] === (seq[to - 1] as number) + 1 &&
      (channel[to] as number) > (channel[to - 1] as number)
    )
      to++;
    const first = channel[from] as number;
    const stays = !(stayed.get(first) ?? false);
    stayed.set(first, stays);
    for (let i = from; i < to; i++) keep[i] = stays || isProtected(channel[i] as number) ? 1 : 0;
    from = to;
  }
  return selectRows(readings, (row) => keep[row] === 1);
}
