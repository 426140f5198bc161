/** The gateway's own broker and its devices, in the configuration. */
import { LIMITS } from '@karez/model';
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { TOPIC_FILTER } from './topic-filter.ts';

const PortNumber = Type.Integer({ minimum: 0, maximum: 65_535 });

export const MqttDevice = Type.Object(
  {
    ...deviceHead,
    topic: Type.Optional(
      Type.String({
        pattern: TOPIC_FILTER,
        minLength: 1,
        description: 'A topic, by default devices/{id}/up; with + and # where the device publishes under several.',
      }),
    ),
  },
  closed,
);

export const Mqtt = Type.Object(
  {
    host: Type.Optional(Type.String()),
    port: PortNumber,
    devices: Type.Optional(Type.Array(MqttDevice, { maxItems: LIMITS.devicesPerGateway })),
  },
  closed,
);
export type MqttConfig = Static<typeof Mqtt>;
