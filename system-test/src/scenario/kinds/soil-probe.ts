/** Soil probes on RS485 lines, read by Modbus. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed, deviceKind, Every, entryHead, grouped, idsOf } from './device-kind.ts';

const PER_LINE = 32;

export const soilProbe = deviceKind({
  what: 'soil probes (7-in-1) on RS485, read by Modbus',
  schema: Type.Object(
    {
      kind: Type.Literal('soil-probe'),
      ...entryHead,
      field: Id,
      every: Every,
      depthsCm: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: 120 }), {
          minItems: 1,
          maxItems: 16,
          description: 'In turn. Default 10, 20, 40, 60.',
        }),
      ),
      perLine: Type.Optional(Type.Integer({ minimum: 1, maximum: 247, description: `Default ${PER_LINE}.` })),
      port: Type.Optional(Type.Union([Type.Literal('tcp'), Type.Literal('pty')], { description: 'Default tcp.' })),
    },
    closed,
  ),
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play(entry, { port, intervalMs }) {
    const { field, every = '10s', depthsCm = [10, 20, 40, 60], perLine = PER_LINE } = entry;
    const probes = idsOf(entry).map((id, i) => ({ id, depthCm: depthsCm[i % depthsCm.length] as number }));
    return {
      nodes: [],
      lines: grouped(probes, perLine).map((group) => {
        const ports = port(entry.port ?? 'tcp');
        return {
          sim: {
            ...{ type: 'modbus', port: ports.sim },
            probes: group.map(({ id, depthCm }, i) => ({ device: id, address: i + 1, field, depthCm })),
          },
          gateway: {
            ...{ type: 'modbus', port: ports.gateway },
            devices: group.map(({ id, depthCm }, i) => ({
              ...{ id, profile: 'cwt-soil-7in1', address: i + 1, field, depthCm, intervalMs: intervalMs(every) },
            })),
          },
        };
      }),
    };
  },
});
