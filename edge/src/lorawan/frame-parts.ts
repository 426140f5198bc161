/**
 * How a LoRaWAN frame falls into parts by the layout of its profile: words by flags, fixed places, or records by key. A part
 * that carries a time of its own makes a sample of its own.
 */
import { type ByteLayout, type ByteSource, byteWidth, KarezError } from '@karez/model';
import { crcKermit } from './crc.ts';

/** Parts that were sampled together: by the key of a record, the number of a sensor, or `''` for a fixed frame. */
export interface PartGroup {
  parts: Map<string, Uint8Array[]>;
  timeMs?: number;
  historical?: boolean;
}

export interface FrameParts {
  groups: PartGroup[];
  /** What was sent and the layout does not know. */
  unread: string[];
}

type Place = Pick<ByteSource, 'at' | 'type' | 'mask'>;
type Order = 'big' | 'little';
type Condition = Place & { record?: string | undefined; is: readonly number[] };

/** @throws KarezError FRAME_TOO_SHORT, FRAME_TOO_LONG, FRAME_MALFORMED, FRAME_CHECKSUM. */
export function partsOf(layout: ByteLayout, bytes: Uint8Array): FrameParts {
  if (layout.kind === 'flags') return byFlags(layout, bytes);
  return layout.kind === 'fixed' ? byPlaces(layout, bytes) : byRecords(layout, bytes);
}

function byFlags(layout: Extract<ByteLayout, { kind: 'flags' }>, bytes: Uint8Array): FrameParts {
  const { start = '', flagsAt, valuesAt, words } = layout;
  const begin = hexOf(bytes.subarray(0, start.length / 2));
  if (begin !== start)
    throw malformed(`it begins with ${begin || 'nothing'}, frames of this device begin with ${start}`);
  if (bytes.length < valuesAt) throw tooShort(bytes, `its head takes ${valuesAt}`);
  const flags = ((bytes[flagsAt] as number) << 8) | (bytes[flagsAt + 1] as number);
  if (flags >>> words.length !== 0)
    throw malformed(`its flags are ${flags.toString(2)}, this device has ${words.length} sensors`);
  const parts = new Map<string, Uint8Array[]>();
  let at = valuesAt;
  for (const [sensor, count] of words.entries()) {
    if ((flags & (1 << sensor)) === 0) continue;
    if (at + count * 2 > bytes.length) throw tooShort(bytes, `sensor ${sensor} ends at ${at + count * 2}`);
    parts.set(String(sensor), [bytes.subarray(at, at + count * 2)]);
    at += count * 2;
  }
  if (at < bytes.length) throw tooLong(bytes, `its flags account for ${at}`);
  return { groups: parts.size === 0 ? [] : [{ parts }], unread: [] };
}

function byPlaces(layout: Extract<ByteLayout, { kind: 'fixed' }>, bytes: Uint8Array): FrameParts {
  const { bytes: length, shortest = length } = layout;
  if (bytes.length < shortest) throw tooShort(bytes, `frames of this device have ${length}`);
  if (bytes.length > length && bytes.length % length !== 0)
    throw tooLong(bytes, `frames of this device have ${length}, or several times as many`);
  const groups: PartGroup[] = [];
  for (let at = 0; at < bytes.length; at += length) {
    const parts = new Map([['', [bytes.subarray(at, at + length)]]]);
    groups.push({ parts, ...timeOf(layout, parts) });
  }
  return { groups, unread: [] };
}

function byRecords(layout: Extract<ByteLayout, { kind: 'records' }>, bytes: Uint8Array): FrameParts {
  const end = layout.checksum === undefined ? bytes.length : checked(bytes);
  const now: PartGroup = { parts: new Map() };
  const groups = [now];
  const unread: string[] = [];
  for (let at = 0; at < end; ) {
    if (at + layout.keyBytes > end) throw tooShort(bytes, `a record begins at ${at} and has no whole key`);
    const key = hexOf(bytes.subarray(at, at + layout.keyBytes));
    const sizes = layout.sizes ?? {};
    const size = Object.hasOwn(sizes, key) ? sizes[key] : layout.size;
    if (size === undefined) {
      // Without its size nobody knows where the next one begins.
      unread.push(`record ${key} at byte ${at} and what follows it`);
      break;
    }
    const from = at + layout.keyBytes;
    if (from + size > end) throw tooShort(bytes, `record ${key} ends at ${from + size}`);
    const data = bytes.subarray(from, from + size);
    const time = timeOf(layout, new Map([[key, [data]]]), key);
    if (time.timeMs === undefined) now.parts.set(key, [...(now.parts.get(key) ?? []), data]);
    else groups.push({ parts: new Map([[key, [data]]]), ...time });
    at = from + size;
  }
  return { groups: groups.filter((group) => group.parts.size > 0), unread };
}

function checked(bytes: Uint8Array): number {
  const end = bytes.length - 2;
  if (end < 0) throw tooShort(bytes, 'its checksum takes 2');
  const found = (bytes[end] as number) | ((bytes[end + 1] as number) << 8);
  const expected = crcKermit(bytes.subarray(0, end));
  if (found === expected) return end;
  const digits = (crc: number) => hexOf(Uint8Array.of(crc & 0xff, crc >> 8));
  throw new KarezError('FRAME_CHECKSUM', `CRC ${digits(found)}, expected ${digits(expected)}`, { where: 'data' });
}

/** The sampling time that a part carries; for records, the one of this key only. */
function timeOf(
  layout: Exclude<ByteLayout, { kind: 'flags' }>,
  parts: PartGroup['parts'],
  key = '',
): Pick<PartGroup, 'timeMs' | 'historical'> {
  for (const time of layout.times ?? []) {
    if ((time.record ?? '') !== key || !holds(time.when, parts, key, layout.order)) continue;
    const data = parts.get(key)?.[0];
    const value = data === undefined ? undefined : numberAt(data, time, layout.order);
    if (value === undefined || value === 0) continue;
    const timeMs = time.unit === 's' ? value * 1_000 : value;
    return { timeMs, ...(time.historical === true ? { historical: true } : {}) };
  }
  return {};
}

/** Whether all conditions hold; one that names no record means the part itself. */
export function holds(
  conditions: readonly Condition[] | undefined,
  parts: PartGroup['parts'],
  key: string,
  order: Order | undefined,
): boolean {
  return (conditions ?? []).every((condition) => {
    const data = parts.get(condition.record ?? key)?.[0];
    const value = data === undefined ? undefined : numberAt(data, condition, order);
    return value !== undefined && condition.is.includes(value);
  });
}

/** The number at a place; undefined where the part ends before it. */
export function numberAt(
  data: Uint8Array,
  { at = 0, type = 'uint16', mask }: Place,
  order: Order = 'big',
): number | undefined {
  const width = byteWidth(type);
  if (at + width > data.length) return undefined;
  if (type === 'float32') return new DataView(data.buffer, data.byteOffset + at, 4).getFloat32(0, order === 'little');
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (data[order === 'big' ? at + i : at + width - 1 - i] as number);
  if (type.startsWith('int') && value >= 2 ** (width * 8 - 1)) value -= 2 ** (width * 8);
  return mask === undefined ? value : (value & mask) >>> trailingZeros(mask);
}

function trailingZeros(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
const malformed = (text: string) => new KarezError('FRAME_MALFORMED', text, { where: 'data' });
const tooShort = (bytes: Uint8Array, text: string) =>
  new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes; ${text}`, { where: 'data' });
const tooLong = (bytes: Uint8Array, text: string) =>
  new KarezError('FRAME_TOO_LONG', `${bytes.length} bytes; ${text}`, { where: 'data' });
