/** A telemetry radio's line of the configuration. */
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { LinePort } from '../config/port.ts';

export const MavlinkDevice = Type.Object(
  { ...deviceHead, systemId: Type.Integer({ minimum: 1, maximum: 255 }) },
  closed,
);

export const MavlinkLine = Type.Object(
  { type: Type.Literal('mavlink'), port: LinePort, devices: Type.Array(MavlinkDevice, { minItems: 1 }) },
  closed,
);
export type MavlinkLineConfig = Static<typeof MavlinkLine>;
