/** Devices that speak to the gateway through somebody else: a LoRaWAN server, a Sparkplug edge node. */
import { SIM_LORAWAN_DEVICES, type SimLorawanKind } from '@karez/firmware-sim';
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { fieldMs } from '../times.ts';
import { closed, deviceKind, Every, entryHead, idsOf } from './device-kind.ts';

const DEPTH_CM = 20;

export const lorawanDevice = deviceKind({
  what: `LoRaWAN devices behind one server, by profile: ${Object.keys(SIM_LORAWAN_DEVICES).join(', ')}`,
  schema: Type.Object(
    {
      kind: Type.Literal('lorawan-device'),
      profile: Type.Enum(Object.keys(SIM_LORAWAN_DEVICES) as SimLorawanKind[]),
      ...entryHead,
      field: Id,
      every: Every,
      network: Type.Optional(Type.Enum(['chirpstack', 'ttn'], { description: 'Whose events. Default chirpstack.' })),
    },
    closed,
  ),
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play(entry, { intervalMs, nextDevEui }) {
    const { field, profile, every = '30s', network = 'chirpstack' } = entry;
    const isSoil = SIM_LORAWAN_DEVICES[profile].senses === 'soil';
    const place = { field, ...(isSoil ? { depthCm: DEPTH_CM } : {}) };
    const devices = idsOf(entry).map((id) => ({ id, devEui: nextDevEui() }));
    const head = { type: 'lorawan', name: `${entry.id}-server`, network };
    return {
      ...{ lines: [], nodes: [] },
      publishers: [
        {
          sim: {
            ...{ ...head, everyS: fieldMs(every) / 1_000 },
            devices: devices.map(({ id, devEui }) => ({ device: id, kind: profile, devEui, ...place })),
          },
          gateway: {
            ...head,
            devices: devices.map(({ id, devEui }) => ({
              ...{ id, profile, devEui, ...place, intervalMs: intervalMs(every) },
            })),
          },
        },
      ],
    };
  },
});

export const sparkplugProbe = deviceKind({
  what: 'soil probes at 10 and 30 cm below one Sparkplug edge node, whose primary host the gateway is',
  schema: Type.Object({ kind: Type.Literal('sparkplug-probe'), ...entryHead, field: Id, every: Every }, closed),
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play(entry, { intervalMs }) {
    const { field, every = '10s' } = entry;
    const head = { type: 'sparkplug', name: `${entry.id}-node`, hostId: 'karez' };
    const node = { group: 'scenario', node: entry.id };
    return {
      ...{ lines: [], nodes: [] },
      publishers: [
        {
          sim: {
            ...{ ...head, ...node, everyS: fieldMs(every) / 1_000 },
            devices: idsOf(entry).map((id) => ({ device: id, below: id, field, depthsCm: [10, 30] })),
          },
          gateway: {
            ...head,
            devices: idsOf(entry).map((id) => ({
              ...{ id, profile: 'sparkplug-soil-node', field, ...node, device: id, intervalMs: intervalMs(every) },
            })),
          },
        },
      ],
    };
  },
});
