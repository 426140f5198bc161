/**
 * Weather at one place and time: sun by latitude and date, fronts with falling pressure, cloud, wind and rain, a day's
 * course of temperature and humidity. A pure function of seed and time.
 */
import { chance, clamp, wander } from './noise.ts';
import { bendAt, type Spell } from './spells.ts';

export interface Site {
  latitude: number;
  longitude: number;
  elevationM: number;
}

export interface Weather {
  temperatureC: number;
  humidityPct: number;
  pressureHpa: number;
  windMs: number;
  gustMs: number;
  windDeg: number;
  rainMmPerH: number;
  /** 0 clear, 1 overcast. */
  cloud: number;
  solarWm2: number;
  uvIndex: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365.2425 * DAY;
const RAD = Math.PI / 180;

/** Sine of the sun's height above the horizon (Spencer's declination, mean solar time). */
export function sunSine(timeMs: number, { latitude, longitude }: Site): number {
  const day = ((timeMs % YEAR) + YEAR) % YEAR;
  const gamma = (2 * Math.PI * day) / YEAR;
  const declination =
    0.006918 -
    0.399912 * Math.cos(gamma) +
    0.070257 * Math.sin(gamma) -
    0.006758 * Math.cos(2 * gamma) +
    0.000907 * Math.sin(2 * gamma);
  return (
    Math.sin(latitude * RAD) * Math.sin(declination) +
    Math.cos(latitude * RAD) * Math.cos(declination) * Math.cos(hourAngle(timeMs, longitude))
  );
}

/** Of the sun, radians: 0 at noon. */
function hourAngle(timeMs: number, longitude: number): number {
  const solarHour = ((((timeMs % DAY) + DAY) % DAY) / HOUR + longitude / 15 + 24) % 24;
  return (solarHour - 12) * 15 * RAD;
}

/** Saturation vapour pressure, kPa (FAO-56, equation 11). */
export const saturation = (celsius: number) => 0.6108 * Math.exp((17.27 * celsius) / (celsius + 237.3));

/**
 * What a well-watered field gives off, mm an hour (Priestley and Taylor 1972, with six tenths of the sun's radiation left
 * as net radiation, and none at night; slope of the vapour pressure curve by FAO-56, equation 13).
 */
export function evaporationMmPerH({ solarWm2, temperatureC, pressureHpa }: Weather): number {
  if (temperatureC <= 0) return 0;
  const slope = (4098 * saturation(temperatureC)) / (temperatureC + 237.3) ** 2;
  const psychrometric = 0.000665 * (pressureHpa / 10);
  const netMjPerH = 0.6 * solarWm2 * 0.0036;
  return (1.26 * (slope / (slope + psychrometric)) * netMjPerH) / 2.45;
}

/** The weather at a moment; `spells` bend what the seed gives. */
export function weatherAt(seed: number, site: Site, timeMs: number, spells: readonly Spell[] = []): Weather {
  const bend = bendAt(spells, timeMs);
  const trough = bend.trough(
    0.32 + 0.75 * wander(seed, 'front', timeMs, 30 * HOUR) + 0.25 * wander(seed, 'front-fine', timeMs, 7 * HOUR),
  );
  const front = clamp(trough, 0, 1);
  const cloud = bend.cloud(clamp(front + 0.25 * wander(seed, 'cloud', timeMs, HOUR / 2), 0, 1));
  const wet = clamp((trough - 1) / 0.25, 0, 1);
  const fallsMmPerH =
    bend.rainFactor *
    (wet === 0 ? 0 : Math.max(0, (0.4 + 6 * wet) * (0.6 + 0.7 * wander(seed, 'shower', timeMs, HOUR / 4))));
  const sun = Math.max(0, sunSine(timeMs, site));
  const clear = 1098 * sun * Math.exp(-0.057 / Math.max(sun, 0.02));
  const solarWm2 = clear * (1 - 0.75 * cloud ** 2.5);

  const season = Math.cos(2 * Math.PI * ((timeMs % YEAR) / YEAR - 201 / 365) * Math.sign(site.latitude || 1));
  const meanC =
    26 - Math.abs(site.latitude) * 0.38 + season * (Math.abs(site.latitude) * 0.4) - site.elevationM * 0.0055;
  // Warmest about three hours after noon.
  const course = sunSine(timeMs - 2.5 * HOUR, site);
  const warmth = (Math.cos(hourAngle(timeMs - 2.5 * HOUR, site.longitude)) + 1) / 2;
  const fineC = 0.15 * wander(seed, 'air-fine', timeMs, 120_000);
  const ownC = meanC + 9 * course * (1 - 0.6 * cloud) + 4 * wander(seed, 'air-mass', timeMs, 60 * HOUR) - 3 * wet;
  const temperatureC = bend.temperatureC(ownC, warmth) + bend.warmerC + fineC;
  // What falls as snow stays on the ground and out of the gauge; a melt is not simulated.
  const rainMmPerH = temperatureC < 0.5 ? 0 : fallsMmPerH;
  const dewC = meanC - 10 + 4 * wander(seed, 'moist', timeMs, 40 * HOUR) + 7 * front + bend.moisterC;
  const humidityPct = clamp((100 * saturation(Math.min(dewC, temperatureC))) / saturation(temperatureC), 8, 100);
  const seaLevel = 1016 - 14 * front + 6 * wander(seed, 'pressure', timeMs, 70 * HOUR);
  const windMs = Math.max(
    0,
    bend.windFactor *
      (0.9 +
        2.2 * sun +
        4 * front * (0.6 + 0.4 * wander(seed, 'wind', timeMs, HOUR)) +
        0.8 * wander(seed, 'wind-fine', timeMs, 40_000)) +
      bend.windMs,
  );
  const gustMs = windMs * (1.35 + 0.4 * chance(seed, 'gust', Math.floor(timeMs / 60_000))) + bend.gustMs;
  const windDeg =
    (230 +
      70 * wander(seed, 'direction', timeMs, 12 * HOUR) +
      70 * front +
      15 * wander(seed, 'veer', timeMs, 60_000) +
      360) %
    360;
  return {
    ...{
      temperatureC,
      humidityPct,
      pressureHpa: seaLevel * Math.exp(-site.elevationM / 8434),
      windMs,
      gustMs,
      windDeg,
    },
    ...{ rainMmPerH, cloud, solarWm2, uvIndex: (solarWm2 / 1000) * 10 * sun },
  };
}

/** What a weather station makes of the last minutes and hours. */
export interface RecentWeather {
  windAverage10Ms: number;
  windAverage2Ms: number;
  gust10Ms: number;
  gust10Deg: number;
  pressureChange3hHpa: number;
}

/** Looks back from `timeMs`, sampling the wind every ten seconds. */
export function recentWeather(seed: number, site: Site, timeMs: number, spells: readonly Spell[] = []): RecentWeather {
  const samples = Array.from({ length: 60 }, (_, i) => weatherAt(seed, site, timeMs - i * 10_000, spells));
  const mean = (of: Weather[]) => of.reduce((sum, w) => sum + w.windMs, 0) / of.length;
  const strongest = samples.reduce((best, w) => (w.gustMs > best.gustMs ? w : best));
  return {
    windAverage10Ms: mean(samples),
    windAverage2Ms: mean(samples.slice(0, 12)),
    gust10Ms: strongest.gustMs,
    gust10Deg: strongest.windDeg,
    pressureChange3hHpa:
      (samples[0] as Weather).pressureHpa - weatherAt(seed, site, timeMs - 3 * HOUR, spells).pressureHpa,
  };
}
