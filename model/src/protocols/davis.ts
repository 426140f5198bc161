import Type, { type Static } from 'typebox';
import { channelOf, profileOf, Scale } from './parts.ts';

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

export const DavisProfile = profileOf('davis', { channels: Type.Array(DavisChannel, { minItems: 1 }) });

export type DavisProfile = Static<typeof DavisProfile>;
