/** A LoRaWAN server's line of the configuration. */
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { sourceHead, Topics } from '../mqtt/source-config.ts';

export const LorawanDevice = Type.Object(
  {
    ...deviceHead,
    devEui: Type.Optional(
      Type.String({ pattern: '^[0-9a-fA-F]{16}$', description: '16 hexadecimal digits, as printed on the device.' }),
    ),
    deviceId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Where it has no DevEUI: its name at The Things Stack.',
      }),
    ),
  },
  closed,
);

export const LorawanLine = Type.Object(
  {
    type: Type.Literal('lorawan'),
    ...sourceHead,
    network: Type.Union([Type.Literal('chirpstack'), Type.Literal('ttn')], {
      description: 'What its events look like: ChirpStack v4, or The Things Stack v3.',
    }),
    topics: Type.Optional(Topics),
    devices: Type.Array(LorawanDevice, { minItems: 1 }),
  },
  closed,
);
export type LorawanLineConfig = Static<typeof LorawanLine>;
