/**
 * The store port: where readings go for good. Two adapters, the embedded SQLite and InfluxDB, pass one contract suite.
 * Invariants: `commit` resolves only when everything that it does not name as refused is on disk; committing the same
 * batch again changes nothing; two readings of a channel in one millisecond are both kept; a reading is never dropped
 * because its number was used before, unless it is the same reading.
 */
import { type Aggregate, type ErrorCode, newReadings, type Readings, type Series } from '@karez/model';
import type { Note } from '../notes/note.ts';

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

/** Readings that will never be stored, and why. */
export interface Refused {
  readings: Readings;
  code: ErrorCode;
  reason: string;
}

/** What became of a batch. */
export interface Outcome {
  /** What is stored: the batch's own columns where nothing was refused. */
  stored: Readings;
  refused: Refused[];
  /** Readings stored although another reading had their number: the gateway was restored from a copy of its disk. */
  conflicts: number;
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
  /** Readings that may be looked at for it; where there are more, REQUEST_INVALID, or the database sums up. */
  most: number;
}

export interface Store {
  /**
   * Makes readings durable.
   * @param nowMs the cloud's clock; no reading counts as taken later.
   * @returns what became of each batch, in the order given.
   * @throws KarezError STORE_UNAVAILABLE; then some may be stored, and repeating is right.
   */
  commit(batches: readonly StoreBatch[], nowMs: number): Promise<Outcome[]>;
  /** One channel's readings between two times, single where they fit in `points`, summed up in steps where not. */
  history(request: HistoryRequest): Promise<Series>;
  /** The same of several channels, all of one range and number of points; `most` holds for all of them together. */
  histories(requests: readonly HistoryRequest[]): Promise<Series[]>;
  /**
   * Rolls up some of the hours that are over (rollup/levels.ts), in one bounded piece of work.
   * @param closedMs hours that end later are left open. @returns whether there are more.
   * @throws KarezError STORE_UNAVAILABLE; then nothing is forgotten, and repeating is right.
   */
  rollUp(closedMs: number): Promise<boolean>;
  /** Takes a note (notes/note.ts), where this store keeps such; returns at once. */
  note(note: Note): void;
  close(): Promise<void>;
}

/** `farm/gateway/device/quantity[@place]`: a channel's name over all farms. */
export function channelPath(c: StoreChannel): string {
  return `${c.farm}/${c.gateway}/${c.device}/${c.quantity}${c.place === undefined ? '' : `@${c.place}`}`;
}

/** The channel that a path names; its field is not in the path. */
export function pathChannel(path: string): StoreChannel {
  const [farm, gateway, device, rest] = path.split('/') as [string, string, string, string];
  const [quantity, place] = rest.split('@') as [string, string?];
  return { farm, gateway, device, quantity, place, field: undefined };
}

/** The rows of these numbers, as columns of their own. */
export function rowsOf(readings: Readings, rows: readonly number[]): Readings {
  const chosen = newReadings(rows.length);
  for (const column of ['seq', 'timeMs', 'channel', 'value', 'quality'] as const)
    for (let i = 0; i < rows.length; i++) chosen[column][i] = readings[column][rows[i] as number] as number;
  chosen.count = rows.length;
  return chosen;
}

/** The other rows; the columns themselves where no row is left out. */
export function rowsWithout(readings: Readings, rows: readonly number[]): Readings {
  if (rows.length === 0) return readings;
  const left = new Set(rows);
  return rowsOf(
    readings,
    Array.from({ length: readings.count }, (_, i) => i).filter((i) => !left.has(i)),
  );
}

/** Refuses the rows in whose place another value is stored. */
export function clash(readings: Readings, rows: readonly number[]): Refused[] {
  if (rows.length === 0) return [];
  const reason = 'another value is stored under this sequence number, channel and time';
  return [{ readings: rowsOf(readings, rows), code: 'SEQ_CONFLICT', reason }];
}
