/** Sparkplug B payloads written by protobufjs, so that tests do not rest on code of ours: from the message's definition in Sparkplug 3.0.0, section 6.4. */
import protobuf from 'protobufjs';
import { DATATYPES, type Datatype } from '../sparkplug/payload.ts';

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule === undefined ? {} : { rule }) });
const root = protobuf.Root.fromJSON({
  nested: {
    Payload: {
      fields: {
        ...{ timestamp: field(1, 'uint64'), metrics: field(2, 'Metric', 'repeated'), seq: field(3, 'uint64') },
        ...{ uuid: field(4, 'string'), body: field(5, 'bytes') },
      },
    },
    Metric: {
      fields: {
        ...{ name: field(1, 'string'), alias: field(2, 'uint64'), timestamp: field(3, 'uint64') },
        ...{ datatype: field(4, 'uint32'), is_historical: field(5, 'bool'), is_transient: field(6, 'bool') },
        ...{ is_null: field(7, 'bool'), metadata: field(8, 'Any'), properties: field(9, 'Any') },
        ...{ int_value: field(10, 'uint32'), long_value: field(11, 'uint64'), float_value: field(12, 'float') },
        ...{ double_value: field(13, 'double'), boolean_value: field(14, 'bool'), string_value: field(15, 'string') },
        ...{ bytes_value: field(16, 'bytes'), dataset_value: field(17, 'Any'), template_value: field(18, 'Any') },
      },
    },
    Any: { fields: { version: field(1, 'string'), rows: field(4, 'string', 'repeated') } },
  },
});
export const PayloadType = root.lookupType('Payload');

export interface TestMetric {
  name?: string;
  alias?: number;
  /** UTC ms. */
  at?: number;
  type?: Datatype;
  historical?: boolean;
  isNull?: boolean;
  /** Written as the type says. */
  value?: number | bigint | boolean | string;
  raw?: Record<string, unknown>;
}

export interface TestPayload {
  at?: number;
  seq?: number;
  metrics?: TestMetric[];
}

export function sparkplug({ at, seq, metrics = [] }: TestPayload): Uint8Array {
  return PayloadType.encode(
    PayloadType.fromObject({
      ...(at === undefined ? {} : { timestamp: at }),
      ...(seq === undefined ? {} : { seq }),
      metrics: metrics.map(({ name, alias, at: timeMs, type, historical, isNull, value, raw }) => ({
        ...(name === undefined ? {} : { name }),
        ...(alias === undefined ? {} : { alias }),
        ...(timeMs === undefined ? {} : { timestamp: timeMs }),
        ...(type === undefined ? {} : { datatype: DATATYPES.indexOf(type) }),
        ...(historical ? { is_historical: true } : {}),
        ...(isNull ? { is_null: true } : {}),
        ...(value === undefined ? {} : written(value, type)),
        ...raw,
      })),
    }),
  ).finish();
}

function written(value: number | bigint | boolean | string, type: Datatype | undefined): Record<string, unknown> {
  if (typeof value === 'boolean') return { boolean_value: value };
  if (typeof value === 'string') return { string_value: value };
  if (type === 'Float') return { float_value: value };
  if (type === 'Int64' || type === 'UInt64' || type === 'DateTime') return { long_value: value.toString() };
  if (type !== undefined && /^U?Int/.test(type)) return { int_value: Number(value) >>> 0 };
  return { double_value: Number(value) };
}
