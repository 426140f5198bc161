/** Definitions of messages: what fields they have, and the CRC_EXTRA that their checksums need. */
import { runApart } from '../apart.ts';
import { EXTRA_DEFINITIONS } from './extra-messages.ts';

export interface MessageField {
  name: string;
  /** Element type, e.g. uint16_t. */
  type: string;
  offset: number;
  bytes: number;
  /** Elements; undefined where it is no array. */
  count: number | undefined;
}

export interface MessageDefinition {
  id: number;
  name: string;
  crcExtra: number;
  fields: ReadonlyMap<string, MessageField>;
}

/** Everything that is known of messages, as plain data. */
export interface MessageTables {
  definitions: MessageDefinition[];
  /** By message id. */
  extras: ReadonlyMap<number, number>;
}

const TABLES = (await runApart(new URL('./message-tables.ts', import.meta.url))) as MessageTables;
const ALL = [...TABLES.definitions, ...EXTRA_DEFINITIONS];
const DEFINITIONS = new Map(ALL.map((definition) => [definition.id, definition]));
const BY_NAME = new Map(ALL.map((definition) => [definition.name, definition]));

/** The definition of a message of the common or ardupilotmega dialect. */
export function messageById(id: number): MessageDefinition | undefined {
  return DEFINITIONS.get(id);
}

export function messageByName(name: string): MessageDefinition | undefined {
  return BY_NAME.get(name);
}

/** CRC_EXTRA of a message of any dialect that is known at all. */
export function crcExtraOf(id: number): number | undefined {
  return DEFINITIONS.get(id)?.crcExtra ?? TABLES.extras.get(id);
}

type Scalar = number | bigint;
const READ: Record<string, ((view: DataView, at: number) => Scalar) | undefined> = {
  char: (view, at) => view.getUint8(at),
  uint8_t: (view, at) => view.getUint8(at),
  uint8_t_mavlink_version: (view, at) => view.getUint8(at),
  int8_t: (view, at) => view.getInt8(at),
  uint16_t: (view, at) => view.getUint16(at, true),
  int16_t: (view, at) => view.getInt16(at, true),
  uint32_t: (view, at) => view.getUint32(at, true),
  int32_t: (view, at) => view.getInt32(at, true),
  uint64_t: (view, at) => view.getBigUint64(at, true),
  int64_t: (view, at) => view.getBigInt64(at, true),
  float: (view, at) => view.getFloat32(at, true),
  double: (view, at) => view.getFloat64(at, true),
};

/** A field's value: a number, a bigint (64 bits), text, or an array of them. `view` reaches to the end of the field. */
export function readField(view: DataView, { type, offset, bytes, count }: MessageField): Scalar | string | Scalar[] {
  const read = READ[type] as (view: DataView, at: number) => Scalar;
  if (count === undefined) return read(view, offset);
  if (type === 'char') {
    let text = '';
    for (let i = 0; i < count; i++) {
      const code = view.getUint8(offset + i);
      if (code === 0) break;
      text += String.fromCharCode(code);
    }
    return text;
  }
  return Array.from({ length: count }, (_, i) => read(view, offset + (i * bytes) / count));
}
