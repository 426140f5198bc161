/**
 * What ArduPilot and PX4 send of a sprayer drone (GCS_MAVLink and AC_Sprayer of ArduPilot, the mavlink module of PX4): the
 * messages, how often, and their fields in wire order. Both share the common message set and differ in modes and in how
 * pump, spinner, tank and height above the ground are told.
 */
import { type DroneState, TANK_L } from '../world/drone.ts';
import type { MavlinkMessageName, Payload } from './mavlink.ts';

export type Dialect = 'ardupilot' | 'px4';

/** What the autopilot knows at one moment. */
export interface Seen {
  drone: DroneState;
  lon: number;
  lat: number;
  /** Height of the ground above the sea. */
  groundM: number;
  /** Its own clock, UTC milliseconds, and since it was switched on. */
  nowMs: number;
  bootMs: number;
}

export interface Telling {
  message: MavlinkMessageName;
  everyMs: number;
  /** Values that have no mark in it for what is not there (NaN): without one of them it is not sent. */
  needs?: readonly (keyof DroneState)[];
  fill(payload: Payload, seen: Seen): Payload;
}

const HEXAROTOR = 13;
const ARMED = 0x80;
const CUSTOM_MODE = 0x01;
const ACTIVE = 4;
const STANDBY = 3;
const LIQUID = 1;
const CELLS = 14;
const CAPACITY_MAH = 28_000;
const NO_CELL = 0xffff;
const NO_TEMPERATURE = 0x7fff;
/** Of 16 and of 8 bits; −1 too, where a field has a sign. */
const [NONE_16, NONE_8] = [0xffff, 0xff];
const orNone = (value: number, none: number) => (Number.isNaN(value) ? none : value);
const orZero = (value: number) => orNone(value, 0);
const RTK_FIXED = 6;
const DOWNWARD = 25;
const SPINNER_RPM = 10_800;
/** SERVOn_MIN and SERVOn_MAX, and SPRAY_SPINNER as it comes. */
const [MIN_US, MAX_US, SPINNER_US] = [1_100, 1_900, 1_300];

/** COPTER_MODE by what it is about. */
const ARDUPILOT_MODE: Record<DroneState['phase'], number> = {
  ...{ ready: 0, climb: 3, transit: 3, spray: 3, home: 6, land: 9, refill: 0 },
};
/** Main and sub mode of PX4. */
const px4 = (main: number, sub = 0) => (sub << 24) | (main << 16);
const PX4_MODE: Record<DroneState['phase'], number> = {
  ...{ ready: px4(4, 3), climb: px4(4, 2), transit: px4(4, 4), spray: px4(4, 4) },
  ...{ home: px4(4, 5), land: px4(4, 6), refill: px4(4, 3) },
};

const heartbeat = (autopilot: number, modes: Record<DroneState['phase'], number>): Telling => ({
  message: 'HEARTBEAT',
  everyMs: 1_000,
  fill: (p, { drone: d }) =>
    p.u32(modes[d.phase]).u8(HEXAROTOR, autopilot, CUSTOM_MODE | (d.armed ? ARMED : 0), d.armed ? ACTIVE : STANDBY, 3),
});

const isSpinning = (d: DroneState) => d.pumpPct > 0;

