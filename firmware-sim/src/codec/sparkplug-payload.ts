/** Sparkplug B payloads, written and read for the simulator alone (Eclipse Sparkplug 3.0.0, section 6.4 and its protobuf definition). */

/** Numbers of the types that simulated nodes use (section 6.4.16). */
const TYPES = { Int8: 1, Int32: 3, UInt64: 8, Float: 9, Double: 10, Boolean: 11 } as const;
export type SparkplugType = keyof typeof TYPES;

export interface SparkplugMetric {
  name?: string;
  alias?: number;
  /** When it was measured, ms since 1970. */
  t?: number;
  /** Left out where only the birth says it. */
  type: SparkplugType;
  saysType: boolean;
  historical?: boolean;
  /** NaN where there is none. */
  value: number;
}

export interface SparkplugPayload {
  t: number;
  seq?: number;
  metrics: readonly SparkplugMetric[];
}

export function sparkplugBytes({ t, seq, metrics }: SparkplugPayload): Uint8Array {
  return Uint8Array.from([
    ...tag(1, 0, varint(BigInt(t))),
    ...metrics.flatMap((metric) => sized(2, metricBytes(metric))),
    ...(seq === undefined ? [] : tag(3, 0, varint(BigInt(seq)))),
  ]);
}

function metricBytes({ name, alias, t, type, saysType, historical, value }: SparkplugMetric): number[] {
  return [
    ...(name === undefined ? [] : sized(1, [...new TextEncoder().encode(name)])),
    ...(alias === undefined ? [] : tag(2, 0, varint(BigInt(alias)))),
    ...(t === undefined ? [] : tag(3, 0, varint(BigInt(t)))),
    ...(saysType ? tag(4, 0, [TYPES[type]]) : []),
    ...(historical === true ? tag(5, 0, [1]) : []),
    ...(Number.isNaN(value) ? tag(7, 0, [1]) : valueBytes(type, value)),
  ];
}

function valueBytes(type: SparkplugType, value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  switch (type) {
    case 'Float':
      view.setFloat32(0, value, true);
      return tag(12, 5, [...new Uint8Array(view.buffer, 0, 4)]);
    case 'Double':
      view.setFloat64(0, value, true);
      return tag(13, 1, [...new Uint8Array(view.buffer)]);
    case 'Boolean':
      return tag(14, 0, [value === 0 ? 0 : 1]);
    case 'UInt64':
      return tag(11, 0, varint(BigInt(value)));
    default:
      // Signed numbers stand in an unsigned field of 32 bits, as two's complement.
      return tag(10, 0, varint(BigInt.asUintN(32, BigInt(Math.round(value)))));
  }
}

const tag = (field: number, wire: number, bytes: readonly number[]) => [
  ...varint(BigInt((field << 3) | wire)),
  ...bytes,
];
const sized = (field: number, bytes: readonly number[]) => tag(field, 2, [...varint(BigInt(bytes.length)), ...bytes]);

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

/** Whether a command asks for all births anew: a metric `Node Control/Rebirth` that is true. False for anything else. */
export function asksForRebirth(bytes: Uint8Array): boolean {
  return fieldsOf(bytes).some(([field, metric]) => {
    if (field !== 2 || typeof metric === 'bigint') return false;
    const fields = new Map(fieldsOf(metric));
    const name = fields.get(1);
    return (
      name instanceof Uint8Array && new TextDecoder().decode(name) === 'Node Control/Rebirth' && fields.get(14) === 1n
    );
  });
}

/** Fields of a message by number; nothing beyond the first that cannot be read. */
function fieldsOf(bytes: Uint8Array): [field: number, value: bigint | Uint8Array][] {
  const fields: [number, bigint | Uint8Array][] = [];
  let at = 0;
  const read = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63n) return -1n;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(read());
    const size = { 1: 8, 5: 4 }[key & 7] ?? ((key & 7) === 2 ? Number(read()) : undefined);
    if (key < 0 || (size !== undefined && (size < 0 || at + size > bytes.length))) break;
    if (size === undefined) {
      if ((key & 7) !== 0) break;
      fields.push([key >>> 3, read()]);
    } else {
      fields.push([key >>> 3, bytes.subarray(at, at + size)]);
      at += size;
    }
  }
  return fields;
}
