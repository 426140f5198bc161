import { type MavlinkProfile, profileOf, type ServoOutputs } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { type FrameOptions, mavlinkFrame } from '../testing/mavlink-frames.ts';
import { crcMavlink } from './crc.ts';
import { readFrame } from './frame.ts';
import { checkMessages, placed } from './profile-places.ts';
import { frameValues } from './values.ts';

const profile = placed(profileOf('mavlink-sprayer') as MavlinkProfile, undefined);
const read = (frame: Uint8Array, by = profile) => {
  const { channels, values } = frameValues(by, readFrame(frame));
  return Object.fromEntries(channels.map((c, i) => [by.channels[c]?.quantity, values[i]]));
};
const say = (message: string, fields: Record<string, unknown>, options?: FrameOptions) =>
  read(mavlinkFrame(message, fields, options));
const ABSENT = Number.NaN;

const DOWN = { orientation: 25, min_distance: 20, max_distance: 5_000, current_distance: 312 };
const TANK = [1_000, ...new Array(9).fill(65_535)];

describe('what a sprayer says', () => {
  test.each([
    [
      'HEARTBEAT',
      { base_mode: 128 | 16, system_status: 4, autopilot: 3, type: 13, custom_mode: 3 },
      { 'vehicle.armed': 1, 'vehicle.state': 4, 'vehicle.mode': 6, 'vehicle.custom-mode': 3 },
    ],
    [
      'HEARTBEAT',
      { base_mode: 81, system_status: 3, autopilot: 12, type: 2, custom_mode: 0x05_04_00_00 },
      { 'vehicle.armed': 0, 'vehicle.state': 3, 'vehicle.mode': 5, 'vehicle.custom-mode': 0x05_04_00_00 },
    ],
    [
      'HEARTBEAT',
      { base_mode: 81, system_status: 3, autopilot: 18, custom_mode: 7 },
      { 'vehicle.armed': 0, 'vehicle.state': 3, 'vehicle.mode': ABSENT, 'vehicle.custom-mode': 7 },
    ],
    ['CURRENT_MODE', { standard_mode: 7, custom_mode: 9 }, { 'vehicle.mode': 7 }],
    ['DISTANCE_SENSOR', DOWN, { 'position.clearance': 3.12 }],
    ['DISTANCE_SENSOR', { ...DOWN, current_distance: 5_001 }, { 'position.clearance': ABSENT }],
    ['DISTANCE_SENSOR', { ...DOWN, current_distance: 19 }, { 'position.clearance': ABSENT }],
    ['DISTANCE_SENSOR', { ...DOWN, orientation: 0 }, {}],
    ['RANGEFINDER', { distance: 3.25 }, { 'position.clearance': 3.25 }],
    ['TERRAIN_REPORT', { current_height: 3.5 }, { 'position.clearance': 3.5 }],
    ['ALTITUDE', { bottom_clearance: Number.NaN }, { 'position.clearance': ABSENT }],
    ['MISSION_CURRENT', { seq: 12, total: 40 }, { 'mission.item': 12, 'mission.items': 40 }],
    ['MISSION_CURRENT', { seq: 12 }, { 'mission.item': 12, 'mission.items': ABSENT }],
    ['GPS_RTK', { nsats: 14 }, { 'gnss.rtk-satellites': 14 }],
    ['RPM', { rpm1: 11_250.4 }, { 'sprayer.spinner': 11_250 }],
    ['RPM', { rpm1: -1 }, { 'sprayer.spinner': ABSENT }],
    ['ESC_TELEMETRY_9_TO_12', { rpm: [1, 9_000, 3, 4] }, { 'sprayer.spinner': 9_000 }],
    ['ESC_TELEMETRY_1_TO_4', { rpm: [1, 9_000, 3, 4] }, {}],
    ['NAMED_VALUE_FLOAT', { name: 'tank', value: 12.5 }, { 'tank.volume': 12.5 }],
    ['NAMED_VALUE_INT', { name: 'sections', value: 5 }, { 'sprayer.sections': 5 }],
    // A flow meter in the place of a battery: 90 L/h, 12.345 L sprayed; a level meter: 40 % left.
    [
      'BATTERY_STATUS',
      { id: 1, voltages: TANK, current_battery: 9_000, current_consumed: 12_345, battery_remaining: 40 },
      { 'tank.level': 40, 'sprayer.flow': 1.5, 'sprayer.applied': 12.345 },
    ],
    [
      'BATTERY_STATUS',
      { id: 1, voltages: TANK, current_battery: -1, current_consumed: -1, battery_remaining: -1 },
      { 'tank.level': ABSENT, 'sprayer.flow': ABSENT, 'sprayer.applied': ABSENT },
    ],
    ['VFR_HUD', { groundspeed: 4.2, climb: -0.5 }, { 'motion.ground-speed': 4.2, 'motion.climb-rate': -0.5 }],
    [
      'GPS_RAW_INT',
      { fix_type: 6, eph: 62, satellites_visible: 21, h_acc: 14 },
      { 'gnss.fix': 6, 'gnss.hdop': 0.62, 'gnss.satellites': 21, 'gnss.accuracy': 0.014 },
    ],
    [
      'GPS_RAW_INT',
      { fix_type: 1, eph: 65_535, satellites_visible: 255 },
      { 'gnss.fix': 1, 'gnss.hdop': Number.NaN, 'gnss.satellites': Number.NaN, 'gnss.accuracy': ABSENT },
    ],
    [
      'FUEL_STATUS',
      { fuel_type: 1, remaining_fuel: 18_500, consumed_fuel: 11_500, flow_rate: 66.7, percent_remaining: 62 },
      { 'tank.volume': 18.5, 'tank.level': 62, 'sprayer.flow': 4.002, 'sprayer.applied': 11.5 },
    ],
    [
      'FUEL_STATUS',
      {
        ...{ fuel_type: 1, remaining_fuel: Number.NaN, percent_remaining: 255 },
        ...{ consumed_fuel: Number.NaN, flow_rate: Number.NaN },
      },
      { 'tank.volume': ABSENT, 'tank.level': ABSENT, 'sprayer.flow': ABSENT, 'sprayer.applied': ABSENT },
    ],
    ['FUEL_STATUS', { fuel_type: 0, remaining_fuel: 0.62, percent_remaining: 62 }, { 'tank.level': 62 }],
    ['NAMED_VALUE_FLOAT', { name: 'flow', value: 2.75 }, { 'sprayer.flow': 2.75 }],
    ['NAMED_VALUE_FLOAT', { name: 'sections', value: 7 }, { 'sprayer.sections': 7 }],
    ['NAMED_VALUE_FLOAT', { name: 'flows', value: 7 }, {}],
    [
      'SERVO_OUTPUT_RAW',
      { servo9_raw: 1_500, servo10_raw: 1_300 },
      { 'sprayer.pump': 50, 'sprayer.spinner-drive': 25 },
    ],
    ['SERVO_OUTPUT_RAW', { servo9_raw: 0 }, { 'sprayer.pump': ABSENT, 'sprayer.spinner-drive': ABSENT }],
    ['SERVO_OUTPUT_RAW', { servo9_raw: 1_100, port: 1 }, {}],
    ['ATTITUDE', { roll: 1 }, {}],
  ])('%s %j', (message, fields, expected) => expect(say(message, fields)).toEqual(expected));

  test('no position before the first fix, but a heading', () => {
    expect(say('GLOBAL_POSITION_INT', { lat: 0, lon: 0, alt: 0, relative_alt: 0, hdg: 9_000 })).toEqual({
      'position.latitude': Number.NaN,
      'position.longitude': Number.NaN,
      'position.altitude': Number.NaN,
      'position.height': Number.NaN,
      'motion.heading': 90,
    });
    expect(say('GLOBAL_POSITION_INT', { lat: -10, lon: 0, hdg: 65_535 })).toMatchObject({
      'position.latitude': -0.000001,
      'motion.heading': Number.NaN,
    });
  });

  test('a camera’s heartbeat does not disarm the drone', () =>
    expect(say('HEARTBEAT', { base_mode: 0, system_status: 4 }, { component: 100 })).toEqual({}));

  test.each([
    ['the pack in the first element', { voltages: [48_300, ...new Array(9).fill(65_535)] }, 48.3, ABSENT],
    ['cells', { voltages: [4_100, 4_090, 4_110, ...new Array(7).fill(65_535)] }, 12.3, 4.09],
    [
      'fourteen cells',
      { voltages: new Array(10).fill(4_000), voltages_ext: [4_000, 4_000, 4_000, 3_990] },
      55.99,
      3.99,
    ],
    ['more than one element holds', { voltages: [65_534, 1_466, ...new Array(8).fill(65_535)] }, 67, ABSENT],
    ['none', { voltages: new Array(10).fill(65_535), voltages_ext: new Array(4).fill(65_535) }, ABSENT, ABSENT],
    ['none, and an extension of zeros', { voltages: new Array(10).fill(65_535) }, ABSENT, ABSENT],
  ])('battery voltage: %s', (_, fields, volts, lowest) =>
    expect(
      say('BATTERY_STATUS', { ...fields, current_battery: 6_210, battery_remaining: 71, temperature: 3_150 }),
    ).toEqual({
      'battery.voltage': volts,
      'battery.cell-lowest': lowest,
      'battery.temperature': 31.5,
      'battery.current': 62.1,
      'battery.level': 71,
    }),
  );
  test('a second battery is not the first', () =>
    expect(say('BATTERY_STATUS', { id: 1, voltages: [12_000], battery_remaining: 5 })).toEqual({}));
});

