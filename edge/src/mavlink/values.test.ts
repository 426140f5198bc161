import { type MavlinkProfile, profileOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { type FrameOptions, mavlinkFrame } from '../testing/mavlink-frames.ts';
import { readFrame } from './frame.ts';
import { checkMessages, frameValues } from './values.ts';

const profile = profileOf('mavlink-sprayer') as MavlinkProfile;
const say = (message: string, fields: Record<string, unknown>, options?: FrameOptions) => {
  const { channels, values } = frameValues(profile, readFrame(mavlinkFrame(message, fields, options)));
  return Object.fromEntries(channels.map((c, i) => [profile.channels[c]?.quantity, values[i]]));
};

describe('what a sprayer says', () => {
  test.each([
    ['HEARTBEAT', { base_mode: 128 | 16, system_status: 4 }, { 'vehicle.armed': 1, 'vehicle.state': 4 }],
    ['HEARTBEAT', { base_mode: 81, system_status: 3 }, { 'vehicle.armed': 0, 'vehicle.state': 3 }],
    ['VFR_HUD', { groundspeed: 4.2, climb: -0.5 }, { 'motion.ground-speed': 4.2, 'motion.climb-rate': -0.5 }],
    [
      'GPS_RAW_INT',
      { fix_type: 6, eph: 62, satellites_visible: 21 },
      { 'gnss.fix': 6, 'gnss.hdop': 0.62, 'gnss.satellites': 21 },
    ],
    [
      'GPS_RAW_INT',
      { fix_type: 1, eph: 65_535, satellites_visible: 255 },
      { 'gnss.fix': 1, 'gnss.hdop': Number.NaN, 'gnss.satellites': Number.NaN },
    ],
    [
      'FUEL_STATUS',
      { fuel_type: 1, remaining_fuel: 18_500, percent_remaining: 62 },
      { 'tank.volume': 18.5, 'tank.level': 62 },
    ],
    [
      'FUEL_STATUS',
      { fuel_type: 1, remaining_fuel: Number.NaN, percent_remaining: 255 },
      { 'tank.volume': Number.NaN, 'tank.level': Number.NaN },
    ],
    ['FUEL_STATUS', { fuel_type: 0, remaining_fuel: 0.62, percent_remaining: 62 }, { 'tank.level': 62 }],
    ['NAMED_VALUE_FLOAT', { name: 'flow', value: 2.75 }, { 'sprayer.flow': 2.75 }],
    ['NAMED_VALUE_FLOAT', { name: 'sections', value: 7 }, { 'sprayer.sections': 7 }],
    ['NAMED_VALUE_FLOAT', { name: 'flows', value: 7 }, {}],
    ['SERVO_OUTPUT_RAW', { servo9_raw: 1_450 }, { 'sprayer.pump': 50 }],
    ['SERVO_OUTPUT_RAW', { servo9_raw: 0 }, { 'sprayer.pump': Number.NaN }],
    ['SERVO_OUTPUT_RAW', { servo9_raw: 1_000 }, { 'sprayer.pump': 0 }],
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
    ['the pack in the first element', { voltages: [48_300, ...new Array(9).fill(65_535)] }, 48.3],
    ['cells', { voltages: [4_100, 4_090, 4_110, ...new Array(7).fill(65_535)] }, 12.3],
    ['fourteen cells', { voltages: new Array(10).fill(4_000), voltages_ext: new Array(4).fill(4_000) }, 56],
    ['more than one element holds', { voltages: [65_534, 1_466, ...new Array(8).fill(65_535)] }, 67],
    ['none', { voltages: new Array(10).fill(65_535), voltages_ext: new Array(4).fill(65_535) }, Number.NaN],
  ])('battery voltage: %s', (_, fields, volts) =>
    expect(say('BATTERY_STATUS', { ...fields, current_battery: 6_210, battery_remaining: 71 })).toEqual({
      'battery.voltage': volts,
      'battery.current': 62.1,
      'battery.level': 71,
    }),
  );
  test('a second battery is not the first', () =>
    expect(say('BATTERY_STATUS', { id: 1, voltages: [12_000], battery_remaining: 5 })).toEqual({}));
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
  test('the one that ships is right', () => expect(() => checkMessages(profile)).not.toThrow());
});
