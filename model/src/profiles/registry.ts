/** Every device profile that ships. Adding one is a file beside this and a line here; the table's test walks them all. */
import { KarezError } from '../errors.ts';
import type { Profile } from '../profile-schemas.ts';
import { airmarWeatherStation } from './airmar-weather-station.ts';
import { BOARDS } from './boards.ts';
import { climavue50 } from './climavue50.ts';
import { davisVantagePro2 } from './davis-vantage-pro2.ts';
import { LORAWAN_PROFILES } from './lorawan/index.ts';
import { mavlinkSprayer } from './mavlink-sprayer.ts';
import { MODBUS_DEVICES } from './modbus-devices.ts';
import { nmeaWeather } from './nmea-weather.ts';
import { sparkplugSoilNode } from './sparkplug-soil-node.ts';
import { teros11, teros12, teros21 } from './teros.ts';
import { wifiSoilNode } from './wifi-soil-node.ts';

export const PROFILES: readonly Profile[] = [
  ...MODBUS_DEVICES,
  davisVantagePro2,
  mavlinkSprayer,
  nmeaWeather,
  airmarWeatherStation,
  wifiSoilNode,
  teros11,
  teros12,
  teros21,
  climavue50,
  ...BOARDS,
  ...LORAWAN_PROFILES,
  sparkplugSoilNode,
];

/** The profile of an id. Throws PROFILE_UNKNOWN naming those that exist. */
export function profileOf(id: string, among: readonly Profile[] = PROFILES): Profile {
  const found = among.find((profile) => profile.id === id);
  if (found !== undefined) return found;
  throw new KarezError('PROFILE_UNKNOWN', `no device profile "${id}"; there are ${among.map((p) => p.id).join(', ')}`, {
    where: id,
  });
}
