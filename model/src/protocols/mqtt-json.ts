import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

const KEY = '[^.\\[\\]"]+';
const IN_BRACKETS = '\\[[0-9]+\\]|\\["[^"]+"\\]|\\[[A-Za-z_][A-Za-z0-9_-]*=[^\\[\\]="]+\\]';

/** Where a value stands in a message. */
export const JsonPath = Type.String({
  pattern: `^(\\$\\.)?(${KEY}|${IN_BRACKETS})(\\.${KEY}|${IN_BRACKETS})*$`,
  maxLength: 200,
  description:
    'A path such as `bat`, `soil[0].vwc`, `soil[d=10].vwc` (the element whose d is 10), `["a.b"].c`; one that starts with `$.` begins at the whole message where a message holds several devices.',
});

/** JSON by MQTT: a value by its path. */
export const JsonChannel = channelOf({
  path: JsonPath,
  states: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description:
        'Numbers for texts and booleans that stand there: `{ open: 1, closed: 0 }`, `{ "true": 1, "false": 0 }`.',
    }),
  ),
});

/** How a message writes numbers and times. */
export const JsonReading = {
  timePath: Type.Optional(
    Type.String({
      description: 'Path of the sampling time; without it, or where it is left out, the time of arrival.',
    }),
  ),
  timeUnit: Type.Optional(
    Type.Union([Type.Literal('ms'), Type.Literal('s'), Type.Literal('iso8601')], {
      description:
        'What stands there: milliseconds or seconds since 1970 UTC, or ISO 8601 with an offset and up to nine decimals. Default ms.',
    }),
  ),
  numbersAsText: Type.Optional(
    Type.Boolean({ description: 'The device writes numbers as texts: `"bat": "3.91"`. Default: that is refused.' }),
  ),
  absentTexts: Type.Optional(
    Type.Array(Type.String(), { description: 'Texts that mean "no sensor", such as `NaN` or `--`.' }),
  ),
};

export const JsonProfile = profileOf('mqtt-json', {
  ...JsonReading,
  counterPath: Type.Optional(
    Type.String({
      description:
        "Where the device's own message counter stands: a repeat of an accepted message is acknowledged and not stored again.",
    }),
  ),
  channels: Type.Array(JsonChannel, { minItems: 1 }),
});

export type JsonProfile = Static<typeof JsonProfile>;