describe('outputs', () => {
  const by = (outputs: ServoOutputs) => placed(profileOf('mavlink-sprayer') as MavlinkProfile, outputs);
  const moved = by({ pump: { servo: 5, minUs: 1_000, maxUs: 2_000 }, spinner: { servo: 18 } });
  test('stand where this vehicle has them, in their range', () => {
    expect(read(mavlinkFrame('SERVO_OUTPUT_RAW', { servo5_raw: 1_250, servo9_raw: 1_900 }), moved)).toEqual({
      'sprayer.pump': 25,
    });
    expect(read(mavlinkFrame('SERVO_OUTPUT_RAW', { port: 1, servo2_raw: 1_500 }), moved)).toEqual({
      'sprayer.spinner-drive': 50,
    });
    expect(read(mavlinkFrame('ESC_TELEMETRY_17_TO_20', { rpm: [0, 8_000, 0, 0] }), moved)).toEqual({
      'sprayer.spinner': 8_000,
    });
  });
  test('also by messages that node-mavlink does not have', () => {
    // ESC_STATUS (291), index 16: rpm[1] is that of output 18; RELAY_STATUS (376): relays 1 and 3 of three.
    const esc = handMade(
      291,
      10,
      (view) => {
        view.setInt32(12, 7_777, true);
        view.setUint8(56, 16);
      },
      57,
    );
    expect(read(esc, moved)).toEqual({ 'sprayer.spinner': 7_777 });
    const relays = handMade(
      376,
      199,
      (view) => {
        view.setUint16(4, 0b1101, true);
        view.setUint16(6, 0b0111, true);
      },
      8,
    );
    expect(read(relays, moved)).toEqual({ 'sprayer.sections': 0b101 });
  });
});

