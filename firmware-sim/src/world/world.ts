/**
 * The simulated farm: weather, soils, a drone, moved in fixed steps from one seed. The same seed and the same start give
 * the same world bit for bit, however often and by whom it is asked.
 */
import { type DroneState, newDrone, type Point, stepDrone, swaths } from './drone.ts';
import { chance, clamp, wander } from './noise.ts';
import { moisturePct, newSoil, type SoilKind, type SoilState, soilTemperatureC, stepSoil } from './soil.ts';
import type { Spell } from './spells.ts';
import { evaporationMmPerH, type RecentWeather, recentWeather, type Site, type Weather, weatherAt } from './weather.ts';

export interface WorldField {
  id: string;
  soil: SoilKind;
  outline: readonly (readonly [number, number])[];
}

export interface WorldOptions {
  seed: number;
  startMs: number;
  site: Site;
  fields: readonly WorldField[];
  drones?: readonly DronePlan[];
  /** Weather to order. */
  spells?: readonly Spell[];
}

/** A drone: which fields it sprays in turn, and where it starts, lands and refills (longitude, latitude). */
export interface DronePlan {
  device: string;
  fields: readonly string[];
  base: readonly [number, number];
}

/** What a weather station knows at one moment. */
export interface StationWeather extends Weather, RecentWeather {
  rainDayMm: number;
  etDayMm: number;
}

/** What a probe at one depth would measure. */
export interface SoilValues {
  moisturePct: number;
  temperatureC: number;
  ecUsCm: number;
  ph: number;
  nitrogen: number;
  phosphorus: number;
  potassium: number;
}

/** Names of what a probe and a weather station measure, for faults. */
export const SOIL_VALUES = [
  ...['moisturePct', 'temperatureC', 'ecUsCm', 'ph', 'nitrogen', 'phosphorus', 'potassium'],
] as const satisfies readonly (keyof SoilValues)[];
export const WEATHER_VALUES = [
  ...['temperatureC', 'humidityPct', 'pressureHpa', 'windMs', 'gustMs', 'windDeg', 'rainMmPerH', 'solarWm2', 'uvIndex'],
  ...['windAverage10Ms', 'windAverage2Ms', 'gust10Ms', 'gust10Deg', 'pressureChange3hHpa', 'rainDayMm', 'etDayMm'],
] as const satisfies readonly (keyof StationWeather)[];

const SOIL_STEP_MS = 60_000;
const DRONE_STEP_MS = 250;
const DAY = 86_400_000;
const METRES_PER_DEGREE = 111_320;
/** Soil that has settled into its rhythm before anybody looks. */
const WARM_UP_MS = 10 * DAY;

export class World {
  readonly seed: number;
  readonly site: Site;
  readonly soils = new Map<string, SoilState>();
  readonly #spells: readonly Spell[];
  readonly #drones = new Map<string, Flight>();
  #nowMs: number;
  #soilMs: number;
  #rainDay = { day: 0, mm: 0, etMm: 0 };
  #recent: { minute: number; values: RecentWeather } | undefined;

