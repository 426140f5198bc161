/**
 * The payload of Sparkplug B messages (Eclipse Sparkplug 3.0.0, section 6.4 and its protobuf definition): a time, a sequence number, metrics
 * with a name or an alias, a type and a value.
 */
import {
  asNumber,
  asSigned,
  BYTES,
  FIXED32,
  FIXED64,
  malformed,
  ProtobufReader,
  type Uint64,
  VARINT,
} from './protobuf.ts';

/** Section 6.4.16. */
export const DATATYPES = [
  ...[
    'Unknown',
    'Int8',
    'Int16',
    'Int32',
    'Int64',
    'UInt8',
    'UInt16',
    'UInt32',
    'UInt64',
    'Float',
    'Double',
    'Boolean',
  ],
  ...['String', 'DateTime', 'Text', 'UUID', 'DataSet', 'Bytes', 'File', 'Template', 'PropertySet', 'PropertySetList'],
  ...['Int8Array', 'Int16Array', 'Int32Array', 'Int64Array', 'UInt8Array', 'UInt16Array', 'UInt32Array', 'UInt64Array'],
  ...['FloatArray', 'DoubleArray', 'BooleanArray', 'StringArray', 'DateTimeArray'],
] as const;
export type Datatype = (typeof DATATYPES)[number];

/** A value as it stands in the message; which number it is depends on the metric's type. */
export type RawValue =
  | { kind: 'int'; bits: number }
  | { kind: 'long'; bits: Uint64 }
  | { kind: 'number'; number: number }
  | { kind: 'boolean'; is: boolean }
  | { kind: 'text'; text: string }
  /** Bytes, data sets, templates and what comes after them. */
  | { kind: 'compound'; of: string };

export interface Metric {
  name?: string;
  alias?: number;
  timeMs?: number;
  /** Left out in data: it is that of the birth. */
  datatype?: Datatype;
  isHistorical: boolean;
  isNull: boolean;
  value?: RawValue;
}

export interface Payload {
  timeMs?: number;
  seq?: number;
  metrics: Metric[];
}

/** More than any birth has; each takes memory. */
const MOST_METRICS = 10_000;
const COMPOUND: Record<number, string> = { 16: 'Bytes', 17: 'DataSet', 18: 'Template', 19: 'an extension' };

/** @throws KarezError FRAME_TOO_SHORT, FRAME_MALFORMED. */
export function readPayload(bytes: Uint8Array): Payload {
  const reader = new ProtobufReader(bytes);
  const payload: Payload = { metrics: [] };
  while (!reader.isOver) {
    const [field, wire] = reader.field();
    if (field === 1 && wire === VARINT) payload.timeMs = whole(reader.varint(), 'the time');
    else if (field === 2 && wire === BYTES) {
      if (payload.metrics.length >= MOST_METRICS) throw malformed(`more than ${MOST_METRICS} metrics`);
      payload.metrics.push(readMetric(reader.bytes()));
    } else if (field === 3 && wire === VARINT) payload.seq = whole(reader.varint(), 'seq');
    else reader.skip(wire);
  }
  if (payload.seq !== undefined && payload.seq > 255) throw malformed(`seq must be from 0 to 255, not ${payload.seq}`);
  return payload;
}

function readMetric(bytes: Uint8Array): Metric {
  const reader = new ProtobufReader(bytes);
  const metric: Metric = { isHistorical: false, isNull: false };
  while (!reader.isOver) {
    const [field, wire] = reader.field();
    if (field === 1 && wire === BYTES) metric.name = reader.text();
    else if (field === 2 && wire === VARINT) metric.alias = whole(reader.varint(), 'an alias');
    else if (field === 3 && wire === VARINT) metric.timeMs = whole(reader.varint(), 'the time of a metric');
    else if (field === 4 && wire === VARINT) metric.datatype = datatypeOf(reader.varint());
    else if (field === 5 && wire === VARINT) metric.isHistorical = isTrue(reader.varint());
    else if (field === 7 && wire === VARINT) metric.isNull = isTrue(reader.varint());
    else if (field === 10 && wire === VARINT) metric.value = { kind: 'int', bits: reader.varint().low };
    else if (field === 11 && wire === VARINT) metric.value = { kind: 'long', bits: reader.varint() };
    else if (field === 12 && wire === FIXED32) metric.value = { kind: 'number', number: reader.float() };
    else if (field === 13 && wire === FIXED64) metric.value = { kind: 'number', number: reader.double() };
    else if (field === 14 && wire === VARINT) metric.value = { kind: 'boolean', is: isTrue(reader.varint()) };
    else if (field === 15 && wire === BYTES) metric.value = { kind: 'text', text: reader.text() };
    else if (field >= 16 && field <= 19 && wire === BYTES) {
      reader.skip(wire);
      metric.value = { kind: 'compound', of: COMPOUND[field] as string };
    } else reader.skip(wire);
  }
  return metric;
}

/**
 * The number that a value is by its type: two's complement for the signed ones, which some write with 32 bits and some with
 * their own width.
 * @returns undefined where it is none: a text, a compound, a number that a double does not hold.
 */
export function numberOf(value: RawValue, datatype: Datatype | undefined): number | undefined {
  switch (value.kind) {
    case 'number':
      // NaN is how floating-point sensors say that they have nothing.
      return Math.abs(value.number) === Number.POSITIVE_INFINITY ? undefined : value.number;
    case 'boolean':
      return value.is ? 1 : 0;
    case 'int':
      return narrow(value.bits, datatype);
    case 'long':
      if (datatype === 'Int64') return asSigned(value.bits);
      if (datatype === 'UInt64' || datatype === 'DateTime' || datatype === undefined) return asNumber(value.bits);
      return narrow(value.bits.low, datatype);
    default:
      return undefined;
  }
}

function narrow(bits: number, datatype: Datatype | undefined): number {
  if (datatype === 'Int8') return (bits << 24) >> 24;
  if (datatype === 'Int16') return (bits << 16) >> 16;
  if (datatype === 'Int32' || datatype === 'Int64') return bits | 0;
  return bits >>> 0;
}

function whole(value: Uint64, what: string): number {
  const number = asNumber(value);
  if (number === undefined) throw malformed(`${what} is larger than any`);
  return number;
}

function datatypeOf({ high, low }: Uint64): Datatype {
  const datatype = high === 0 ? DATATYPES[low] : undefined;
  if (datatype === undefined) throw malformed(`a metric has the type ${low}; there are ${DATATYPES.length}`);
  return datatype;
}

const isTrue = ({ high, low }: Uint64) => high !== 0 || low !== 0;

/** The command that asks an edge node for its births anew (section 6.4.21): NCMD with `Node Control/Rebirth` true. */
export function rebirthCommand(timeMs: number): Uint8Array {
  const name = new TextEncoder().encode('Node Control/Rebirth');
  const time = varint(timeMs);
  const metric = [0x0a, name.length, ...name, 0x18, ...time, 0x20, DATATYPES.indexOf('Boolean'), 0x70, 1];
  return Uint8Array.from([0x08, ...time, 0x12, metric.length, ...metric]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = Math.trunc(value);
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
