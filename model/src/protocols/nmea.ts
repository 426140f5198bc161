import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** Sentences have at most 82 characters by the standard; fields are numbered from 1, after the address. */
const FieldNumber = Type.Integer({ minimum: 1, maximum: 80 });

/** Where a value stands on the line. */
export const NmeaSource = Type.Object(
  {
    sentence: Type.String({
      pattern: '^[A-Z]{3}$',
      description: 'The three letters of a sentence, e.g. MWV; talkers may be any.',
    }),
    field: Type.Optional(
      Type.Integer({ ...FieldNumber, description: 'Number of its field, from 1, the address left out. Not for XDR.' }),
    ),
    unit: Type.Optional(
      Type.Integer({
        ...FieldNumber,
        description: 'Number of the field whose letter says the unit, e.g. N for knots; without it the stored unit.',
      }),
    ),
    transducer: Type.Optional(
      Type.Object(
        {
          type: Type.String({
            pattern: '^[A-Z]$',
            description: 'Type of transducer: C temperature, P pressure, H humidity.',
          }),
          name: Type.Optional(
            Type.String({ maxLength: 32, description: 'Its name in the sentence; left out, the first of the type.' }),
          ),
        },
        { additionalProperties: false, description: 'For XDR: which of its measurements. The unit stands beside it.' },
      ),
    ),
    when: Type.Optional(
      Type.Record(Type.String({ pattern: '^[0-9]+$' }), Type.String(), {
        description: 'Fields that must hold this, by number, e.g. 2: R; else the sentence says nothing of the channel.',
      }),
    ),
    status: Type.Optional(
      Type.Integer({
        ...FieldNumber,
        description: 'Number of the field that says A; with anything else the value is void.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type NmeaSource = Static<typeof NmeaSource>;

/** NMEA 0183: a value by the sentences that carry it. */
export const NmeaChannel = channelOf({
  from: Type.Array(NmeaSource, {
    minItems: 1,
    maxItems: 8,
    description: 'Where it may stand, the best first: others are used only while the better ones give no value.',
  }),
});

export const NmeaProfile = profileOf('nmea', {
  baudRate: Type.Integer({ minimum: 300, description: 'The usual speed of the device, 4800 by the standard.' }),
  channels: Type.Array(NmeaChannel, { minItems: 1 }),
});

export type NmeaProfile = Static<typeof NmeaProfile>;
