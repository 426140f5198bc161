/**
 * Device profiles: a kind of device described as data. A profile says how to ask, where each channel's value stands in
 * the answer and what it means; adding a device is adding one record, with at least one recorded frame and its source.
 *
 * Raw values become stored ones by `(raw × multiply) / 10^divide + offset`: division by a power of ten keeps 241 → 24.1
 * exact where multiplication by 0.1 would give 24.099999….
 */
import Type, { type Static } from 'typebox';
import { Id, Place } from './id-schemas.ts';

const Scale = {
  multiply: Type.Optional(Type.Number({ description: 'Factor to the stored unit, default 1.' })),
  divide: Type.Optional(Type.Integer({ minimum: 0, maximum: 9, description: 'Power of ten to divide by, default 0.' })),
  offset: Type.Optional(Type.Number({ description: 'Added after scaling, default 0.' })),
  absent: Type.Optional(
    Type.Array(Type.Number(), { description: 'Raw values that mean "no sensor": stored as absent, never as numbers.' }),
  ),
};

const channelOf = <S extends Record<string, Type.TSchema>>(source: S) =>
  Type.Object(
    {
      quantity: Type.String({ description: 'Id of the quantity table.' }),
      place: Type.Optional(Place),
      decimals: Type.Integer({
        minimum: 0,
        maximum: 9,
        description: 'Decimals that the device resolves, in the stored unit.',
      }),
      ...Scale,
      ...source,
    },
    { additionalProperties: false },
  );

/** Modbus: a value in the register map (MODBUS Application Protocol V1.1b3, section 6.3 and 6.4). */
export const ModbusChannel = channelOf({
  register: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Address of the first register, from 0.' }),
  type: Type.Union([
    Type.Literal('uint16'),
    Type.Literal('int16'),
    Type.Literal('uint32'),
    Type.Literal('int32'),
    Type.Literal('float32'),
  ]),
  words: Type.Optional(
    Type.Union([Type.Literal('high-first'), Type.Literal('low-first')], {
      description: 'Order of the two registers of a 32-bit value, default high-first.',
    }),
  ),
});

const DavisField = {
  byte: Type.Integer({ minimum: 3, maximum: 93, description: 'Offset in the packet.' }),
  type: Type.Union([Type.Literal('uint8'), Type.Literal('int8'), Type.Literal('uint16'), Type.Literal('int16')]),
};

/** Davis: a field of LOOP or LOOP2 by the offset that the maker's reference gives it. */
export const DavisChannel = channelOf({
  packet: Type.Union([Type.Literal('LOOP'), Type.Literal('LOOP2'), Type.Literal('both')], {
    description: 'Packet that carries it; many fields stand at the same place in both.',
  }),
  ...DavisField,
  inLoop2: Type.Optional(
    Type.Object(
      { ...DavisField, divide: Scale.divide, absent: Scale.absent },
      { additionalProperties: false, description: 'Where and how finely LOOP2 has it, if not as LOOP.' },
    ),
  ),
  clicks: Type.Optional(
    Type.Literal(true, {
      description: 'Counts tips of the rain collector: multiplied by what one tip of it holds, in mm.',
    }),
  ),
});

/** MAVLink: a field of a message of the common or ardupilotmega dialect (mavlink.io/en/messages/common.html). */
export const MavlinkChannel = channelOf({
  message: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', description: 'Message name, e.g. GLOBAL_POSITION_INT.' }),
  field: Type.String({ pattern: '^[a-z][a-z0-9_]*$', description: "Field name as in the message's definition." }),
  index: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 255,
      description: 'Element of an array field; left out, the sum of its elements that are not absent.',
    }),
  ),
  plus: Type.Optional(Type.Array(Type.String(), { description: 'Further array fields that belong to the sum.' })),
  component: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 255,
      description: 'Component that must have sent it: 1 is the autopilot. A gimbal has a heartbeat of its own.',
    }),
  ),
  when: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: 'Fields that must have these values, e.g. the number of the battery.',
    }),
  ),
  named: Type.Optional(
    Type.String({ maxLength: 10, description: 'For NAMED_VALUE_FLOAT and _INT: the name that must match.' }),
  ),
  mask: Type.Optional(Type.Integer({ minimum: 1, description: 'Bits of the field to keep, shifted down.' })),
});

