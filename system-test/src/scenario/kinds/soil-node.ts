/** Wi-Fi nodes with soil probes, which keep a message until the gateway has acknowledged it. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { fieldMs } from '../times.ts';
import { closed, deviceKind, Every, entryHead, idsOf } from './device-kind.ts';

export const soilNode = deviceKind({
  what: 'Wi-Fi nodes with soil probes at 10 and 30 cm, by MQTT; they keep a message until it is acknowledged',
  schema: Type.Object(
    {
      kind: Type.Literal('soil-node'),
      ...entryHead,
      field: Id,
      every: Every,
    },
    closed,
  ),
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play(entry, { intervalMs }) {
    const { field, every = '10s' } = entry;
    return {
      lines: [],
      nodes: idsOf(entry).map((id) => ({
        sim: { device: id, field, depthsCm: [10, 30], intervalS: fieldMs(every) / 1_000 },
        gateway: { id, profile: 'wifi-soil-node', field, intervalMs: intervalMs(every) },
      })),
    };
  },
});
