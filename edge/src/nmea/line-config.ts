/** A line of the configuration on which an instrument speaks NMEA 0183. */
import Type, { type Static } from 'typebox';
import { closed, SingleDevice } from '../config/device.ts';
import { LinePort } from '../config/port.ts';

export const NmeaLine = Type.Object(
  {
    type: Type.Literal('nmea'),
    port: LinePort,
    device: SingleDevice,
    checksum: Type.Optional(
      Type.Union([Type.Literal('required'), Type.Literal('optional')], {
        description:
          'Whether a sentence without a checksum is refused, as by default, or read. A wrong checksum is always refused.',
      }),
    ),
  },
  closed,
);
export type NmeaLineConfig = Static<typeof NmeaLine>;
