import type { MavlinkProfile } from '../profile-schemas.ts';

/** MAV_COMP_ID_AUTOPILOT1. A camera, a gimbal or a ground station sends heartbeats of its own. */
const AUTOPILOT = 1;
/** A drone may have several; the first flies it. */
const FIRST_BATTERY = { id: 0 };
/** MAV_FUEL_TYPE_LIQUID: millilitres; other types are shares or pressures. */
const LIQUID = { fuel_type: 1 };
/**
 * A flow or level meter of the tank in the place of a battery: ArduPilot's battery monitors FuelFlow and FuelLevel always
 * say 1.000 V; amperes are litres an hour, milliampere-hours are millilitres (AP_BattMonitor_FuelFlow.cpp, its head).
 */
const TANK_MONITOR = { 'voltages[0]': 1_000 };
/** MAV_SENSOR_ROTATION_PITCH_270. */
const DOWNWARD = { orientation: 25 };
/** No cell of any chemistry has more; a pack in the first element has. */
const CELL_AT_MOST_MV = 5_000;

/**
 * A sprayer drone by its telemetry, ArduPilot or PX4. ArduPilot's sprayer (AC_Sprayer) moves two servo outputs and reports
 * nothing of its own; tank and flow come from FUEL_STATUS, from a meter in the place of a battery, or as named values
 * from a flow meter's script or companion; what is not there is not made up.
 */
