/** Sprayer drones that report by radio: one, or several on the same link. */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { DroneRadio, RADIO_STEP_MS } from '../codec/drone-radio.ts';
import { DEFAULTS } from '../defaults.ts';
import { DRONE_VALUES } from '../world/drone.ts';
import { closed, lineKind, Position, RadioPort } from './line-kind.ts';

const drone = {
  device: Id,
  fields: Type.Array(Id, { minItems: 1, description: 'Which fields it sprays, in turn.' }),
  base: Type.Tuple([...Position.items], { description: 'Where it starts, lands and refills: longitude, latitude.' }),
  systemId: Type.Optional(Type.Integer({ minimum: 1, maximum: 255, description: 'Default 1.' })),
  dialect: Type.Optional(
    Type.Union([Type.Literal('ardupilot'), Type.Literal('px4')], { description: 'Default ardupilot.' }),
  ),
  version: Type.Optional(
    Type.Union([Type.Literal(1), Type.Literal(2)], {
      description: 'Of MAVLink, default 2. Version 1 has no number for FUEL_STATUS and ESC_STATUS.',
    }),
  ),
  tank: Type.Optional(
    Type.Union([Type.Literal('fuel-status'), Type.Literal('battery-monitor')], {
      description: 'Where the tank is told, default fuel-status; else as a meter in the place of a second battery.',
    }),
  ),
  passphrase: Type.Optional(
    Type.String({ minLength: 8, description: 'Signs its frames with the SHA-256 of this. Only version 2 can.' }),
  ),
  quiet: Type.Optional(Type.Boolean({ description: 'Only heartbeats until it is asked for more. Default false.' })),
};
const Drone = Type.Object(drone, closed);

export const mavlinkLine = lineKind({
  schema: Type.Object(
    {
      ...{ type: Type.Literal('mavlink'), port: RadioPort, ...drone },
      others: Type.Optional(
        Type.Array(Drone, { maxItems: 32, description: 'Further drones that are heard on the same link.' }),
      ),
    },
    closed,
  ),
  devices: (line) =>
    dronesOf(line).map(({ device }, i) => ({
      ...{ id: device, key: i === 0 ? 'device' : `others.${i - 1}.device` },
      ...{ traits: ['bytes', 'checksum', 'address', 'clock', 'values', 'absent'], values: DRONE_VALUES },
    })),
  problem(line) {
    const ids = dronesOf(line).map(({ systemId = DEFAULTS.systemId }) => systemId);
    return new Set(ids).size === ids.length
      ? undefined
      : { key: 'others', expected: 'must have system ids that differ from one another and from the first' };
  },
  drones: (line) => dronesOf(line).map(({ device, fields, base }) => ({ device, fields, base })),
  open(line, senses) {
    const start = ({ device, systemId, dialect, version, tank, passphrase, quiet }: Static<typeof Drone>) =>
      new DroneRadio(senses, {
        ...{ device, passphrase, quiet, systemId: systemId ?? DEFAULTS.systemId },
        ...{ dialect: dialect ?? 'ardupilot', version: version ?? 2, tank: tank ?? 'fuel-status' },
      });
    const drones = new Map(dronesOf(line).map((one) => [one.device, one]));
    const radios = new Map([...drones].map(([device, one]) => [device, start(one)]));
    return {
      everyMs: RADIO_STEP_MS,
      tick: () => [...radios].flatMap(([device, radio]) => radio.frames().map((frame) => ({ device, ...frame }))),
      take: (bytes) =>
        [...radios].flatMap(([device, radio]) => radio.take(bytes).map((frame) => ({ device, ...frame }))),
      restart(device) {
        radios.set(device, start(drones.get(device) as Static<typeof Drone>));
      },
    };
  },
});

function dronesOf<D extends Static<typeof Drone>>({
  others = [],
  ...first
}: D & { others?: D[] }): Static<typeof Drone>[] {
  return [first as unknown as D, ...others];
}