/** Of both. */
const COMMON: Telling[] = [
  { message: 'SYSTEM_TIME', everyMs: 1_000, fill: (p, { nowMs, bootMs }) => p.u64(nowMs * 1_000).u32(bootMs) },
  {
    message: 'GLOBAL_POSITION_INT',
    everyMs: 250,
    needs: ['heightM', 'speedMs', 'climbMs'],
    fill(p, { drone: d, lat, lon, groundM, bootMs }) {
      const heading = (orZero(d.headingDeg) * Math.PI) / 180;
      return p
        .u32(bootMs)
        .i32(lat * 1e7, lon * 1e7, (groundM + d.heightM) * 1_000, d.heightM * 1_000)
        .u16(
          Math.cos(heading) * d.speedMs * 100,
          Math.sin(heading) * d.speedMs * 100,
          -d.climbMs * 100,
          orNone(d.headingDeg * 100, NONE_16),
        );
    },
  },
  {
    message: 'GPS_RAW_INT',
    everyMs: 1_000,
    needs: ['heightM'],
    fill: (p, { drone: d, lat, lon, groundM, bootMs }) =>
      p
        .u64(bootMs * 1_000)
        .i32(lat * 1e7, lon * 1e7, (groundM + d.heightM) * 1_000)
        .u16(62, 90, orNone(d.speedMs * 100, NONE_16), orNone(d.headingDeg * 100, NONE_16))
        .u8(RTK_FIXED, 21)
        .i32((groundM + d.heightM - 40) * 1_000)
        .u32(14, 21, 50, 0),
  },
  {
    message: 'BATTERY_STATUS',
    everyMs: 2_000,
    fill(p, { drone: d }) {
      const volts = CELLS * (3.5 + 0.68 * (d.batteryPct / 100)) - orZero(d.currentA) * 0.01;
      return p
        .i32(orNone(CAPACITY_MAH * (1 - d.batteryPct / 100), -1), -1)
        .u16(NO_TEMPERATURE, orNone(volts * 1_000, NO_CELL), ...new Array<number>(9).fill(NO_CELL))
        .u16(orNone(d.currentA * 100, NONE_16))
        .u8(0, 1, 1, orNone(Math.round(d.batteryPct), NONE_8));
    },
  },
  {
    message: 'VFR_HUD',
    everyMs: 500,
    needs: ['heightM', 'speedMs', 'climbMs', 'headingDeg'],
    fill: (p, { drone: d, groundM }) =>
      p.f32(d.speedMs, d.speedMs, groundM + d.heightM, d.climbMs).u16(d.headingDeg, d.armed ? 55 : 0),
  },
  {
    message: 'SERVO_OUTPUT_RAW',
    everyMs: 1_000,
    fill(p, { drone: d, bootMs }) {
      const motor = d.armed ? 1_520 : 1_000;
      const pump = orZero(MIN_US + (d.pumpPct / 100) * (MAX_US - MIN_US));
      const spinner = isSpinning(d) ? SPINNER_US : MIN_US;
      return p
        .u32(bootMs * 1_000)
        .u16(motor, motor, motor, motor, motor, motor, 0, 0)
        .u8(0)
        .u16(pump, spinner, 0, 0, 0, 0, 0, 0);
    },
  },
  { message: 'MISSION_CURRENT', everyMs: 1_000, fill: (p, { drone: d }) => p.u16(d.leg) },
];

const FUEL_STATUS: Telling = {
  message: 'FUEL_STATUS',
  everyMs: 1_000,
  fill: (p, { drone: d }) =>
    p
      .f32(TANK_L * 1_000, d.sprayedL * 1_000, d.tankL * 1_000, (d.flowLpm * 1_000) / 60, Number.NaN)
      .u32(LIQUID)
      .u8(0, orNone(Math.round((d.tankL / TANK_L) * 100), NONE_8)),
};

/** ArduPilot's BATT2_MONITOR FuelFlow with the level as what remains: 1.000 V, litres an hour for amperes, millilitres for mAh. */
const TANK_MONITOR: Telling = {
  message: 'BATTERY_STATUS',
  everyMs: 2_000,
  fill: (p, { drone: d }) =>
    p
      .i32(d.sprayedL * 1_000, -1)
      .u16(NO_TEMPERATURE, 1_000, ...new Array<number>(9).fill(NO_CELL), orNone(d.flowLpm * 60 * 100, NONE_16))
      .u8(1, 0, 0, orNone(Math.round((d.tankL / TANK_L) * 100), NONE_8)),
};

const named = (name: string, value: (d: DroneState) => number): Telling => ({
  message: 'NAMED_VALUE_FLOAT',
  everyMs: 1_000,
  fill: (p, { drone, bootMs }) => p.u32(bootMs).f32(value(drone)).text(name, 10),
});

const ARDUPILOT: Telling[] = [
  heartbeat(3, ARDUPILOT_MODE),
  ...COMMON,
  { message: 'RANGEFINDER', everyMs: 500, fill: (p, { drone: d }) => p.f32(d.heightM, 0) },
  { message: 'RPM', everyMs: 1_000, fill: (p, { drone: d }) => p.f32(isSpinning(d) ? SPINNER_RPM : 0, -1) },
  // A script beside the autopilot reads the flow meter and the valves.
  named('flow', (d) => d.flowLpm),
  named('sections', (d) => d.sections),
];

const PX4: Telling[] = [
  heartbeat(12, PX4_MODE),
  ...COMMON,
  {
    message: 'DISTANCE_SENSOR',
    everyMs: 500,
    needs: ['heightM'],
    fill: (p, { drone: d, bootMs }) =>
      p
        .u32(bootMs)
        .u16(10, 4_000, Math.max(10, d.heightM * 100))
        .u8(0, 0, DOWNWARD, 255),
  },
  {
    message: 'ESC_STATUS',
    everyMs: 1_000,
    fill: (p, { drone: d, bootMs }) =>
      p
        .u64(bootMs * 1_000)
        .i32(0, isSpinning(d) ? SPINNER_RPM : 0, 0, 0)
        .f32(0, 48, 0, 0, 0, isSpinning(d) ? 3 : 0, 0, 0)
        .u8(8),
  },
];

/** Everything that an autopilot of this kind tells. */
export function dialectOf(dialect: Dialect, tank: 'fuel-status' | 'battery-monitor'): Telling[] {
  return [...(dialect === 'px4' ? PX4 : ARDUPILOT), tank === 'fuel-status' ? FUEL_STATUS : TANK_MONITOR];
}
