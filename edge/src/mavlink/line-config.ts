/** A telemetry link's line of the configuration. */
import { ServoOutputs } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { groupHead, numbersFrom } from '../config/device-group.ts';
import { LinePort, PeerPort } from '../config/port.ts';

const vehicle = {
  outputs: Type.Optional(ServoOutputs),
  signed: Type.Optional(
    Type.Boolean({
      description:
        'Only frames signed with the passphrase under devices of the secrets are believed: SHA-256 of it is the key, as in ground stations, or hex: and 64 digits. Default false: signatures are passed over.',
    }),
  ),
  setIntervals: Type.Optional(
    Type.Boolean({
      description:
        "Ask the autopilot for the profile's messages at its pace (MAV_CMD_SET_MESSAGE_INTERVAL). Default false: only listen.",
    }),
  ),
};

export const MavlinkDevice = Type.Object(
  { ...deviceHead, systemId: Type.Integer({ minimum: 1, maximum: 255 }), ...vehicle },
  closed,
);

const MavlinkGroup = Type.Object({ ...groupHead, systemIds: numbersFrom(1, 255), ...vehicle }, closed);

export const MavlinkLine = Type.Object(
  {
    type: Type.Literal('mavlink'),
    port: Type.Union([...LinePort.anyOf, ...PeerPort.anyOf]),
    devices: Type.Union([Type.Array(Type.Union([MavlinkDevice, MavlinkGroup]), { minItems: 1 }), MavlinkGroup]),
  },
  closed,
);
/** With its groups made into devices. */
export type MavlinkLineConfig = Omit<Static<typeof MavlinkLine>, 'devices'> & {
  devices: Static<typeof MavlinkDevice>[];
};
