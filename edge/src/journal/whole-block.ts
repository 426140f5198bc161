/**
 * Blocks as batches: none is larger than a batch may be. A large merged block is a batch already: decoding it and encoding it anew costs as much as storing it in the cloud.
 * Whatever is not surely all of it, as it stands and still wanted, goes the long way, where damage is set aside and counted.
 */
import { LIMITS } from '@karez/model/limits';
import type { Readings } from '@karez/model/reading';
import { type BatchAddress, peekBatch } from '@karez/model/wire';
import { sliceRows } from './columns.ts';
import type { BlockRow } from './tables.ts';

/** Fewer readings are better sent together with their neighbours. */
const LARGE_BLOCK = 1_024;

export interface Wanted {
  from: number;
  to: number;
  most: number;
}

/** Whether a block that `wanted` cuts in two could be a batch of its own once it is asked for from its beginning. */
export function isBetterWhole(row: BlockRow, { to, most }: Wanted): boolean {
  return row.last > to && row.count >= LARGE_BLOCK && row.count <= most;
}

/** Whether a block is, byte for byte, the batch of all that is wanted first. Its checksum is looked at, its readings are not. */
export function isBatch(
  row: BlockRow,
  { from, to, most }: Wanted,
  { epoch, ...address }: BatchAddress & { epoch: string },
): boolean {
  if (row.first !== from || row.last > to || row.count < LARGE_BLOCK || row.count > most) return false;
  // Readings of a boot get its shift on the way; thinned blocks have gaps, and may begin or end with one.
  if (row.boot !== null || row.last - row.first + 1 !== row.count) return false;
  try {
    if (row.data.length > LIMITS.batchBytes) return false;
    const head = peekBatch(row.data, address);
    return head.epoch === epoch && head.firstSeq === row.first && head.count === row.count;
  } catch {
    return false;
  }
}

/** Readings of consecutive numbers as blocks, halved until each is as small as a batch must be. */
export function inBlocks(
  readings: Readings,
  encode: (rows: Readings) => Uint8Array,
): Pick<BlockRow, 'first' | 'last' | 'count' | 'data'>[] {
  const { count } = readings;
  const data = count > LIMITS.batchReadings ? undefined : encode(readings);
  if (data !== undefined && (data.length <= LIMITS.batchBytes || count === 1))
    return [{ first: readings.seq[0] as number, last: readings.seq[count - 1] as number, count, data }];
  const half = count >> 1;
  return [sliceRows(readings, 0, half), sliceRows(readings, half, count)].flatMap((rows) => inBlocks(rows, encode));
}
