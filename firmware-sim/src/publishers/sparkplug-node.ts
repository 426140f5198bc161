/** A Sparkplug edge node with soil probes: its own, and those of the devices below it. */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import type { SparkplugType } from '../codec/sparkplug-payload.ts';
import { DEFAULTS } from '../defaults.ts';
import { closed, DepthCm } from '../lines/line-kind.ts';
import { nodeMessage } from '../node/message.ts';
import { sparkplugLink } from '../node/sparkplug-link.ts';
import { SparkplugSender, type SparkplugTold } from '../node/sparkplug-sender.ts';
import { SOIL_VALUES } from '../world/world.ts';
import { EveryS, publisherHead, publisherKind } from './publisher-kind.ts';

const Level = Type.String({ pattern: '^[^+#/]{1,100}$' });

const Device = Type.Object(
  {
    device: Id,
    below: Type.Optional(
      Type.Unsafe<string>({ ...Level, description: 'Its device id; left out, the metrics of the node itself.' }),
    ),
    field: Id,
    depthsCm: Type.Array(DepthCm, { minItems: 1, maxItems: 8 }),
    everyS: Type.Optional(EveryS),
  },
  closed,
);

export const sparkplugNode = publisherKind({
  schema: Type.Object(
    {
      type: Type.Literal('sparkplug'),
      ...publisherHead,
      ...{ group: Level, node: Level },
      hostId: Type.Optional(
        Type.Unsafe<string>({
          ...Level,
          description: 'Its primary host: it speaks only while that is there, and keeps meanwhile what it measures.',
        }),
      ),
      devices: Type.Array(Device, { minItems: 1, maxItems: 200 }),
    },
    closed,
  ),
  devices: ({ devices }) =>
    devices.map(({ device, field }, i) => ({
      ...{ id: device, key: `devices.${i}.device`, field: { id: field, key: `devices.${i}.field` } },
      ...{ traits: ['messages', 'numbers', 'payload', 'clock', 'values', 'absent'], values: SOIL_VALUES },
    })),
  problem: ({ devices }) =>
    new Set(devices.map(({ below = '' }) => below)).size === devices.length
      ? undefined
      : { key: 'devices', expected: 'must differ in what they are below, and one at most may be the node itself' },
  everyS: ({ everyS, devices }, id) => devices.find((d) => d.device === id)?.everyS ?? everyS,
  teller({ devices }, senses) {
    const places = new Map(devices.map((place) => [place.device, place]));
    return {
      sample(device, { isLost, cutAt, isLate, laterMs }): SparkplugTold[] {
        const place = places.get(device) as Static<typeof Device>;
        const t = Math.round(senses.clockMs(device)) + laterMs;
        const { soil, bat, rssi } = nodeMessage(senses, place, 0, t);
        const values = [...soil.flatMap(({ vwc, temp, ec }) => [vwc, temp, ec]), bat, rssi];
        return [{ device, t, values: values.map((value) => value ?? Number.NaN), isLost, cutAt, isLate }];
      },
      // It has no memory of its own; its sender tells of the new start.
      restart() {},
    };
  },
  outlet(
    { name, broker, group, node, hostId, devices, flashMessages = DEFAULTS.flashMessages },
    { password, ...deps },
  ) {
    const sender = new SparkplugSender(
      {
        ...{ group, node, hostId, flashMessages },
        devices: new Map(
          devices.map(({ device, below = '', depthsCm }) => [device, { below, metrics: metricsOf(depthsCm) }]),
        ),
      },
      sparkplugLink({ broker, user: name, password }),
      deps,
    );
    return {
      start: () => sender.start(),
      add: (message) => sender.add(message),
      power: (device, isOn) => sender.power(device, isOn),
      counts: () => ({ ...sender.counts, waiting: sender.waiting }),
      stop: () => sender.stop(),
    };
  },
});

/** In the order in which samples hold their values. */
function metricsOf(depthsCm: readonly number[]): { name: string; type: SparkplugType }[] {
  return [
    ...depthsCm.flatMap((d) => [
      { name: `Soil/${d}cm/Moisture`, type: 'Float' as const },
      { name: `Soil/${d}cm/Temperature`, type: 'Double' as const },
      { name: `Soil/${d}cm/EC`, type: 'Int32' as const },
    ]),
    { name: 'Battery', type: 'Double' },
    { name: 'RSSI', type: 'Int8' },
  ];
}
