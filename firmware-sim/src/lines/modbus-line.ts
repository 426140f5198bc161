/** Soil probes on an RS485 bus. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { ModbusBus, registersOf, sealed } from '../codec/modbus-slave.ts';
import { SOIL_VALUES } from '../world/world.ts';
import { closed, DepthCm, lineKind, SimPort } from './line-kind.ts';

const Probe = Type.Object(
  { device: Id, address: Type.Integer({ minimum: 1, maximum: 247 }), field: Id, depthCm: DepthCm },
  closed,
);

export const modbusLine = lineKind({
  schema: Type.Object(
    { type: Type.Literal('modbus'), port: SimPort, probes: Type.Array(Probe, { minItems: 1, maxItems: 247 }) },
    closed,
  ),
  devices: ({ probes }) =>
    probes.map(({ device, field }, i) => ({
      ...{ id: device, key: `probes.${i}.device`, field: { id: field, key: `probes.${i}.field` } },
      ...{ traits: ['bytes', 'checksum', 'address', 'values'], values: SOIL_VALUES },
    })),
  problem({ probes }) {
    const differ = new Set(probes.map((p) => p.address)).size === probes.length;
    return differ ? undefined : { key: 'probes', expected: 'must have addresses that differ' };
  },
  open({ probes }, { world, felt }) {
    const byAddress = new Map(probes.map((probe) => [probe.address, probe]));
    const bus = new ModbusBus((address) => {
      const probe = byAddress.get(address);
      if (probe === undefined) return undefined;
      return registersOf(felt(probe.device, world.soilAt(probe.field, probe.depthCm, probe.device)));
    });
    return {
      everyMs: undefined,
      tick: () => [],
      take: (bytes) =>
        bus.take(bytes).map(({ address, reply }) => ({
          ...{ device: byAddress.get(address)?.device as string, bytes: reply, framed: true },
          elsewhere: () => sealed([(address % 247) + 1, ...reply.subarray(1, -2)]),
        })),
    };
  },
});
