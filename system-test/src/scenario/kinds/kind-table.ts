/** Every kind of device that a scenario can ask for. */
import Type, { type Static, type TSchema } from 'typebox';
import { anyLine } from './any-line.ts';
import type { DeviceKind } from './device-kind.ts';
import { drone } from './drone.ts';
import { soilNode } from './soil-node.ts';
import { soilProbe } from './soil-probe.ts';
import { weatherStation } from './weather-station.ts';

export const DEVICE_KINDS = {
  'soil-probe': soilProbe,
  'soil-node': soilNode,
  'weather-station': weatherStation,
  drone,
  line: anyLine,
};

export const DeviceEntry = Type.Union([
  soilProbe.schema,
  soilNode.schema,
  weatherStation.schema,
  drone.schema,
  anyLine.schema,
]);
export type DeviceEntry = Static<typeof DeviceEntry>;

/** The kind of an entry, for use with that entry. */
export const deviceKindOf = (entry: DeviceEntry): DeviceKind<TSchema> =>
  DEVICE_KINDS[entry.kind] as unknown as DeviceKind<TSchema>;
