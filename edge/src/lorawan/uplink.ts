/** An uplink as either kind of server tells it, and how its fields are read: what holds its default may be left out. */
import { KarezError } from '@karez/model';
import { isoTimeMs } from '../mqtt/iso-time.ts';
import { describe, invalid, numberOf } from '../mqtt/json-path.ts';

export interface Uplink {
  /** 16 lower-case hexadecimal digits; undefined where the device has none. */
  devEui: string | undefined;
  /** The device's name at The Things Stack. */
  deviceId: string | undefined;
  /** Changes with every join. */
  devAddr: string;
  fCnt: number;
  /** Undefined where it was left out. */
  fPort: number | undefined;
  bytes: Uint8Array;
  timeMs: number | undefined;
  /** What the server's own codec made of the bytes. */
  object: unknown;
  /** Of the gateway that heard it best. */
  rssi: number | undefined;
  snr: number | undefined;
  /** Battery in %, where the network knows it. */
  battery: number | undefined;
}

/** An event: an uplink, or something that measures nothing, by its kind. */
export type NetworkEvent = { uplink: Uplink } | { ignored: string };

export type Fields = Record<string, unknown>;

/** An object under a key; empty where it was left out. Throws PAYLOAD_INVALID. */
export function fields(value: unknown, where: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalid(where, `must be an object, not ${describe(value)}`);
  return value as Fields;
}

export function list(value: unknown, where: string): Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(where, `must be a list, not ${describe(value)}`);
  return value.map((item, i) => fields(item, `${where}[${i}]`));
}

/** A number, also where it is written as a text; undefined where it was left out. */
export function number(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const found = typeof value === 'string' ? numberOf(value) : value;
  if (typeof found !== 'number' || !Number.isFinite(found))
    throw invalid(where, `must be a number, not ${describe(value)}`);
  return found;
}

/** A whole number from 0; 0 where it was left out. */
export function count(value: unknown, where: string, most: number): number {
  const found = number(value, where) ?? 0;
  if (!Number.isSafeInteger(found) || found < 0 || found > most)
    throw invalid(where, `must be a whole number from 0 to ${most}, not ${describe(value)}`);
  return found;
}

/** A time, undefined where it was left out. */
export function time(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = typeof value === 'string' ? isoTimeMs(value) : undefined;
  if (ms === undefined)
    throw invalid(where, `must be a time like 2026-01-01T08:00:00.123456789Z, not ${describe(value)}`);
  return ms;
}

/** Lower-case hexadecimal digits; undefined where they were left out. */
export function hex(value: unknown, where: string, digits: number): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-fA-F]*$/.test(value))
    throw invalid(where, `must be ${digits} hexadecimal digits, not ${describe(value)}`);
  return value.toLowerCase();
}

/** Bytes from base64; none where they were left out. */
export function base64(value: unknown, where: string): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array(0);
  const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
  if (typeof value !== 'string' || !form.test(value)) throw invalid(where, `must be base64, not ${describe(value)}`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length > MOST_BYTES)
    throw new KarezError(
      'PAYLOAD_TOO_LARGE',
      `${where} holds ${bytes.length} bytes; no uplink has more than ${MOST_BYTES}`,
      { where },
    );
  return bytes;
}

/** The longest FRMPayload of any region (LoRaWAN Regional Parameters RP002, tables of maximum payload size). */
const MOST_BYTES = 242;
/** Frame counters are counted with 32 bits by servers. */
export const MOST_FRAMES = 0xffffffff;

/** Signal of the gateway that heard best. Where it heard at all, a ratio of 0 may have been left out. */
export function bestSignal(heard: readonly Fields[], where: string): Pick<Uplink, 'rssi' | 'snr'> {
  let best: Pick<Uplink, 'rssi' | 'snr'> = { rssi: undefined, snr: undefined };
  for (const [i, one] of heard.entries()) {
    const rssi = number(one.rssi, `${where}[${i}].rssi`);
    const snr = number(one.snr ?? one.loRaSNR, `${where}[${i}].snr`);
    if (rssi === undefined || (best.rssi !== undefined && rssi <= best.rssi)) continue;
    best = { rssi, snr: snr ?? 0 };
  }
  return best;
}
