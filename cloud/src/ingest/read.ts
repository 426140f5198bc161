/** Reads a batch whose turn has come: decodes it, looks up its channels, parts off what cannot be true. */
import type { Readings } from '@karez/model';
import { decodeBatch } from '@karez/model/wire';
import type { Refused, StoreBatch, StoreChannel } from '../store/store.ts';
import { believable } from './believable.ts';
import type { Waiting } from './fair-queue.ts';
import type { OwnClock } from './own-clock.ts';

/** A batch that was read: what to store of it, and what is refused already. */
export interface Ready extends StoreBatch {
  waiting: Waiting;
  refused: Refused[];
}

/**
 * @param channels what the gateway's channel numbers mean, or undefined where its epoch was never described.
 * @returns why it must be asked for again: a channel has no meaning yet, or the cloud's clock cannot tell what is ahead.
 * @throws KarezError BATCH_MALFORMED, BATCH_TOO_LARGE.
 */
export function readBatch(
  waiting: Waiting,
  channels: ReadonlyMap<number, StoreChannel> | undefined,
  clock: OwnClock,
): Ready | 'CATALOG_UNKNOWN' | 'STORE_UNAVAILABLE' {
  const { farm, gateway, epoch, bytes } = waiting;
  const { readings } = decodeBatch(bytes, { farm, gateway });
  if (channels === undefined || !allKnown(readings, channels)) return 'CATALOG_UNKNOWN';
  const { kept, refused } = believable(readings, clock.now());
  if (refused.some(({ code }) => code === 'TIME_IN_FUTURE') && clock.isBehind()) return 'STORE_UNAVAILABLE';
  return { farm, gateway, epoch, readings: kept, channels, refused, waiting };
}

function allKnown(readings: Readings, channels: ReadonlyMap<number, StoreChannel>): boolean {
  for (let i = 0; i < readings.count; i++) if (!channels.has(readings.channel[i] as number)) return false;
  return true;
}
