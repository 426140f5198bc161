/**
 * LoRaWAN: what a device's bytes mean, as data. A layout says how a frame falls into parts; each channel says in which part
 * its value stands. Devices whose bytes no layout describes name a codec script instead, or take what the network's
 * server has decoded, and map it by paths.
 */
import Type, { type Static } from 'typebox';
import { JsonPath, JsonReading } from './mqtt-json.ts';
import { channelOf, profileOf, Scale } from './parts.ts';

const closed = { additionalProperties: false } as const;
const Offset = Type.Integer({ minimum: 0, maximum: 255 });
const Hex = Type.String({
  pattern: '^([0-9a-f]{2})+$',
  description: 'Lower-case hexadecimal digits, two for each byte.',
});

export const ByteType = Type.Enum([
  ...(['uint8', 'int8', 'uint16', 'int16', 'uint24', 'int24', 'uint32', 'int32', 'float32'] as const),
]);
export type ByteType = Static<typeof ByteType>;

/** Where a number stands. */
const place = {
  record: Type.Optional(Hex),
  at: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 255, description: 'First byte within the frame or record, default 0.' }),
  ),
  type: Type.Optional(ByteType),
  mask: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 0xffffffff, description: 'Bits to keep of an unsigned number, shifted down.' }),
  ),
};

export const ByteCondition = Type.Object(
  { ...place, is: Type.Array(Type.Number(), { minItems: 1, description: 'What must stand there: one of these.' }) },
  closed,
);
export type ByteCondition = Static<typeof ByteCondition>;

export const ByteSource = Type.Object(
  {
    ...place,
    sensor: Type.Optional(Type.Integer({ minimum: 0, maximum: 15, description: 'Flags layout: whose words.' })),
    word: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 63, description: 'Flags layout: which of its words, default 0.' }),
    ),
    nth: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 15, description: 'Of a record that comes several times, default 0.' }),
    ),
    when: Type.Optional(Type.Array(ByteCondition, { description: 'The value is there only where all of these hold.' })),
    absentWhen: Type.Optional(
      Type.Array(ByteCondition, { description: 'It means "no sensor" where any of these holds.' }),
    ),
    formula: Type.Optional(
      Type.String({
        maxLength: 300,
        description:
          'Of `x`, the number that stands there, and in a flags layout `x0`, `x1`, … the words of the sensor.',
      }),
    ),
    ...Scale,
  },
  closed,
);
export type ByteSource = Static<typeof ByteSource>;

export const LorawanChannel = channelOf({
  from: Type.Optional(
    Type.Array(ByteSource, {
      minItems: 1,
      description:
        'Where its value stands; the first that a frame has. What a source says of scale stands for the channel’s.',
    }),
  ),
  radio: Type.Optional(
    Type.Union([Type.Literal('rssi'), Type.Literal('snr'), Type.Literal('battery')], {
      description: 'What the network says of the device: signal (dBm), signal to noise (dB), battery (%).',
    }),
  ),
  path: Type.Optional(JsonPath),
  states: Type.Optional(Type.Record(Type.String(), Type.Number())),
});

const Time = Type.Object(
  {
    ...place,
    unit: Type.Union([Type.Literal('s'), Type.Literal('ms')]),
    when: Type.Optional(Type.Array(ByteCondition)),
    historical: Type.Optional(
      Type.Boolean({ description: 'What stands beside it comes from the device’s own memory.' }),
    ),
  },
  closed,
);
const order = Type.Optional(
  Type.Union([Type.Literal('big'), Type.Literal('little')], {
    description: 'Which byte of a number comes first, default big.',
  }),
);
const times = Type.Optional(
  Type.Array(Time, { description: 'Sampling times by the device’s own clock, since 1970 UTC.' }),
);

export const FlagsLayout = Type.Object(
  {
    kind: Type.Literal('flags'),
    start: Type.Optional(Hex),
    flagsAt: Offset,
    valuesAt: Offset,
    words: Type.Array(Type.Integer({ minimum: 1, maximum: 64 }), {
      minItems: 1,
      maxItems: 16,
      description: '16-bit words of the sensor of each bit, from the lowest.',
    }),
  },
  closed,
);
export const FixedLayout = Type.Object(
  {
    kind: Type.Literal('fixed'),
    order,
    bytes: Type.Integer({
      minimum: 1,
      maximum: 255,
      description: 'Length; a frame of several times it holds several samples.',
    }),
    shortest: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 255, description: 'What it may be cut to, default bytes.' }),
    ),
    times,
  },
  closed,
);
export const RecordsLayout = Type.Object(
  {
    kind: Type.Literal('records'),
    order,
    keyBytes: Type.Integer({ minimum: 1, maximum: 4 }),
    sizes: Type.Optional(
      Type.Record(Type.String({ pattern: '^([0-9a-f]{2})+$' }), Offset, { description: 'Bytes after each key.' }),
    ),
    size: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 255, description: 'Bytes after every key that is not in sizes.' }),
    ),
    checksum: Type.Optional(
      Type.Literal('crc16-kermit', {
        description: 'Last two bytes, the lower first (polynomial 0x1021, reflected, from 0).',
      }),
    ),
    times,
  },
  closed,
);
export const ByteLayout = Type.Union([FlagsLayout, FixedLayout, RecordsLayout]);
export type ByteLayout = Static<typeof ByteLayout>;

export const LorawanProfile = profileOf('lorawan', {
  ...JsonReading,
  ports: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), {
      description: 'FPorts that carry readings; what comes on others is counted and left. Default: all.',
    }),
  ),
  layout: Type.Optional(ByteLayout),
  codec: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'A script with decodeUplink(input), Decode(fPort, bytes) or Decoder(bytes, port), relative to the profile. It runs without access to anything.',
    }),
  ),
  channels: Type.Array(LorawanChannel, { minItems: 1 }),
});
export type LorawanProfile = Static<typeof LorawanProfile>;