/** JSON by MQTT: a value by its path. */
export const JsonChannel = channelOf({
  path: Type.String({
    pattern: '^[^.\\[\\]]+(\\.[^.\\[\\]]+|\\[[0-9]+\\]|\\[[a-z]+=[0-9]+\\])*$',
    description: 'Path in the payload: `bat`, `soil[0].vwc` or `soil[d=10].vwc` (the element whose d is 10).',
  }),
});

const Frame = Type.Object(
  {
    hex: Type.Optional(Type.String({ pattern: '^([0-9a-fA-F]{2})+$' })),
    json: Type.Optional(Type.String()),
    values: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
      description: 'Expected value by channel (`quantity` or `quantity@place`); null is absent.',
    }),
    source: Type.String({ minLength: 1, description: 'Where the frame was recorded or published.' }),
  },
  { additionalProperties: false },
);

const head = {
  id: Id,
  title: Type.Object(
    { en: Type.String({ minLength: 1 }), zh: Type.String({ minLength: 1 }) },
    { additionalProperties: false },
  ),
  maker: Type.String({ minLength: 1 }),
  kind: Type.Union([
    Type.Literal('soil'),
    Type.Literal('weather'),
    Type.Literal('sprayer'),
    Type.Literal('water'),
    Type.Literal('other'),
  ]),
  intervalMs: Type.Integer({
    minimum: 100,
    description: 'How often the device speaks or is asked, unless the configuration says otherwise.',
  }),
  source: Type.String({ minLength: 1, description: 'Document and section that the profile was written from.' }),
  frames: Type.Array(Frame, { minItems: 1 }),
};

const profileOf = <P extends string, S extends Record<string, Type.TSchema>>(protocol: P, rest: S) =>
  Type.Object({ ...head, protocol: Type.Literal(protocol), ...rest }, { additionalProperties: false });

export const ModbusProfile = profileOf('modbus', {
  function: Type.Union([Type.Literal(3), Type.Literal(4)], {
    description: '3 reads holding registers, 4 input registers.',
  }),
  baudRate: Type.Integer({ minimum: 300, description: "The maker's default speed." }),
  maxRegisters: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 125, description: 'Registers that the device answers at once, default 125.' }),
  ),
  maxGap: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 120,
      description: 'Unused registers that may be read along to save a request, default 8.',
    }),
  ),
  channels: Type.Array(ModbusChannel, { minItems: 1 }),
});
export const DavisProfile = profileOf('davis', { channels: Type.Array(DavisChannel, { minItems: 1 }) });
export const MavlinkProfile = profileOf('mavlink', {
  everyMs: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'Shortest time between two kept samples of a message, by its name; default keeps all.',
    }),
  ),
  channels: Type.Array(MavlinkChannel, { minItems: 1 }),
});
export const JsonProfile = profileOf('mqtt-json', {
  timePath: Type.Optional(
    Type.String({ description: 'Where the sampling time stands, UTC milliseconds; without it, the time of arrival.' }),
  ),
  counterPath: Type.Optional(
    Type.String({
      description:
        "Where the device's own message counter stands: a repeat of an accepted message is acknowledged and not stored again.",
    }),
  ),
  channels: Type.Array(JsonChannel, { minItems: 1 }),
});

export const Profile = Type.Union([ModbusProfile, DavisProfile, MavlinkProfile, JsonProfile]);

export type ModbusProfile = Static<typeof ModbusProfile>;
export type DavisProfile = Static<typeof DavisProfile>;
export type MavlinkProfile = Static<typeof MavlinkProfile>;
export type JsonProfile = Static<typeof JsonProfile>;
export type Profile = Static<typeof Profile>;
export type ProfileChannel = Profile['channels'][number];
export type Protocol = Profile['protocol'];
