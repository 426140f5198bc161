import type { MavlinkProfile } from '../profile-schemas.ts';

/** MAV_COMP_ID_AUTOPILOT1. A camera, a gimbal or a ground station sends heartbeats of its own. */
const AUTOPILOT = 1;
/** A drone may have several; the first flies it. */
const FIRST_BATTERY = { id: 0 };
/** MAV_FUEL_TYPE_LIQUID: millilitres; other types are shares or pressures. */
const LIQUID = { fuel_type: 1 };

/**
 * A sprayer drone by its telemetry radio. ArduPilot's sprayer reports neither flow nor sections: they come as named
 * values from a flow meter beside the autopilot, the tank as a liquid FUEL_STATUS (millilitres), the pump as a servo output.
 */
export const mavlinkSprayer: MavlinkProfile = {
  id: 'mavlink-sprayer',
  title: { en: 'Sprayer drone', zh: '植保无人机' },
  maker: 'ArduPilot or PX4',
  kind: 'sprayer',
  intervalMs: 1_000,
  protocol: 'mavlink',
  source: 'MAVLink common message set, mavlink.io/en/messages/common.html',
  everyMs: {
    HEARTBEAT: 1_000,
    GLOBAL_POSITION_INT: 500,
    GPS_RAW_INT: 1_000,
    BATTERY_STATUS: 2_000,
    VFR_HUD: 1_000,
    SERVO_OUTPUT_RAW: 1_000,
    FUEL_STATUS: 1_000,
    NAMED_VALUE_FLOAT: 0,
  },
  channels: [
    { quantity: 'position.latitude', message: 'GLOBAL_POSITION_INT', field: 'lat', divide: 7, decimals: 7 },
    { quantity: 'position.longitude', message: 'GLOBAL_POSITION_INT', field: 'lon', divide: 7, decimals: 7 },
    { quantity: 'position.altitude', message: 'GLOBAL_POSITION_INT', field: 'alt', divide: 3, decimals: 3 },
    { quantity: 'position.height', message: 'GLOBAL_POSITION_INT', field: 'relative_alt', divide: 3, decimals: 3 },
    {
      quantity: 'motion.heading',
      message: 'GLOBAL_POSITION_INT',
      field: 'hdg',
      divide: 2,
      absent: [65535],
      decimals: 2,
    },
    { quantity: 'motion.ground-speed', message: 'VFR_HUD', field: 'groundspeed', decimals: 2 },
    { quantity: 'motion.climb-rate', message: 'VFR_HUD', field: 'climb', decimals: 2 },
    { quantity: 'tank.volume', message: 'FUEL_STATUS', field: 'remaining_fuel', when: LIQUID, divide: 3, decimals: 3 },
    { quantity: 'tank.level', message: 'FUEL_STATUS', field: 'percent_remaining', absent: [255], decimals: 0 },
    { quantity: 'sprayer.flow', message: 'NAMED_VALUE_FLOAT', named: 'flow', field: 'value', decimals: 3 },
    { quantity: 'sprayer.sections', message: 'NAMED_VALUE_FLOAT', named: 'sections', field: 'value', decimals: 0 },
    {
      quantity: 'sprayer.pump',
      message: 'SERVO_OUTPUT_RAW',
      field: 'servo9_raw',
      absent: [0, 65535],
      multiply: 100 / 900,
      offset: -1000 / 9,
      decimals: 1,
    },
    {
      quantity: 'battery.voltage',
      message: 'BATTERY_STATUS',
      field: 'voltages',
      plus: ['voltages_ext'],
      when: FIRST_BATTERY,
      absent: [65535],
      divide: 3,
      decimals: 3,
    },
    {
      quantity: 'battery.current',
      message: 'BATTERY_STATUS',
      field: 'current_battery',
      when: FIRST_BATTERY,
      absent: [-1],
      divide: 2,
      decimals: 2,
    },
    {
      quantity: 'battery.level',
      message: 'BATTERY_STATUS',
      field: 'battery_remaining',
      when: FIRST_BATTERY,
      absent: [-1],
      decimals: 0,
    },
    { quantity: 'gnss.fix', message: 'GPS_RAW_INT', field: 'fix_type', decimals: 0 },
    { quantity: 'gnss.satellites', message: 'GPS_RAW_INT', field: 'satellites_visible', absent: [255], decimals: 0 },
    { quantity: 'gnss.hdop', message: 'GPS_RAW_INT', field: 'eph', absent: [65535], divide: 2, decimals: 2 },
    {
      quantity: 'vehicle.armed',
      message: 'HEARTBEAT',
      field: 'base_mode',
      component: AUTOPILOT,
      mask: 128,
      decimals: 0,
    },
    { quantity: 'vehicle.state', message: 'HEARTBEAT', field: 'system_status', component: AUTOPILOT, decimals: 0 },
  ],
  frames: [
    {
      hex: 'fd1c000007010121000040e201003ba5671ae8314a3352f20600821400002c01f8fd00002e75b492',
      values: {
        'position.latitude': 44.3000123,
        'position.longitude': 86.0500456,
        'position.altitude': 455.25,
        'position.height': 5.25,
        'motion.heading': 299.98,
      },
      source: 'built from the message definition with node-mavlink; no public capture of a sprayer drone was found',
    },
    {
      hex: 'fd1a00000801017301000060ea4600b0334600889046666685423393924301000000003e2967',
      values: { 'tank.volume': 18.5, 'tank.level': 62 },
      source: 'built from the message definition with node-mavlink; no public capture of a sprayer drone was found',
    },
  ],
};
