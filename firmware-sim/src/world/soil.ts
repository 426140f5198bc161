/**
 * The water in a field's soil, layer by layer, minute by minute: rain and irrigation soak in from above, what a layer
 * cannot hold drains to the next, plants and air take from the upper ones. What comes in and what leaves is counted, so
 * that a test can weigh it.
 */
import { evaporationMmPerH, type Weather } from './weather.ts';

export type SoilKind = 'sandy-loam' | 'loam' | 'silt-loam' | 'clay';

/** Field capacity, wilting point and saturation, m³/m³ (FAO-56, table 19, middle of each range). */
const SOILS: Record<SoilKind, { capacity: number; wilting: number; saturation: number; drainPerH: number }> = {
  'sandy-loam': { capacity: 0.23, wilting: 0.11, saturation: 0.43, drainPerH: 0.5 },
  loam: { capacity: 0.25, wilting: 0.12, saturation: 0.46, drainPerH: 0.3 },
  'silt-loam': { capacity: 0.29, wilting: 0.15, saturation: 0.48, drainPerH: 0.22 },
  clay: { capacity: 0.36, wilting: 0.22, saturation: 0.5, drainPerH: 0.1 },
};

/** Lower edges of the layers, cm. */
const EDGES_CM = [15, 30, 50, 80, 120];
/** Share of the roots' uptake in each layer. */
const ROOTS = [0.4, 0.28, 0.18, 0.1, 0.04];
/** Drip lines run until this much is given; not in frost. */
const WATERING_MM = 35;
const WATERING_MM_PER_H = 6;
const WATERING_ABOVE_C = 8;
const DAY = 86_400_000;

export interface SoilState {
  kind: SoilKind;
  /** Water content of each layer, m³/m³. */
  theta: number[];
  /** Millimetres since the start. */
  total: { rain: number; irrigation: number; uptake: number; runoff: number; drained: number };
  /** Irrigation still to come, mm. */
  watering: number;
}

export function newSoil(kind: SoilKind, wetness: number): SoilState {
  const { capacity, wilting } = SOILS[kind];
  const theta = EDGES_CM.map((_, i) => wilting + (capacity - wilting) * Math.min(1, wetness + i * 0.06));
  return { kind, theta, total: { rain: 0, irrigation: 0, uptake: 0, runoff: 0, drained: 0 }, watering: 0 };
}

const thicknessMm = (layer: number) => ((EDGES_CM[layer] as number) - (EDGES_CM[layer - 1] ?? 0)) * 10;

/** Water in the whole profile, mm. */
export function storedMm(soil: SoilState): number {
  return soil.theta.reduce((sum, theta, layer) => sum + theta * thicknessMm(layer), 0);
}

/** One step of `hours`. */
export function stepSoil(soil: SoilState, weather: Weather, hours: number): void {
  const { capacity, wilting, saturation, drainPerH } = SOILS[soil.kind];
  const { theta, total } = soil;
  const rain = weather.rainMmPerH * hours;
  const isDry = (theta[1] as number) < wilting + (capacity - wilting) * 0.45;
  if (soil.watering === 0 && isDry && weather.temperatureC > WATERING_ABOVE_C) soil.watering = WATERING_MM;
  const irrigation = Math.min(soil.watering, WATERING_MM_PER_H * hours);
  soil.watering -= irrigation;
  total.rain += rain;
  total.irrigation += irrigation;
  let water = rain + irrigation;
  for (const layer of theta.keys()) {
    const room = Math.max(0, saturation - (theta[layer] as number)) * thicknessMm(layer);
    const taken = Math.min(room, water);
    theta[layer] = (theta[layer] as number) + taken / thicknessMm(layer);
    if (layer === 0) {
      total.runoff += water - taken;
      water = 0;
    } else {
      water -= taken;
      // What finds no room stays above: put back where it came from.
      theta[layer - 1] = (theta[layer - 1] as number) + water / thicknessMm(layer - 1);
    }
    const over =
      Math.max(0, (theta[layer] as number) - capacity) * thicknessMm(layer) * (1 - Math.exp(-drainPerH * hours));
    theta[layer] = (theta[layer] as number) - over / thicknessMm(layer);
    water = over;
  }
  total.drained += water;
  // A dry layer gives less.
  const demand = evaporationMmPerH(weather) * hours;
  for (const layer of theta.keys()) {
    const ease = Math.min(1, Math.max(0, ((theta[layer] as number) - wilting) / (0.5 * (capacity - wilting))));
    const taken = demand * (ROOTS[layer] as number) * ease;
    theta[layer] = (theta[layer] as number) - taken / thicknessMm(layer);
    total.uptake += taken;
  }
}

/** Water content at a depth, per cent by volume, between the middles of the layers. */
export function moisturePct(soil: SoilState, depthCm: number): number {
  const middles = EDGES_CM.map((edge, i) => (edge + (EDGES_CM[i - 1] ?? 0)) / 2);
  const below = middles.findIndex((m) => m >= depthCm);
  if (below === 0) return (soil.theta[0] as number) * 100;
  if (below === -1) return (soil.theta.at(-1) as number) * 100;
  const share =
    (depthCm - (middles[below - 1] as number)) / ((middles[below] as number) - (middles[below - 1] as number));
  return ((soil.theta[below - 1] as number) * (1 - share) + (soil.theta[below] as number) * share) * 100;
}

/** Soil temperature at a depth: the day's wave and the year's, damped and late with depth (Hillel, damping depths 12 cm and 2.2 m). */
export function soilTemperatureC(
  timeMs: number,
  depthCm: number,
  meanC: number,
  latitude: number,
  longitude: number,
): number {
  const dayPhase = ((timeMs / DAY + longitude / 360) % 1) * 2 * Math.PI;
  const yearPhase = ((timeMs / (365.2425 * DAY)) % 1) * 2 * Math.PI;
  const z = depthCm / 12;
  const y = depthCm / 220;
  const year = Math.abs(latitude) * 0.32 * Math.exp(-y) * Math.cos(yearPhase - (201 / 365) * 2 * Math.PI - y);
  return meanC + year + 7 * Math.exp(-z) * Math.cos(dayPhase - (14.5 / 24) * 2 * Math.PI - z);
}
