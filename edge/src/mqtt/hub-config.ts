/** A line of the configuration on which one publisher speaks JSON for several devices. */
import { JsonPath } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { sourceHead, Topics } from './source-config.ts';

export const HubLine = Type.Object(
  {
    type: Type.Literal('mqtt-json'),
    ...sourceHead,
    topics: Topics,
    itemsPath: Type.Optional(
      Type.Union([Type.Literal('$'), JsonPath], {
        description:
          'A list in the message, each of whose elements speaks of one device; `$` where the message is the list.',
      }),
    ),
    keyPath: Type.Optional(
      Type.Unsafe<string>({
        ...JsonPath,
        description: 'Where it says which device; left out, what stands in the topic for + and # says it, joined by /.',
      }),
    ),
    devices: Type.Array(
      Type.Object(
        {
          ...deviceHead,
          key: Type.Optional(
            Type.String({ minLength: 1, maxLength: 120, description: 'How messages name it; default its id.' }),
          ),
        },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
);
export type HubLineConfig = Static<typeof HubLine>;
