/** Sprayer drones, each with a radio of its own. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed, deviceKind, entryHead, idsOf } from './device-kind.ts';

export const drone = deviceKind({
  what: 'sprayer drones (MAVLink); telemetry at its real pace of up to four messages a second each',
  schema: Type.Object(
    {
      kind: Type.Literal('drone'),
      ...entryHead,
      fields: Type.Array(Id, { minItems: 1, description: 'Which fields it sprays, in turn.' }),
    },
    closed,
  ),
  fields: ({ fields }) => fields.map((id, i) => ({ id, key: `fields.${i}` })),
  play(entry, { port, outlineOf, nextSystemId }) {
    return {
      nodes: [],
      lines: idsOf(entry).map((id, i) => {
        const ports = port('tcp');
        const systemId = nextSystemId();
        // Each begins with another field and has its own place to start from, a few metres from the first corner.
        const fields = entry.fields.map((_, k) => entry.fields[(k + i) % entry.fields.length] as string);
        const [east, north] = outlineOf(fields[0] as string)[0] as [number, number];
        return {
          sim: {
            type: 'mavlink',
            device: id,
            port: ports.sim,
            fields,
            systemId,
            base: [east - 0.0002 * (i + 1), north],
          },
          gateway: {
            ...{ type: 'mavlink', port: ports.gateway },
            devices: [{ id, profile: 'mavlink-sprayer', systemId }],
          },
        };
      }),
    };
  },
});
