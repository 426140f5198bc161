/** Devices on RS485 lines, read by Modbus: any that the simulator can play. */
import { SIM_MODBUS_DEVICES, type SimModbusKind } from '@karez/firmware-sim';
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import {
  closed,
  deviceKind,
  Every,
  entryHead,
  grouped,
  idsOf,
  type KindContext,
  LineEnd,
  type Played,
} from './device-kind.ts';

const PER_LINE = 32;
const DEPTHS_CM = [10, 20, 40, 60];

const head = {
  ...entryHead,
  field: Id,
  every: Every,
  depthsCm: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 120 }), {
      minItems: 1,
      maxItems: 16,
      description: `Of soil probes, in turn. Default ${DEPTHS_CM.join(', ')}.`,
    }),
  ),
  perLine: Type.Optional(Type.Integer({ minimum: 1, maximum: 247, description: `Default ${PER_LINE}.` })),
  port: LineEnd,
};
const SoilProbe = Type.Object({ kind: Type.Literal('soil-probe'), ...head }, closed);
const ModbusDevice = Type.Object(
  {
    kind: Type.Literal('modbus-device'),
    profile: Type.Enum(Object.keys(SIM_MODBUS_DEVICES) as SimModbusKind[]),
    ...head,
  },
  closed,
);

export const soilProbe = deviceKind({
  what: 'soil probes (7-in-1) on RS485, read by Modbus',
  schema: SoilProbe,
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play: (entry, context) => played(entry, 'cwt-soil-7in1', context),
});

export const modbusDevice = deviceKind({
  what: `devices on RS485, read by Modbus, by profile: ${Object.keys(SIM_MODBUS_DEVICES).join(', ')}`,
  schema: ModbusDevice,
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play: (entry, context) => played(entry, entry.profile, context),
});

type Entry = Omit<Static<typeof SoilProbe>, 'kind'>;

function played(entry: Entry, profile: SimModbusKind, { port, intervalMs }: KindContext): Played {
  const { field, every = '10s', depthsCm = DEPTHS_CM, perLine = PER_LINE } = entry;
  const isSoil = SIM_MODBUS_DEVICES[profile].senses === 'soil';
  const devices = idsOf(entry).map((id, i) => ({
    ...{ id, address: (i % perLine) + 1 },
    place: { field, ...(isSoil ? { depthCm: depthsCm[i % depthsCm.length] as number } : {}) },
  }));
  return {
    nodes: [],
    lines: grouped(devices, perLine).map((group) => {
      const ports = port(entry.port ?? 'tcp');
      return {
        sim: {
          ...{ type: 'modbus', port: ports.sim },
          probes: group.map(({ id, address, place }) => ({ device: id, kind: profile, address, ...place })),
        },
        gateway: {
          ...{ type: 'modbus', port: ports.gateway },
          devices: group.map(({ id, address, place }) => ({
            ...{ id, profile, address, ...place, intervalMs: intervalMs(every) },
          })),
        },
      };
    }),
  };
}
