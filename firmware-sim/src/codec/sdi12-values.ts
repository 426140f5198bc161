/**
 * What SDI-12 sensors make of the world, value by value as they send it: METER TEROS 11, 12 and 21, Campbell ClimaVue50
 * (their integrator guides and manuals). A value that is not there becomes -9999.
 */
import { clamp } from '../world/noise.ts';
import { saturation } from '../world/weather.ts';
import type { SoilValues, StationWeather } from '../world/world.ts';

export const ABSENT = '-9999';
/** Of one value (SDI-12 v1.4, table 11). */
export const MOST_DIGITS = 7;

/** A sign, and digits with `decimals` behind the point; no more digits than a value may have. */
export function sent(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return ABSENT;
  const whole = Math.trunc(Math.abs(value)).toString().length;
  const text = Math.abs(value).toFixed(clamp(decimals, 0, MOST_DIGITS - whole));
  return `${value < 0 && Number(text) !== 0 ? '-' : '+'}${text}`;
}

/** Counts by the inverse of METER's curve for mineral soils: VWC = 3.879e-4 counts - 0.6956. */
const countsOf = (moisturePct: number) => (moisturePct / 100 + 0.6956) / 3.879e-4;

export const teros11Values = ({ moisturePct, temperatureC }: SoilValues): string[] => [
  sent(countsOf(moisturePct), 2),
  sent(temperatureC, 1),
];

export const teros12Values = (soil: SoilValues): string[] => [...teros11Values(soil), sent(soil.ecUsCm, 0)];

/** Campbell's (1974) retention curve of a loam: air enters at 3 kPa, pores 45 % of the volume, exponent 5; the sensor begins at -5 kPa. */
export const teros21Values = ({ moisturePct, temperatureC }: SoilValues): string[] => [
  sent(Number.isNaN(moisturePct) ? Number.NaN : -clamp(3 * (45 / Math.max(moisturePct, 1)) ** 5, 5, 100_000), 1),
  sent(temperatureC, 1),
];

/** The eighteen values in the order of the manual's table 8-1. `rainMm` fell since it was asked last. */
export function climavueValues(weather: StationWeather, rainMm: number): string[] {
  const { solarWm2, windMs, windDeg, gustMs, temperatureC, humidityPct, pressureHpa } = weather;
  const angle = (windDeg * Math.PI) / 180;
  return [
    ...[sent(solarWm2, 0), sent(rainMm, 3), '+0', '+0', sent(windMs, 2), sent(windDeg, 1), sent(gustMs, 2)],
    ...[sent(temperatureC, 1), sent((saturation(temperatureC) * humidityPct) / 100, 2), sent(pressureHpa / 10, 2)],
    ...[sent(humidityPct / 100, 3), sent(temperatureC + 0.2, 1), sent(0.4, 1), sent(-0.7, 1), '+0'],
    ...[sent(windMs * Math.cos(angle), 2), sent(windMs * Math.sin(angle), 2), sent(gustMs, 2)],
  ];
}
