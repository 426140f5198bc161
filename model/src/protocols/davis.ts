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
  archive: Type.Optional(
    Type.Object(
      {
        byte: Type.Integer({
          minimum: 4,
          maximum: 51,
          description: 'Offset in the archive record, the same in A and B.',
        }),
        type: DavisField.type,
        multiply: Scale.multiply,
        divide: Scale.divide,
        offset: Scale.offset,
        absent: Scale.absent,
        decimals: Type.Optional(
          Type.Integer({ minimum: 0, maximum: 9, description: 'Decimals that it resolves here, default as in LOOP.' }),
        ),
        compass: Type.Optional(
          Type.Literal(true, { description: 'A point of the compass, 0 to 15 from north by east, 255 for none.' }),
        ),
        wind: Type.Optional(
          Type.Literal(true, { description: 'Absent in records that count no packet from the anemometer.' }),
        ),
        ofDay: Type.Optional(
          Type.Union([Type.Literal('period'), Type.Literal('hour')], {
            description:
              'What came in the period, or in the hour, told once an hour: added up to the total since midnight.',
          }),
        ),
      },
      {
        additionalProperties: false,
        description: 'Where and how the console keeps it in its archive memory; scaled anew, not as in LOOP.',
      },
    ),
  ),
});

export const DavisProfile = profileOf('davis', { channels: Type.Array(DavisChannel, { minItems: 1 }) });

export type DavisProfile = Static<typeof DavisProfile>;
