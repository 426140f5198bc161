/** Committed readings as an evaluator takes them: what one gateway said of one moment. */
import type { Readings, RuleSample } from '@karez/model';

/** Samples in the order of the rows. @param handles by channel number; other channels are left out. */
export function* samplesOf(readings: Readings, handles: ReadonlyMap<number, number>): Generator<RuleSample> {
  const { timeMs, channel, value, quality, count } = readings;
  let sample: { timeMs: number; handles: number[]; values: number[]; qualities: number[] } | undefined;
  for (let i = 0; i < count; i++) {
    const handle = handles.get(channel[i] as number);
    if (handle === undefined) continue;
    if (sample !== undefined && sample.timeMs !== timeMs[i]) {
      yield sample;
      sample = undefined;
    }
    sample ??= { timeMs: timeMs[i] as number, handles: [], values: [], qualities: [] };
    sample.handles.push(handle);
    sample.values.push(value[i] as number);
    sample.qualities.push(quality[i] as number);
  }
  if (sample !== undefined) yield sample;
}
