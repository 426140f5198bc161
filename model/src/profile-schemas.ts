/**
 * Device profiles: a kind of device described as data. A profile says how to ask, where each channel's value stands in
 * the answer and what it means; adding a device is adding one record, with at least one recorded frame and its source.
 * Each protocol's own part stands in a file under protocols/.
 *
 * Raw values become stored ones by `(raw × multiply) / 10^divide + offset`: division by a power of ten keeps 241 → 24.1
 * exact where multiplication by 0.1 would give 24.099999….
 */
import Type, { type Static } from 'typebox';
import { DavisProfile } from './protocols/davis.ts';
import { FirmataProfile } from './protocols/firmata.ts';
import { LorawanProfile } from './protocols/lorawan.ts';
import { MavlinkProfile } from './protocols/mavlink.ts';
import { ModbusProfile } from './protocols/modbus.ts';
import { JsonProfile } from './protocols/mqtt-json.ts';
import { NmeaProfile } from './protocols/nmea.ts';
import { Sdi12Profile } from './protocols/sdi12.ts';
import { SparkplugProfile } from './protocols/sparkplug.ts';

export * from './protocols/davis.ts';
export * from './protocols/firmata.ts';
export * from './protocols/lorawan.ts';
export * from './protocols/mavlink.ts';
export * from './protocols/modbus.ts';
export * from './protocols/mqtt-json.ts';
export * from './protocols/nmea.ts';
export * from './protocols/sdi12.ts';
export * from './protocols/sparkplug.ts';

/** The schema of each protocol's profiles, by the protocol's name. */
export const PROFILE_SCHEMAS = {
  modbus: ModbusProfile,
  davis: DavisProfile,
  mavlink: MavlinkProfile,
  'mqtt-json': JsonProfile,
  nmea: NmeaProfile,
  sdi12: Sdi12Profile,
  lorawan: LorawanProfile,
  sparkplug: SparkplugProfile,
  firmata: FirmataProfile,
};

export const Profile = Type.Union([
  ModbusProfile,
  DavisProfile,
  MavlinkProfile,
  JsonProfile,
  NmeaProfile,
  Sdi12Profile,
  LorawanProfile,
  SparkplugProfile,
  FirmataProfile,
]);
export type Profile = Static<typeof Profile>;
export type ProfileChannel = Profile['channels'][number];
export type Protocol = Profile['protocol'];
