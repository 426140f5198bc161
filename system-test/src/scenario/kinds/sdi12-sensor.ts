/** SDI-12 sensors on buses, each behind an adapter that takes commands. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed, deviceKind, Every, entryHead, grouped, idsOf, LineEnd } from './device-kind.ts';

const PER_BUS = 10;
const ADDRESSES = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];

export const sdi12Sensor = deviceKind({
  what: 'SDI-12 sensors: soil (teros-11, teros-12, teros-21) or a weather station (climavue50)',
  schema: Type.Object(
    {
      kind: Type.Literal('sdi12-sensor'),
      profile: Type.Enum(['teros-11', 'teros-12', 'teros-21', 'climavue50']),
      ...entryHead,
      field: Id,
      every: Every,
      depthsCm: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: 120 }), {
          ...{ minItems: 1, maxItems: 16 },
          description: 'Of soil sensors, in turn. Default 10, 20, 40, 60.',
        }),
      ),
      perBus: Type.Optional(
        Type.Integer({ minimum: 1, maximum: ADDRESSES.length, description: `Default ${PER_BUS}.` }),
      ),
      port: LineEnd,
    },
    closed,
  ),
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play(entry, { port, intervalMs }) {
    const { profile, field, every = '1min', depthsCm = [10, 20, 40, 60], perBus = PER_BUS } = entry;
    const sensors = idsOf(entry).map((id, i) => ({
      ...{ id, address: ADDRESSES[i % perBus] as string },
      place: profile === 'climavue50' ? {} : { field, depthCm: depthsCm[i % depthsCm.length] as number },
    }));
    return {
      nodes: [],
      lines: grouped(sensors, perBus).map((group) => {
        const ports = port(entry.port ?? 'tcp');
        return {
          sim: {
            ...{ type: 'sdi12', port: ports.sim },
            sensors: group.map(({ id, address, place }) => ({ device: id, sensor: profile, address, ...place })),
          },
          gateway: {
            ...{ type: 'sdi12', port: ports.gateway, adapter: 'command' },
            devices: group.map(({ id, address, place }) => ({
              ...{ id, profile, address, field, ...place, intervalMs: intervalMs(every) },
            })),
          },
        };
      }),
    };
  },
});
