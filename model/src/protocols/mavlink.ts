import Type, { type Static } from 'typebox';
import { channelOf, profileOf, Scale } from './parts.ts';

const Output = Type.Union([Type.Literal('pump'), Type.Literal('spinner')], {
  description: 'The servo output of this use stands for the field, its range for the scale, wherever it is connected.',
});

/** Where a value stands: a field of a message of the common or ardupilotmega dialect (mavlink.io/en/messages/common.html). */
const source = {
  message: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', description: 'Message name, e.g. GLOBAL_POSITION_INT.' }),
  field: Type.Optional(
    Type.String({
      pattern: '^[a-z][a-z0-9_]*$',
      description: "Field name as in the message's definition; only with `output` it may be left out.",
    }),
  ),
  index: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 255,
      description: 'Element of an array field; left out, what `take` makes of its elements that are not absent.',
    }),
  ),
  plus: Type.Optional(Type.Array(Type.String(), { description: 'Further array fields whose elements belong to it.' })),
  take: Type.Optional(
    Type.Union([Type.Literal('sum'), Type.Literal('lowest')], {
      description: 'What is made of the elements of an array, default sum; lowest needs at least two.',
    }),
  ),
  atMost: Type.Optional(
    Type.Number({ description: 'A raw value or element above it means that something else stands there: absent.' }),
  ),
  within: Type.Optional(
    Type.Tuple([Type.String(), Type.String()], {
      description: 'Fields with the lowest and the highest value that can be measured; what is outside is absent.',
      maxItems: 2,
    }),
  ),
  component: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 255,
      description: 'Component that must have sent it: 1 is the autopilot. A gimbal has a heartbeat of its own.',
    }),
  ),
  when: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: 'Fields or elements (`voltages[0]`) that must have these values, e.g. the number of the battery.',
    }),
  ),
  named: Type.Optional(
    Type.String({ maxLength: 10, description: 'For NAMED_VALUE_FLOAT and _INT: the name that must match.' }),
  ),
  mask: Type.Optional(Type.Integer({ minimum: 1, description: 'Bits of the field to keep, shifted down.' })),
  both: Type.Optional(Type.String({ description: 'A second field of bits: those are kept that are set in both.' })),
  as: Type.Optional(
    Type.Literal('standard-mode', {
      description: 'The custom mode of a HEARTBEAT as MAV_STANDARD_MODE, by autopilot and kind of vehicle.',
    }),
  ),
  output: Type.Optional(Output),
};

const Source = Type.Object({ ...Scale, ...source }, { additionalProperties: false });

export const MavlinkChannel = channelOf({
  ...source,
  otherwise: Type.Optional(
    Type.Array(Source, {
      description: 'Where it stands on vehicles that do not send the first; the earlier is believed while it comes.',
    }),
  ),
});

/** What drives a pump or a spinner: which servo output, and its pulse at nothing and at full. */
export const ServoOutput = Type.Object(
  {
    servo: Type.Integer({ minimum: 1, maximum: 32, description: 'Number of the output: the n of SERVOn_FUNCTION.' }),
    minUs: Type.Optional(
      Type.Integer({ minimum: 500, maximum: 2_500, description: 'SERVOn_MIN, default 1100 as in ArduPilot.' }),
    ),
    maxUs: Type.Optional(
      Type.Integer({ minimum: 500, maximum: 2_500, description: 'SERVOn_MAX, default 1900 as in ArduPilot.' }),
    ),
  },
  { additionalProperties: false },
);
export type ServoOutput = Static<typeof ServoOutput>;

export const ServoOutputs = Type.Object(
  { pump: Type.Optional(ServoOutput), spinner: Type.Optional(ServoOutput) },
  { additionalProperties: false },
);
export type ServoOutputs = Static<typeof ServoOutputs>;

export const MavlinkProfile = profileOf('mavlink', {
  everyMs: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description:
        'Shortest time between two kept samples of a message, by its name, and what the autopilot is asked for where that is configured; default keeps all.',
    }),
  ),
  outputs: Type.Optional(ServoOutputs),
  channels: Type.Array(MavlinkChannel, { minItems: 1 }),
});

export type MavlinkProfile = Static<typeof MavlinkProfile>;
export type MavlinkSource = Static<typeof Source>;
