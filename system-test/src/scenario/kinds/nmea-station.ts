/** A weather instrument that speaks NMEA 0183. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed, deviceKind, LineEnd } from './device-kind.ts';

export const nmeaStation = deviceKind({
  what: 'a weather instrument that speaks NMEA 0183; sentences every second of real time',
  schema: Type.Object({ kind: Type.Literal('nmea-station'), id: Id, field: Type.Optional(Id), port: LineEnd }, closed),
  fields: ({ field }) => (field === undefined ? [] : [{ id: field, key: 'field' }]),
  play({ id, field, port: how = 'tcp' }, { port }) {
    const ports = port(how);
    const place = field === undefined ? {} : { field };
    return {
      nodes: [],
      lines: [
        {
          sim: { type: 'nmea', device: id, port: ports.sim },
          gateway: { type: 'nmea', port: ports.gateway, device: { id, profile: 'nmea-weather', ...place } },
        },
      ],
    };
  },
});
