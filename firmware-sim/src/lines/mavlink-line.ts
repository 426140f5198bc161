/** Sprayer drones that report by radio. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { DroneRadio, RADIO_STEP_MS } from '../codec/drone-radio.ts';
import { DEFAULTS } from '../defaults.ts';
import { DRONE_VALUES } from '../world/drone.ts';
import { closed, lineKind, Position, SimPort } from './line-kind.ts';

export const mavlinkLine = lineKind({
  schema: Type.Object(
    {
      type: Type.Literal('mavlink'),
      device: Id,
      port: SimPort,
      fields: Type.Array(Id, { minItems: 1, description: 'Which fields it sprays, in turn.' }),
      base: Type.Tuple([...Position.items], {
        description: 'Where it starts, lands and refills: longitude, latitude.',
      }),
      systemId: Type.Optional(Type.Integer({ minimum: 1, maximum: 255, description: 'Default 1.' })),
    },
    closed,
  ),
  devices: ({ device }) => [
    { id: device, key: 'device', traits: ['bytes', 'checksum', 'address', 'values'], values: DRONE_VALUES },
  ],
  drones: ({ device, fields, base }) => [{ device, fields, base }],
  open({ device, systemId = DEFAULTS.systemId }, senses) {
    let radio = new DroneRadio(senses, systemId, device);
    return {
      everyMs: RADIO_STEP_MS,
      tick: () => radio.frames().map((frame) => ({ device, framed: true, ...frame })),
      take: () => [],
      restart() {
        radio = new DroneRadio(senses, systemId, device);
      },
    };
  },
});
