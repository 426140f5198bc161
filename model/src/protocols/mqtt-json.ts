import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** JSON by MQTT: a value by its path. */
export const JsonChannel = channelOf({
  path: Type.String({
    pattern: '^[^.\\[\\]]+(\\.[^.\\[\\]]+|\\[[0-9]+\\]|\\[[a-z]+=[0-9]+\\])*$',
    description: 'Path in the payload: `bat`, `soil[0].vwc` or `soil[d=10].vwc` (the element whose d is 10).',
  }),
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

export type JsonProfile = Static<typeof JsonProfile>;
