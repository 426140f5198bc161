/** A telemetry radio's line of the configuration. */
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { groupHead, numbersFrom } from '../config/device-group.ts';
import { LinePort } from '../config/port.ts';

export const MavlinkDevice = Type.Object(
  { ...deviceHead, systemId: Type.Integer({ minimum: 1, maximum: 255 }) },
  closed,
);

const MavlinkGroup = Type.Object({ ...groupHead, systemIds: numbersFrom(1, 255) }, closed);

export const MavlinkLine = Type.Object(
  {
    type: Type.Literal('mavlink'),
    port: LinePort,
    devices: Type.Union([Type.Array(Type.Union([MavlinkDevice, MavlinkGroup]), { minItems: 1 }), MavlinkGroup]),
  },
  closed,
);
/** With its groups made into devices. */
export type MavlinkLineConfig = Omit<Static<typeof MavlinkLine>, 'devices'> & {
  devices: Static<typeof MavlinkDevice>[];
};
