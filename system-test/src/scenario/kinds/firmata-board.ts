/** Boards with StandardFirmata, each with soil probes, an air sensor and a rain gauge. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed, deviceKind, Every, entryHead, idsOf, LineEnd } from './device-kind.ts';

/** With I2C in use, channels 4 and 5 are taken on an Uno. */
const MOST_PROBES = 4;
const DEPTHS_CM = [10, 20, 40, 60];
const BME280 = 0x76;
/** The ends of the simulated probes: steps of the converter, and % of water. */
const PROBE_POINTS = [
  [520, 0],
  [260, 45],
];
const RAIN_PIN = 2;

export const firmataBoard = deviceKind({
  what: 'boards with StandardFirmata: ID-soil-1 … analog soil probes, ID-air a BME280, ID-rain a rain gauge',
  schema: Type.Object(
    {
      kind: Type.Literal('firmata-board'),
      ...entryHead,
      field: Id,
      every: Every,
      probes: Type.Optional(
        Type.Integer({ minimum: 0, maximum: MOST_PROBES, description: 'Soil probes on each. Default 2.' }),
      ),
      port: LineEnd,
    },
    closed,
  ),
  fields: ({ field }) => [{ id: field, key: 'field' }],
  play(entry, { port, intervalMs }) {
    const { field, every = '10s', probes = 2 } = entry;
    return {
      nodes: [],
      lines: idsOf(entry).map((board) => {
        const ports = port(entry.port ?? 'tcp');
        const soil = Array.from({ length: probes }, (_, i) => ({
          ...{ id: `${board}-soil-${i + 1}`, channel: i, depthCm: DEPTHS_CM[i] as number },
        }));
        const [air, rain] = [`${board}-air`, `${board}-rain`];
        const head = { field, intervalMs: intervalMs(every) };
        return {
          sim: {
            ...{ type: 'firmata', device: board, port: ports.sim },
            probes: soil.map(({ id, channel, depthCm }) => ({ device: id, channel, field, depthCm })),
            air: [{ device: air, sensor: 'bme280', address: BME280 }],
            rain: [{ device: rain, pin: RAIN_PIN }],
          },
          gateway: {
            ...{ type: 'firmata', port: ports.gateway },
            devices: [
              ...soil.map(({ id, channel, depthCm }) => ({
                ...{ id, profile: 'analog-soil-probe', pin: `A${channel}`, depthCm, ...head },
                calibration: [{ channel: 'soil.moisture', of: 'soil.raw', points: PROBE_POINTS }],
              })),
              { id: air, profile: 'bme280', address: BME280, ...head },
              { id: rain, profile: 'tipping-bucket', pin: RAIN_PIN, ...head },
            ],
          },
        };
      }),
    };
  },
});
