/**
 * Quantities that follow from others of one sample (model/src/rules/derived.ts), such as the dew point, written beside the
 * readings under the measurement `derived` with the same tags, so that boards need no arithmetic that InfluxDB lacks. A repeat
 * writes the same points again.
 */
import { DERIVED, type Derived, QUALITY, type QuantityId } from '@karez/model';
import { offsetNs, tagsOf } from './line-protocol.ts';
import type { StoreBatch, StoreChannel } from './store.ts';

interface Wanted {
  quantity: string;
  derived: Derived;
  /** Channel numbers of the inputs, in their order. */
  inputs: number[];
  channel: StoreChannel;
}

/** Lines of what follows from the rows of a batch; empty for most. */
export function derivedLines(batch: StoreBatch): string {
  const wanted = wantedOf(batch);
  if (wanted.length === 0) return '';
  const { channel, value, quality, timeMs, seq, count } = batch.readings;
  const inputs = new Set(wanted.flatMap((w) => w.inputs));
  /** By sample time: row of each input. */
  const samples = new Map<number, Map<number, number>>();
  for (let row = 0; row < count; row++) {
    const number = channel[row] as number;
    if (!inputs.has(number) || ((quality[row] as number) & QUALITY.RANGE) !== 0) continue;
    const at = timeMs[row] as number;
    const rows = samples.get(at) ?? new Map<number, number>();
    samples.set(at, rows.set(number, row));
  }
  let lines = '';
  for (const [at, rows] of samples) {
    for (const { quantity, derived, inputs: numbers, channel: c } of wanted) {
      const found = numbers.map((number) => rows.get(number));
      if (found.includes(undefined)) continue;
      const result = derived.of((found as number[]).map((row) => value[row] as number));
      if (!Number.isFinite(result)) continue;
      const ns = offsetNs(batch.epoch, seq[found[0] as number] as number)
        .toString()
        .padStart(6, '0');
      lines += `derived,${tagsOf(c)} ${quantity}=${result} ${at}${ns}\n`;
    }
  }
  return lines;
}

const known = new WeakMap<StoreBatch['channels'], Wanted[]>();

/** What can be derived from these channels and is not measured by the device itself. Kept for each inventory. */
function wantedOf({ channels }: StoreBatch): Wanted[] {
  const before = known.get(channels);
  if (before !== undefined) return before;
  const wanted: Wanted[] = [];
  const byPlace = Map.groupBy(channels, ([, { gateway, device, place }]) => `${gateway}/${device}@${place ?? ''}`);
  for (const entries of byPlace.values()) {
    const numbers = new Map(entries.map(([number, { quantity }]) => [quantity, number]));
    for (const [quantity, derived] of Object.entries(DERIVED) as [QuantityId, Derived][]) {
      const inputs = derived.inputs.map((input) => numbers.get(input));
      if (numbers.has(quantity) || inputs.includes(undefined)) continue;
      const [number] = inputs as number[];
      wanted.push({
        quantity,
        derived,
        inputs: inputs as number[],
        channel: channels.get(number as number) as StoreChannel,
      });
    }
  }
  known.set(channels, wanted);
  return wanted;
}
