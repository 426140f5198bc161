/**
 * A sprayer drone over its fields: takes off, flies swaths to and fro, sprays inside the field, goes home when the tank or
 * the battery runs low, refills, and goes on where it stopped. Metres east and north of its base; steps of a quarter of a second.
 */

export type Point = [eastM: number, northM: number];
export type Phase = 'ready' | 'climb' | 'transit' | 'spray' | 'home' | 'land' | 'refill';

export interface DroneState {
  phase: Phase;
  at: Point;
  heightM: number;
  headingDeg: number;
  speedMs: number;
  climbMs: number;
  tankL: number;
  /** Litres a minute through the flow meter. */
  flowLpm: number;
  /** Bit n: section n is open. */
  sections: number;
  pumpPct: number;
  batteryPct: number;
  currentA: number;
  armed: boolean;
  /** Litres sprayed since the start. */
  sprayedL: number;
  refilledL: number;
  field: number;
  /** Next point of the route. */
  leg: number;
  waitS: number;
  /** Where in a swath it left off. */
  resume?: Point | undefined;
}

/** What a drone measures of itself, for faults. */
export const DRONE_VALUES = [
  ...['heightM', 'headingDeg', 'speedMs', 'climbMs', 'tankL', 'flowLpm', 'pumpPct', 'batteryPct', 'currentA'],
] as const satisfies readonly (keyof DroneState)[];

export const TANK_L = 30;
const SWATH_M = 6;
const CRUISE_MS = 9;
const SPRAY_MS = 6;
const HEIGHT_M = 3;
const SECTION_LPM = 1.5;
const SECTIONS = 4;
const REFILL_S = 25;
const TANK_EMPTY_L = 0.4;
const BATTERY_LOW_PCT = 25;

export const newDrone = (): DroneState => ({
  ...{
    phase: 'ready',
    at: [0, 0],
    heightM: 0,
    headingDeg: 0,
    speedMs: 0,
    climbMs: 0,
    tankL: TANK_L,
    flowLpm: 0,
    sections: 0,
    pumpPct: 0,
  },
  ...{ batteryPct: 100, currentA: 0.5, armed: false, sprayedL: 0, refilledL: 0, field: 0, leg: 0, waitS: 5 },
});

/** Swaths over a field: end points of each line, to and fro. */
export function swaths(outline: readonly Point[]): Point[] {
  const norths = outline.map(([, n]) => n);
  const route: Point[] = [];
  let forth = true;
  for (let north = Math.min(...norths) + SWATH_M / 2; north < Math.max(...norths); north += SWATH_M) {
    const crossings = outline.flatMap(([e1, n1], i): number[] => {
      const [e2, n2] = outline[(i + 1) % outline.length] as Point;
      return n1 > north === n2 > north ? [] : [e1 + ((north - n1) / (n2 - n1)) * (e2 - e1)];
    });
    if (crossings.length < 2) continue;
    const ends: [Point, Point] = [
      [Math.min(...crossings), north],
      [Math.max(...crossings), north],
    ];
    route.push(...(forth ? ends : ([ends[1], ends[0]] as const)));
    forth = !forth;
  }
  return route;
}

/** One step of `s` seconds. `routes` holds the swaths of each field in turn. */
export function stepDrone(d: DroneState, routes: readonly Point[][], s: number): void {
  const route = routes[d.field] as Point[];
  d.climbMs = 0;
  d.flowLpm = 0;
  d.sections = 0;
  d.pumpPct = 0;
  switch (d.phase) {
    case 'ready':
      d.speedMs = 0;
      d.armed = false;
      d.currentA = 0.5;
      d.waitS -= s;
      if (d.waitS <= 0) d.phase = 'climb';
      return;
    case 'climb':
      d.armed = true;
      drain(d, 90, s);
      d.climbMs = 1.5;
      d.heightM = Math.min(HEIGHT_M, d.heightM + 1.5 * s);
      if (d.heightM >= HEIGHT_M) d.phase = 'transit';
      return;
    case 'transit':
      drain(d, 75, s);
      if (fly(d, d.resume ?? (route[d.leg] as Point), CRUISE_MS, s)) {
        d.resume = undefined;
        d.phase = 'spray';
        if (d.leg % 2 === 0) d.leg++;
      }
      return;
    case 'spray': {
      drain(d, 65, s);
      const spraying = d.leg % 2 === 1;
      if (spraying) {
        d.sections = 2 ** SECTIONS - 1;
        d.flowLpm = SECTIONS * SECTION_LPM;
        d.pumpPct = 78;
        const used = Math.min(d.tankL, (d.flowLpm / 60) * s);
        d.tankL -= used;
        d.sprayedL += used;
      }
      if (fly(d, route[d.leg] as Point, spraying ? SPRAY_MS : SPRAY_MS * 0.6, s)) d.leg++;
      if (d.leg >= route.length) {
        d.field = (d.field + 1) % routes.length;
        d.leg = 0;
        d.phase = 'home';
      } else if (d.tankL <= TANK_EMPTY_L || d.batteryPct <= BATTERY_LOW_PCT) {
        // Comes back to where it stopped within the swath.
        if (d.leg % 2 === 1) d.resume = [...d.at];
        d.phase = 'home';
      }
      return;
    }
    case 'home':
      drain(d, 75, s);
      if (fly(d, [0, 0], CRUISE_MS, s)) d.phase = 'land';
      return;
    case 'land':
      drain(d, 60, s);
      d.speedMs = 0;
      d.climbMs = -1;
      d.heightM = Math.max(0, d.heightM - s);
      if (d.heightM > 0) return;
      d.phase = 'refill';
      d.waitS = REFILL_S;
      return;
    case 'refill': {
      d.armed = false;
      d.currentA = 0.5;
      d.waitS -= s;
      const litres = Math.min(TANK_L - d.tankL, (TANK_L / REFILL_S) * s);
      d.tankL += litres;
      d.refilledL += litres;
      if (d.waitS > 0) return;
      d.batteryPct = 100;
      d.phase = 'ready';
      d.waitS = d.leg === 0 && d.resume === undefined ? 30 : 2;
    }
  }
}

function drain(d: DroneState, amperes: number, s: number): void {
  d.currentA = amperes;
  // A 14 S pack of 28 Ah.
  d.batteryPct = Math.max(0, d.batteryPct - ((amperes * s) / 3600 / 28) * 100);
}

/** Moves towards a point; true once there. */
function fly(d: DroneState, to: Point, cruise: number, s: number): boolean {
  const east = to[0] - d.at[0];
  const north = to[1] - d.at[1];
  const distance = Math.hypot(east, north);
  if (distance > 0.01) d.headingDeg = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
  d.speedMs = Math.min(cruise, d.speedMs + 3 * s, Math.max(1, distance / 1.2));
  const step = Math.min(distance, d.speedMs * s);
  if (distance > 0) d.at = [d.at[0] + (east / distance) * step, d.at[1] + (north / distance) * step];
  return distance - step < 0.05;
}
