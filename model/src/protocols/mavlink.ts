import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

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

export const MavlinkProfile = profileOf('mavlink', {
  everyMs: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'Shortest time between two kept samples of a message, by its name; default keeps all.',
    }),
  ),
  channels: Type.Array(MavlinkChannel, { minItems: 1 }),
});

export type MavlinkProfile = Static<typeof MavlinkProfile>;
