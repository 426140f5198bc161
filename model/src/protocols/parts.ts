/** What the profiles of all protocols have in common: a head, recorded frames, channels with their scale. */
import Type from 'typebox';
import { Id, Place } from '../id-schemas.ts';

export const Scale = {
  multiply: Type.Optional(Type.Number({ description: 'Factor to the stored unit, default 1.' })),
  divide: Type.Optional(Type.Integer({ minimum: 0, maximum: 9, description: 'Power of ten to divide by, default 0.' })),
  offset: Type.Optional(Type.Number({ description: 'Added after scaling, default 0.' })),
  unit: Type.Optional(
    Type.String({
      description:
        'UCUM unit of the value after scaling, where it is not the quantity’s: [degF], kPa, m3/m3, dS/m. Converted exactly.',
    }),
  ),
  absent: Type.Optional(
    Type.Array(Type.Number(), { description: 'Raw values that mean "no sensor": stored as absent, never as numbers.' }),
  ),
};

/** A channel of a profile: its quantity and scale, and by `source` where the protocol has it. */
export const channelOf = <S extends Record<string, Type.TSchema>>(source: S) =>
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

const Frame = Type.Object(
  {
    hex: Type.Optional(Type.String({ pattern: '^([0-9a-fA-F]{2})+$' })),
    json: Type.Optional(Type.String()),
    text: Type.Optional(Type.String({ description: 'A line as it is sent, without its end.' })),
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

/** A profile of `protocol`: the head, and by `rest` what the protocol needs. */
export const profileOf = <P extends string, S extends Record<string, Type.TSchema>>(protocol: P, rest: S) =>
  Type.Object({ ...head, protocol: Type.Literal(protocol), ...rest }, { additionalProperties: false });
