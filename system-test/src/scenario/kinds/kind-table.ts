/** Every kind of device that a scenario can ask for. */
import Type, { type Static, type TSchema } from 'typebox';
import { anyLine } from './any-line.ts';
import type { DeviceKind } from './device-kind.ts';
import { drone } from './drone.ts';
import { firmataBoard } from './firmata-board.ts';
import { modbusDevice, soilProbe } from './modbus-device.ts';
import { nmeaStation } from './nmea-station.ts';
import { lorawanDevice, sparkplugProbe } from './publishers.ts';
import { sdi12Sensor } from './sdi12-sensor.ts';
import { soilNode } from './soil-node.ts';
import { weatherStation } from './weather-station.ts';

export const DEVICE_KINDS = {
  'soil-probe': soilProbe,
  'soil-node': soilNode,
  'modbus-device': modbusDevice,
  'sdi12-sensor': sdi12Sensor,
  'weather-station': weatherStation,
  'nmea-station': nmeaStation,
  'lorawan-device': lorawanDevice,
  'sparkplug-probe': sparkplugProbe,
  'firmata-board': firmataBoard,
  drone,
  line: anyLine,
};

export const DeviceEntry = Type.Union([
  soilProbe.schema,
  soilNode.schema,
  modbusDevice.schema,
  sdi12Sensor.schema,
  weatherStation.schema,
  nmeaStation.schema,
  lorawanDevice.schema,
  sparkplugProbe.schema,
  firmataBoard.schema,
  drone.schema,
  anyLine.schema,
]);
export type DeviceEntry = Static<typeof DeviceEntry>;

/** The kind of an entry, for use with that entry. */
export const deviceKindOf = (entry: DeviceEntry): DeviceKind<TSchema> =>
  DEVICE_KINDS[entry.kind] as unknown as DeviceKind<TSchema>;
