/** A weather station's console at the end of a cable. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed, deviceKind, LineEnd } from './device-kind.ts';

export const weatherStation = deviceKind({
  what: 'a weather station (Davis Vantage); a packet every 2 s of real time',
  schema: Type.Object(
    {
      kind: Type.Literal('weather-station'),
      id: Id,
      field: Type.Optional(Id),
      port: LineEnd,
    },
    closed,
  ),
  fields: ({ field }) => (field === undefined ? [] : [{ id: field, key: 'field' }]),
  play({ id, field, port: how = 'tcp' }, { port }) {
    const ports = port(how);
    const place = field === undefined ? {} : { field };
    return {
      nodes: [],
      lines: [
        {
          sim: { type: 'davis', device: id, port: ports.sim },
          gateway: { type: 'davis', port: ports.gateway, device: { id, profile: 'davis-vantage-pro2', ...place } },
        },
      ],
    };
  },
});
