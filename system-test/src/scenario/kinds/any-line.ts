/** A line of any protocol that simulator and gateway know, written out as in their own configuration files. */
import Type from 'typebox';
import { closed, deviceKind, LineEnd } from './device-kind.ts';

const Half = Type.Object({ type: Type.String() }, { description: 'As in its own configuration file, without `port`.' });

export const anyLine = deviceKind({
  what: 'a line of any protocol: `sim` and `gateway` as in their own files, without `port`, which the tool joins',
  schema: Type.Object(
    {
      kind: Type.Literal('line'),
      sim: Half,
      gateway: Half,
      port: LineEnd,
    },
    closed,
  ),
  fields: () => [],
  problem({ sim, gateway }) {
    const key = 'port' in sim ? 'sim.port' : 'port' in gateway ? 'gateway.port' : undefined;
    return key === undefined ? undefined : { key, expected: 'must be left out: the tool joins the two ends itself' };
  },
  play({ sim, gateway, port: how = 'tcp' }, { port }) {
    const ports = port(how);
    return { nodes: [], lines: [{ sim: { ...sim, port: ports.sim }, gateway: { ...gateway, port: ports.gateway } }] };
  },
});
