import { ardupilotmega } from 'node-mavlink';
import { expect, test } from 'vitest';
import { mavlinkFrame } from '../testing/mavlink-frames.ts';
import { flightMode } from './flight-modes.ts';
import { readFrame } from './frame.ts';

const modeOf = (autopilot: number, type: number, custom_mode: number) =>
  flightMode(readFrame(mavlinkFrame('HEARTBEAT', { autopilot, type, custom_mode })));

test.each([
  ['a hexarotor of ArduPilot on its mission', 3, 13, 3, 'AUTO', 6],
  ['between two lines', 3, 2, 24, 'ZIGZAG', 0],
  ['on its way home', 3, 13, 6, 'RTL', 5],
  ['a rover of ArduPilot', 3, 10, 10, 'AUTO', 6],
  ['a plane of ArduPilot', 3, 1, 10, 'AUTO', 6],
  ['a plane that circles', 3, 1, 12, 'LOITER', 2],
  ['PX4 on its mission', 12, 2, 0x04_04_00_00, 'AUTO.MISSION', 6],
  ['PX4 on its way home', 12, 13, 0x05_04_00_00, 'AUTO.RTL', 5],
  ['PX4 held in place by a pilot', 12, 2, 0x00_03_00_00, 'POSCTL', 1],
  ['PX4 landing', 12, 2, 0x06_04_00_00, 'AUTO.LAND', 7],
])('%s', (_, autopilot, type, custom, name, standard) =>
  expect(modeOf(autopilot, type, custom)).toEqual({ name, standard }),
);

test.each([
  [3, 2, 250],
  [12, 2, 0x63_04_00_00],
  [12, 2, 0],
  [18, 2, 3],
])('autopilot %d, type %d, mode %d is not made up', (autopilot, type, custom) =>
  expect(modeOf(autopilot, type, custom)).toBeUndefined(),
);

test('the names are those of the dialect', () => {
  for (const [type, modes] of [
    [2, ardupilotmega.CopterMode],
    [1, ardupilotmega.PlaneMode],
    [10, ardupilotmega.RoverMode],
  ] as const) {
    const numbers = Object.keys(modes).filter((key) => /^\d+$/.test(key));
    for (const number of numbers) {
      const name = (modes as unknown as Record<string, string>)[number];
      expect(modeOf(3, type, Number(number))?.name).toBe(name);
    }
  }
});
