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
    archive: Type.Optional(
      Type.Union([Type.Literal('gaps'), Type.Literal('all'), Type.Literal('off')], {
        description:
          "What is read of the console's own memory: what was missed since it was first read (gaps, the default), also what it held before (all), or nothing (off).",
      }),
    ),
  },
  closed,
);
export type DavisLineConfig = Static<typeof DavisLine>;
