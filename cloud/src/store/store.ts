/**
 * The store port: where readings go for good. Two adapters, the embedded SQLite and InfluxDB, pass one contract suite.
 * Invariants: `commit` resolves only when everything is on disk; committing the same batch again changes nothing; two
 * readings of a channel in one millisecond are both kept.
 */
import type { Aggregate, Readings, Series } from '@karez/model';

/** A channel as the store knows it, the same in every epoch. */
export interface StoreChannel {
  farm: string;
  gateway: string;
  device: string;
  quantity: string;
  place: string | undefined;
  /** Field of the device when the reading was stored; a tag where the store has tags. */
  field: string | undefined;
}

/** Readings of one gateway with their channels looked up. */
export interface StoreBatch {
  farm: string;
  gateway: string;
  epoch: string;
  readings: Readings;
  /** By channel number. */
  channels: ReadonlyMap<number, StoreChannel>;
}

export interface HistoryRequest {
  channel: StoreChannel;
  /** The API's id of the channel, given back with the answer. */
  id: string;
  aggregate: Aggregate;
  fromMs: number;
  /** Excluded. */
  toMs: number;
  /** At most this many points come back. */
  points: number;
}

export interface Store {
  /**
   * Makes every reading durable.
   * @throws KarezError STORE_UNAVAILABLE; then some may be stored, and repeating is right.
   */
  commit(batches: readonly StoreBatch[]): Promise<void>;
  /** One channel's readings between two times, single where they fit in `points`, summed up in steps where not. */
  history(request: HistoryRequest): Promise<Series>;
  close(): Promise<void>;
}

/** `farm/gateway/device/quantity[@place]`: a channel's name over all farms. */
export function channelPath(c: StoreChannel): string {
  return `${c.farm}/${c.gateway}/${c.device}/${c.quantity}${c.place === undefined ? '' : `@${c.place}`}`;
}
