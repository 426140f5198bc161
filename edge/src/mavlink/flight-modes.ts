/**
 * What the custom mode of a HEARTBEAT means. Each autopilot numbers its modes by itself: ArduPilot by the kind of vehicle
 * (COPTER_MODE, PLANE_MODE, ROVER_MODE of the ardupilotmega dialect), PX4 in bytes 2 and 3 (px4_custom_mode.h: main and
 * sub mode). Both as MAV_STANDARD_MODE (mavlink.io, standard message set), 0 where it is none of these.
 */
import type { MavlinkFrame } from './frame.ts';

/** MAV_STANDARD_MODE. */
const STANDARD = {
  none: 0,
  hold: 1,
  orbit: 2,
  cruise: 3,
  'altitude hold': 4,
  return: 5,
  mission: 6,
  land: 7,
  takeoff: 8,
} as const;
type Standard = keyof typeof STANDARD;
type Modes = Record<number, [name: string, standard?: Standard]>;

const COPTER: Modes = {
  ...{ 0: ['STABILIZE'], 1: ['ACRO'], 2: ['ALT_HOLD', 'altitude hold'], 3: ['AUTO', 'mission'], 4: ['GUIDED'] },
  ...{ 5: ['LOITER', 'hold'], 6: ['RTL', 'return'], 7: ['CIRCLE', 'orbit'], 9: ['LAND', 'land'], 11: ['DRIFT'] },
  ...{ 13: ['SPORT'], 14: ['FLIP'], 15: ['AUTOTUNE'], 16: ['POSHOLD', 'hold'], 17: ['BRAKE', 'hold'], 18: ['THROW'] },
  ...{ 19: ['AVOID_ADSB'], 20: ['GUIDED_NOGPS'], 21: ['SMART_RTL', 'return'], 22: ['FLOWHOLD', 'hold'] },
  // The sprayers' own: to and fro between two lines.
  ...{ 23: ['FOLLOW'], 24: ['ZIGZAG'], 25: ['SYSTEMID'], 26: ['AUTOROTATE'], 27: ['AUTO_RTL', 'return'] },
  ...{ 28: ['TURTLE'] },
};
const PLANE: Modes = {
  ...{ 0: ['MANUAL'], 1: ['CIRCLE', 'orbit'], 2: ['STABILIZE'], 3: ['TRAINING'], 4: ['ACRO'], 5: ['FLY_BY_WIRE_A'] },
  ...{ 6: ['FLY_BY_WIRE_B', 'cruise'], 7: ['CRUISE', 'cruise'], 8: ['AUTOTUNE'], 10: ['AUTO', 'mission'] },
  ...{ 11: ['RTL', 'return'], 12: ['LOITER', 'orbit'], 13: ['TAKEOFF', 'takeoff'], 14: ['AVOID_ADSB'] },
  ...{ 15: ['GUIDED'], 16: ['INITIALIZING'], 17: ['QSTABILIZE'], 18: ['QHOVER', 'altitude hold'] },
  ...{ 19: ['QLOITER', 'hold'], 20: ['QLAND', 'land'], 21: ['QRTL', 'return'], 22: ['QAUTOTUNE'], 23: ['QACRO'] },
  ...{ 24: ['THERMAL'], 25: ['LOITER_ALT_QLAND', 'land'], 26: ['AUTOLAND', 'land'] },
};
const ROVER: Modes = {
  ...{ 0: ['MANUAL'], 1: ['ACRO'], 3: ['STEERING'], 4: ['HOLD', 'hold'], 5: ['LOITER', 'hold'], 6: ['FOLLOW'] },
  ...{ 7: ['SIMPLE'], 8: ['DOCK'], 9: ['CIRCLE', 'orbit'], 10: ['AUTO', 'mission'], 11: ['RTL', 'return'] },
  ...{ 12: ['SMART_RTL', 'return'], 15: ['GUIDED'], 16: ['INITIALIZING'] },
};
const PX4_MAIN: Modes = {
  ...{ 1: ['MANUAL'], 2: ['ALTCTL', 'altitude hold'], 3: ['POSCTL', 'hold'], 4: ['AUTO'], 5: ['ACRO'] },
  ...{ 6: ['OFFBOARD'], 7: ['STABILIZED'], 8: ['RATTITUDE'] },
};
const PX4_AUTO: Modes = {
  ...{ 1: ['AUTO.READY'], 2: ['AUTO.TAKEOFF', 'takeoff'], 3: ['AUTO.LOITER', 'hold'], 4: ['AUTO.MISSION', 'mission'] },
  ...{ 5: ['AUTO.RTL', 'return'], 6: ['AUTO.LAND', 'land'], 7: ['AUTO.RTGS', 'return'], 8: ['AUTO.FOLLOW_TARGET'] },
  ...{ 9: ['AUTO.PRECLAND', 'land'] },
};
const PX4_AUTO_MAIN = 4;

/** MAV_AUTOPILOT. */
const ARDUPILOT = 3;
const PX4 = 12;
/** MAV_TYPE of rotor craft and of those on the ground and on water; the rest flies on wings. */
const COPTERS = new Set([2, 3, 4, 13, 14, 15, 29, 35]);
const ROVERS = new Set([10, 11]);

/** The mode that a HEARTBEAT tells; undefined where nobody knows the number. */
export function flightMode(heartbeat: MavlinkFrame): { name: string; standard: number } | undefined {
  const [autopilot, type, custom] = ['autopilot', 'type', 'custom_mode'].map((name) =>
    Number(heartbeat.field(name)),
  ) as [number, number, number];
  const known = modesOf(autopilot, type)?.(custom);
  return known === undefined ? undefined : { name: known[0], standard: STANDARD[known[1] ?? 'none'] };
}

function modesOf(autopilot: number, type: number): ((custom: number) => Modes[number] | undefined) | undefined {
  if (autopilot === PX4)
    return (custom) => {
      const main = (custom >>> 16) & 0xff;
      return main === PX4_AUTO_MAIN ? PX4_AUTO[custom >>> 24] : PX4_MAIN[main];
    };
  if (autopilot !== ARDUPILOT) return undefined;
  const modes = COPTERS.has(type) ? COPTER : ROVERS.has(type) ? ROVER : PLANE;
  return (custom) => modes[custom];
}

/** The mode as MAV_STANDARD_MODE; NaN where nobody knows it. */
export function standardMode(heartbeat: MavlinkFrame): number {
  return flightMode(heartbeat)?.standard ?? Number.NaN;
}
