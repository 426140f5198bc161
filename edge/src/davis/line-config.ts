/** A weather console's line of the configuration. */
import Type, { type Static } from 'typebox';
import { closed, SingleDevice } from '../config/device.ts';
import { LinePort } from '../config/port.ts';

export const DavisLine = Type.Object(
  {
    type: Type.Literal('davis'),
    port: LinePort,
    device: SingleDevice,
    rainClickMm: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10,
        description: 'Rain that tips the collector once, in mm. Default: the console is asked.',
      }),
    ),
  },
  closed,
);
export type DavisLineConfig = Static<typeof DavisLine>;