/** A frame of version 2 with the CRC_EXTRA that the generated C headers give. */
function handMade(id: number, extra: number, fill: (view: DataView) => void, bytes: number): Uint8Array {
  const frame = new Uint8Array(12 + bytes);
  frame.set([0xfd, bytes, 0, 0, 7, 1, 1, id & 255, id >> 8, 0]);
  fill(new DataView(frame.buffer, 10));
  const sum = crcMavlink(frame, 1, 10 + bytes, extra);
  frame.set([sum & 255, sum >> 8], 10 + bytes);
  return frame;
}

describe('a channel that stands in several messages', () => {
  test('twice in one is taken from the better place that has a value', () => {
    const twice = {
      ...profile,
      channels: [
        {
          ...{ quantity: 'tank.level', decimals: 0, message: 'FUEL_STATUS', field: 'percent_remaining', absent: [255] },
          otherwise: [{ message: 'FUEL_STATUS', field: 'remaining_fuel' }],
        },
      ],
    } as MavlinkProfile;
    const ranks = (fields: object) => frameValues(twice, readFrame(mavlinkFrame('FUEL_STATUS', { ...fields })));
    expect(ranks({ percent_remaining: 50, remaining_fuel: 7 })).toMatchObject({ values: [50], ranks: [0] });
    expect(ranks({ percent_remaining: 255, remaining_fuel: 7 })).toMatchObject({ values: [7], ranks: [1] });
  });
});

describe('a profile of messages is checked', () => {
  const change = (more: object) => ({ ...profile, channels: [{ ...profile.channels[0], ...more }] }) as MavlinkProfile;
  test.each([
    [{ message: 'GLOBAL_POSITION' }, /channels.0.message must be a message of the common/],
    [
      { field: 'latitude' },
      /channels.0.field must be a field of GLOBAL_POSITION_INT \(time_boot_ms, lat, .*not "latitude"/,
    ],
    [{ when: { id: 0 } }, /not "id"/],
    [{ message: 'BATTERY_STATUS', field: 'voltages', plus: ['volts'] }, /not "volts"/],
    [{ message: 'BATTERY_STATUS', field: 'voltages', index: 10 }, /channels.0.index must be below 10/],
  ])('%j', (more, message) => expect(() => checkMessages(change(more))).toThrow(message));
  test.each([
    [{ otherwise: [{ message: 'VFR_HUD', field: 'height' }] }, /channels.0.otherwise.0.field .*not "height"/],
    [{ field: undefined }, /channels.0.field must be given/],
    [{ within: ['lowest', 'lat'] }, /not "lowest"/],
    [{ as: 'standard-mode' }, /HEARTBEAT only/],
    [{ when: { 'lat[0]': 1, 'nothing[1]': 2 } }, /not "nothing"/],
  ])('%j', (more, message) => expect(() => checkMessages(change(more))).toThrow(message));
  test('also the names of everyMs', () =>
    expect(() => checkMessages({ ...profile, everyMs: { HARTBEAT: 1 } })).toThrow(/everyMs.HARTBEAT/));
  test('the one that ships is right', () => expect(() => checkMessages(profile)).not.toThrow());
});