  constructor({ seed, startMs, site, fields, drones = [], spells = [] }: WorldOptions) {
    this.#spells = spells;
    this.seed = seed;
    this.site = site;
    for (const { device, fields: ids, base } of drones) {
      const routes = ids.flatMap((id) => {
        const field = fields.find((f) => f.id === id);
        return field === undefined ? [] : [swaths(field.outline.map((at) => local(base, at)))];
      });
      this.#drones.set(device, { state: newDrone(), base, routes });
    }
    this.#nowMs = startMs;
    this.#soilMs = Math.floor((startMs - WARM_UP_MS) / SOIL_STEP_MS) * SOIL_STEP_MS;
    for (const [i, field] of fields.entries())
      this.soils.set(field.id, newSoil(field.soil, 0.55 + 0.15 * chance(seed, 'wetness', i)));
    this.#soilTo(startMs);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Moves the world on; never back. */
  advance(toMs: number): void {
    this.#soilTo(toMs);
    for (; this.#nowMs + DRONE_STEP_MS <= toMs; this.#nowMs += DRONE_STEP_MS) {
      for (const { state, routes } of this.#drones.values()) stepDrone(state, routes, DRONE_STEP_MS / 1000);
    }
  }

  #soilTo(toMs: number): void {
    for (; this.#soilMs + SOIL_STEP_MS <= toMs; this.#soilMs += SOIL_STEP_MS) {
      const weather = weatherAt(this.seed, this.site, this.#soilMs, this.#spells);
      for (const soil of this.soils.values()) stepSoil(soil, weather, SOIL_STEP_MS / 3_600_000);
      const day = Math.floor((this.#soilMs + (this.site.longitude / 360) * DAY) / DAY);
      if (day !== this.#rainDay.day) this.#rainDay = { day, mm: 0, etMm: 0 };
      this.#rainDay.mm += weather.rainMmPerH / 60;
      this.#rainDay.etMm += evaporationMmPerH(weather) / 60;
    }
  }

  weather(): StationWeather {
    const minute = Math.floor(this.#nowMs / 60_000);
    if (this.#recent?.minute !== minute)
      this.#recent = { minute, values: recentWeather(this.seed, this.site, this.#nowMs, this.#spells) };
    return {
      ...weatherAt(this.seed, this.site, this.#nowMs, this.#spells),
      ...this.#recent.values,
      rainDayMm: this.#rainDay.mm,
      etDayMm: this.#rainDay.etMm,
    };
  }

  /** What `device` measures in `field` at `depthCm`: the field's soil, the device's own bias, a little noise. */
  soilAt(field: string, depthCm: number, device: string): SoilValues {
    const soil = this.soils.get(field) as SoilState;
    const bias = (what: string) => chance(this.seed, `${device} ${what}`) * 2 - 1;
    const noise = (what: string) => wander(this.seed, `${device} ${what} ${depthCm}`, this.#nowMs, 20_000);
    const moisture = clamp(
      moisturePct(soil, depthCm) * (1 + 0.06 * bias('moisture')) + 0.15 * noise('moisture'),
      0,
      60,
    );
    const mean = 14 - this.site.elevationM * 0.0055 + Math.max(0, 45 - Math.abs(this.site.latitude)) * 0.3;
    const temperature =
      soilTemperatureC(this.#nowMs, depthCm, mean, this.site.latitude, this.site.longitude) +
      0.4 * bias('temperature') +
      0.05 * noise('temperature');
    const slow = (what: string, days: number) => wander(this.seed, `${field} ${what}`, this.#nowMs, days * DAY);
    return {
      moisturePct: moisture,
      temperatureC: temperature,
      ecUsCm: Math.max(20, (180 + 13 * moisture) * (1 + 0.12 * bias('ec')) + 40 * slow('ec', 12) + 4 * noise('ec')),
      ph: clamp(7.6 + 0.25 * bias('ph') + 0.15 * slow('ph', 20), 3.5, 9.5),
      nitrogen: Math.max(0, 42 - depthCm * 0.3 + 9 * slow('n', 15) + noise('n')),
      phosphorus: Math.max(0, 21 - depthCm * 0.15 + 4 * slow('p', 25) + 0.6 * noise('p')),
      potassium: Math.max(0, 128 - depthCm * 0.5 + 18 * slow('k', 25) + 1.5 * noise('k')),
    };
  }

  /** The state of a drone now. */
  drone(device: string): DroneState {
    return (this.#drones.get(device) as Flight).state;
  }

  /** Where a drone is, degrees. */
  dronePosition(device: string): [longitude: number, latitude: number] {
    const { state, base } = this.#drones.get(device) as Flight;
    const [east, north] = state.at;
    return [
      base[0] + east / (METRES_PER_DEGREE * Math.cos((base[1] * Math.PI) / 180)),
      base[1] + north / METRES_PER_DEGREE,
    ];
  }
}

interface Flight {
  state: DroneState;
  base: readonly [number, number];
  /** Swaths of each of its fields. */
  routes: Point[][];
}

/** Metres east and north of a base. */
function local(base: readonly [number, number], [longitude, latitude]: readonly [number, number]): Point {
  return [
    (longitude - base[0]) * METRES_PER_DEGREE * Math.cos((base[1] * Math.PI) / 180),
    (latitude - base[1]) * METRES_PER_DEGREE,
  ];
}
