import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** A way of measuring by its letters (SDI-12 v1.4, table 5): the address stands before it, the `!` behind it. */
export const Sdi12Command = Type.String({
  pattern: '^(M[1-9]?|C[1-9]?|R[0-9]|V)$',
  description:
    'a command of SDI-12 that gives values: C, C1 to C9 (others may measure meanwhile), M, M1 to M9, V, R0 to R9; its CRC form is asked for by crc',
});

/** SDI-12: a value by its place in what a command gives. */
export const Sdi12Channel = channelOf({
  command: Type.Optional(Sdi12Command),
  value: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 99,
      description: 'Which of the values of its command, from 1. Default: the one behind the channel before it.',
    }),
  ),
  polynomial: Type.Optional(
    Type.Array(Type.Number(), {
      minItems: 2,
      maxItems: 8,
      description: 'A calibration curve in place of multiply, divide and offset: coefficients, that of raw⁰ first.',
    }),
  ),
  squared: Type.Optional(Type.Literal(true, { description: 'The curve gives the square root of the value.' })),
});

export const Sdi12Profile = profileOf('sdi12', {
  command: Sdi12Command,
  identity: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 14,
      description: 'How vendor and model begin in its answer to aI!, e.g. "METER   TER12": tells a wrong sensor.',
    }),
  ),
  crc: Type.Optional(
    Type.Boolean({ description: 'Whether it is asked for values with a CRC (SDI-12 1.3 or later). Default false.' }),
  ),
  deadReplies: Type.Optional(
    Type.Array(Type.Array(Type.Number(), { minItems: 2 }), {
      description: 'Whole answers that a dead sensor gives, e.g. [0, 0, 0]: all of their values are absent.',
    }),
  ),
  channels: Type.Array(Sdi12Channel, { minItems: 1 }),
});

export type Sdi12Channel = Static<typeof Sdi12Channel>;
export type Sdi12Profile = Static<typeof Sdi12Profile>;