export const mavlinkSprayer: MavlinkProfile = {
  id: 'mavlink-sprayer',
  title: { en: 'Sprayer drone', zh: '植保无人机' },
  maker: 'ArduPilot or PX4',
  kind: 'sprayer',
  intervalMs: 1_000,
  protocol: 'mavlink',
  source: 'MAVLink common and ardupilotmega message sets, mavlink.io/en/messages; ArduPilot AC_Sprayer, AP_BattMonitor',
  everyMs: {
    HEARTBEAT: 1_000,
    GLOBAL_POSITION_INT: 500,
    GPS_RAW_INT: 1_000,
    SYSTEM_TIME: 1_000,
    BATTERY_STATUS: 2_000,
    VFR_HUD: 1_000,
    SERVO_OUTPUT_RAW: 1_000,
    FUEL_STATUS: 1_000,
    DISTANCE_SENSOR: 500,
    RANGEFINDER: 500,
    TERRAIN_REPORT: 1_000,
    ALTITUDE: 1_000,
    RPM: 1_000,
    ESC_TELEMETRY_9_TO_12: 1_000,
    ESC_STATUS: 1_000,
    MISSION_CURRENT: 1_000,
    GPS_RTK: 1_000,
    CURRENT_MODE: 1_000,
    RELAY_STATUS: 1_000,
    NAMED_VALUE_FLOAT: 0,
    NAMED_VALUE_INT: 0,
  },
  outputs: { pump: { servo: 9 }, spinner: { servo: 10 } },
  channels: [
    { quantity: 'position.latitude', message: 'GLOBAL_POSITION_INT', field: 'lat', divide: 7, decimals: 7 },
    { quantity: 'position.longitude', message: 'GLOBAL_POSITION_INT', field: 'lon', divide: 7, decimals: 7 },
    { quantity: 'position.altitude', message: 'GLOBAL_POSITION_INT', field: 'alt', divide: 3, decimals: 3 },
    { quantity: 'position.height', message: 'GLOBAL_POSITION_INT', field: 'relative_alt', divide: 3, decimals: 3 },
    {
      quantity: 'position.clearance',
      decimals: 2,
      message: 'DISTANCE_SENSOR',
      field: 'current_distance',
      when: DOWNWARD,
      within: ['min_distance', 'max_distance'],
      divide: 2,
      otherwise: [
        { message: 'RANGEFINDER', field: 'distance' },
        { message: 'ALTITUDE', field: 'bottom_clearance' },
        { message: 'TERRAIN_REPORT', field: 'current_height' },
      ],
    },
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
    {
      quantity: 'tank.volume',
      decimals: 3,
      message: 'FUEL_STATUS',
      field: 'remaining_fuel',
      when: LIQUID,
      divide: 3,
      otherwise: [{ message: 'NAMED_VALUE_FLOAT', named: 'tank', field: 'value' }],
    },
    {
      quantity: 'tank.level',
      decimals: 0,
      message: 'FUEL_STATUS',
      field: 'percent_remaining',
      absent: [255],
      otherwise: [{ message: 'BATTERY_STATUS', when: TANK_MONITOR, field: 'battery_remaining', absent: [-1] }],
    },
    {
      quantity: 'sprayer.flow',
      decimals: 3,
      message: 'NAMED_VALUE_FLOAT',
      named: 'flow',
      field: 'value',
      otherwise: [
        // Millilitres a second.
        { message: 'FUEL_STATUS', when: LIQUID, field: 'flow_rate', multiply: 0.06 },
        // Hundredths of a litre an hour.
        {
          message: 'BATTERY_STATUS',
          when: TANK_MONITOR,
          field: 'current_battery',
          absent: [-1],
          multiply: 1 / 60,
          divide: 2,
        },
      ],
    },
    {
      quantity: 'sprayer.applied',
      decimals: 3,
      message: 'FUEL_STATUS',
      field: 'consumed_fuel',
      when: LIQUID,
      divide: 3,
      otherwise: [
        { message: 'BATTERY_STATUS', when: TANK_MONITOR, field: 'current_consumed', absent: [-1], divide: 3 },
      ],
    },
    {
      quantity: 'sprayer.sections',
      decimals: 0,
      message: 'NAMED_VALUE_FLOAT',
      named: 'sections',
      field: 'value',
      otherwise: [
        { message: 'NAMED_VALUE_INT', named: 'sections', field: 'value' },
        { message: 'RELAY_STATUS', field: 'on', both: 'present' },
      ],
    },
    { quantity: 'sprayer.pump', message: 'SERVO_OUTPUT_RAW', output: 'pump', absent: [0, 65535], decimals: 1 },
    {
      quantity: 'sprayer.spinner',
      decimals: 0,
      message: 'RPM',
      field: 'rpm1',
      absent: [-1],
      otherwise: [
        { message: 'ESC_TELEMETRY_9_TO_12', output: 'spinner' },
        { message: 'ESC_STATUS', output: 'spinner' },
      ],
    },
    {
      quantity: 'sprayer.spinner-drive',
      message: 'SERVO_OUTPUT_RAW',
      output: 'spinner',
      absent: [0, 65535],
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
      quantity: 'battery.cell-lowest',
      message: 'BATTERY_STATUS',
      field: 'voltages',
      plus: ['voltages_ext'],
      take: 'lowest',
      atMost: CELL_AT_MOST_MV,
      when: FIRST_BATTERY,
      absent: [0, 65535],
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
    {
      quantity: 'battery.temperature',
      message: 'BATTERY_STATUS',
      field: 'temperature',
      when: FIRST_BATTERY,
      absent: [32767],
      divide: 2,
      decimals: 2,
    },
    { quantity: 'gnss.fix', message: 'GPS_RAW_INT', field: 'fix_type', decimals: 0 },
    { quantity: 'gnss.satellites', message: 'GPS_RAW_INT', field: 'satellites_visible', absent: [255], decimals: 0 },
    { quantity: 'gnss.hdop', message: 'GPS_RAW_INT', field: 'eph', absent: [65535], divide: 2, decimals: 2 },
    { quantity: 'gnss.accuracy', message: 'GPS_RAW_INT', field: 'h_acc', absent: [0], divide: 3, decimals: 3 },
    { quantity: 'gnss.rtk-satellites', message: 'GPS_RTK', field: 'nsats', decimals: 0 },
    { quantity: 'mission.item', message: 'MISSION_CURRENT', field: 'seq', decimals: 0 },
    { quantity: 'mission.items', message: 'MISSION_CURRENT', field: 'total', absent: [0, 65535], decimals: 0 },
    {
      quantity: 'vehicle.mode',
      decimals: 0,
      message: 'CURRENT_MODE',
      field: 'standard_mode',
      component: AUTOPILOT,
      otherwise: [{ message: 'HEARTBEAT', field: 'custom_mode', as: 'standard-mode', component: AUTOPILOT }],
    },
    { quantity: 'vehicle.custom-mode', message: 'HEARTBEAT', field: 'custom_mode', component: AUTOPILOT, decimals: 0 },
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
      values: {
        'tank.volume': 18.5,
        'tank.level': 62,
        'sprayer.flow': 4.002,
        'sprayer.applied': 11.5,
      },
      source: 'built from the message definition with node-mavlink; no public capture of a sprayer drone was found',
    },
  ],
};
