/**
 * The data logger in a Davis console: its clock, what it counts up over the day, and a record at the end of each archive period
 * (Vantage Serial Communication Reference Manual v2.6.1, sections X.4, XIII and XIV). It works on whether anybody listens or not.
 */
import type { StationWeather } from '../world/world.ts';
import { ArchiveMemory, archiveRecord, type PeriodValues, type Revision } from './davis-archive.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A console knows no year before 2000: it starts there where it has lost the time. */
const START_MS = Date.UTC(2000, 0, 1);
const HPA_PER_INCH = 33.8638866667;

/** Where the console believes it is: a zone of its list, by whose rules it moves its clock, or an offset in minutes. */
export type ConsoleZone = { number: number; name: string } | { offsetMinutes: number };

export interface LoggerOptions {
  clickMm: number;
  zone: ConsoleZone;
  periodMinutes: number;
  revision: Revision;
}

interface Sums {
  samples: number;
  temperature: number[];
  solar: number[];
  uv: number[];
  wind: number[];
  points: number[];
  high: { mph: number; point: number };
  rate: number;
}

const newSums = (): Sums => ({
  ...{ samples: 0, temperature: [], solar: [], uv: [], wind: [], points: [] },
  ...{ high: { mph: 0, point: Number.NaN }, rate: 0 },
});

export class DavisLogger {
  readonly memory = new ArchiveMemory();
  readonly #options: LoggerOptions;
  readonly #utcMs: () => number;
  periodMinutes: number;
  /** What SETTIME has moved the clock by. */
  #setMs = 0;
  #sums = newSums();
  #minute: number | undefined;
  #hasBegun = false;
  /** The world's totals, which begin anew at the sun's midnight, made to ones that never do. */
  #rain = new Rising();
  #et = new Rising();
  #atPeriod = { clicks: 0 };
  #atMidnight = { clicks: 0 };
  #etHourFrom = 0;
  /** Thousandths of an inch since midnight: worked out once an hour. */
  #etDay = 0;

  constructor(options: LoggerOptions, utcMs: () => number) {
    this.#options = options;
    this.#utcMs = utcMs;
    this.periodMinutes = options.periodMinutes;
  }

  /** What its display shows, as if it were UTC. */
  localMs(): number {
    const utc = this.#utcMs() < START_MS ? this.#utcMs() + START_MS : this.#utcMs();
    return utc + this.#setMs + offsetMs(this.#options.zone, utc + this.#setMs);
  }

  /** SETTIME. */
  set(localMs: number): void {
    this.#setMs += localMs - this.localMs();
    this.#minute = undefined;
  }

  /** EEPROM 11 to 16 (section XIII). */
  zoneBytes(): number[] {
    const { zone } = this.#options;
    if ('number' in zone) return [zone.number, 0, 0, 0, 0, 0];
    const hundredths = Math.round((zone.offsetMinutes / 60) * 100);
    return [0, 1, 0, hundredths & 255, (hundredths >> 8) & 255, 1];
  }

  /** Looks at the sensors; to be called every two seconds or so. */
  tick(weather: StationWeather): void {
    const local = this.localMs();
    const minute = Math.floor(local / MINUTE);
    const before = this.#minute;
    this.#minute = minute;
    this.#rain.take(weather.rainDayMm);
    this.#et.take(weather.etDayMm);
    if (before === undefined) {
      if (!this.#hasBegun) this.#begin();
      return;
    }
    this.#sample(weather);
    // In autumn the clock goes back by an hour, and the hours are counted on. A clock that was reset begins a period.
    const isForward = minute > before || before - minute < 61;
    const crossed = (minutes: number) => isForward && Math.floor(minute / minutes) !== Math.floor(before / minutes);
    const et = crossed(60) ? this.#hour() : 0;
    if (crossed(this.periodMinutes))
      this.#write(Math.floor(local / (this.periodMinutes * MINUTE)) * this.periodMinutes * MINUTE, weather, et);
    if (crossed(1_440)) {
      this.#atMidnight.clicks = this.#clicks();
      this.#etDay = 0;
    }
  }

  /** The weather with the totals that this console has counted. */
  shown<T extends StationWeather>(weather: T): T {
    const { clickMm } = this.#options;
    if (this.#minute === undefined || Number.isNaN(weather.rainDayMm)) return weather;
    const rainDayMm = (this.#clicks() - this.#atMidnight.clicks) * clickMm;
    return {
      ...weather,
      rainDayMm,
      etDayMm: Number.isNaN(weather.etDayMm) ? Number.NaN : (this.#etDay / 1_000) * 25.4,
    };
  }

  /** SETPER: every record of the memory is to have the same period. */
  setPeriod(minutes: number): void {
    this.periodMinutes = minutes;
    this.memory.clear();
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#atPeriod.clicks = this.#clicks();
    this.#etHourFrom = this.#et.total;
    this.#etDay = thousandths(this.#et.total);
  }

  #clicks(): number {
    return Math.floor(this.#rain.total / this.#options.clickMm + 1e-9);
  }

  #hour(): number {
    const et = Math.min(255, thousandths(this.#et.total - this.#etHourFrom));
    this.#etHourFrom = this.#et.total;
    this.#etDay += et;
    return et;
  }

  #sample(w: StationWeather): void {
    const s = this.#sums;
    const add = (list: number[], value: number) => {
      if (!Number.isNaN(value)) list.push(value);
    };
    add(s.temperature, w.temperatureC * 18 + 320);
    add(s.solar, w.solarWm2);
    add(s.uv, w.uvIndex * 10);
    if (!Number.isNaN(w.windMs)) {
      s.samples++;
      const speed = w.windMs / 0.44704;
      add(s.wind, speed);
      const point = Math.round(w.windDeg / 22.5) % 16;
      if (Math.round(speed) > 0) s.points.push(point);
      if (Math.round(w.gustMs / 0.44704) > s.high.mph) s.high = { mph: Math.round(w.gustMs / 0.44704), point };
    }
    if (!Number.isNaN(w.rainMmPerH)) s.rate = Math.max(s.rate, Math.floor(w.rainMmPerH / this.#options.clickMm + 1e-9));
  }

  #write(localMs: number, w: StationWeather, et: number): void {
    const s = this.#sums;
    const clicks = this.#clicks();
    const values: PeriodValues = {
      temperature: Math.round(mean(s.temperature)),
      temperatureHigh: Math.round(Math.max(...s.temperature, Number.NEGATIVE_INFINITY)) || Number.NaN,
      temperatureLow: Math.round(Math.min(...s.temperature, Number.POSITIVE_INFINITY)) || Number.NaN,
      ...{ insideTemperature: 716, insideHumidity: 45 },
      rainClicks: clicks - this.#atPeriod.clicks,
      rainRateClicks: s.rate,
      barometer: Math.round((w.pressureHpa / HPA_PER_INCH) * 1_000),
      solar: Math.round(mean(s.solar)),
      windSamples: s.samples,
      humidity: Math.round(w.humidityPct),
      wind: Math.round(mean(s.wind)),
      windHigh: s.high.mph,
      windHighPoint: s.high.point,
      windPoint: commonest(s.points),
      uv: Math.round(mean(s.uv)),
      et,
      solarHigh: Math.round(Math.max(0, ...s.solar)),
      uvHigh: Math.round(Math.max(0, ...s.uv)),
    };
    this.memory.write(archiveRecord(localMs, values, this.#options.revision));
    this.#sums = newSums();
    this.#atPeriod.clicks = clicks;
  }
}

/** A total that goes on where the world's begins anew. */
class Rising {
  total = 0;
  #last = 0;

  take(value: number): void {
    if (Number.isNaN(value)) return;
    this.total += value >= this.#last ? value - this.#last : value;
    this.#last = value;
  }
}

const thousandths = (mm: number) => Math.round((mm / 25.4) * 1_000);
const mean = (of: number[]) => (of.length === 0 ? Number.NaN : of.reduce((sum, v) => sum + v, 0) / of.length);

function commonest(points: number[]): number {
  const counts = new Map<number, number>();
  for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? Number.NaN;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local time minus UTC. */
function offsetMs(zone: ConsoleZone, utcMs: number): number {
  if ('offsetMinutes' in zone) return zone.offsetMinutes * MINUTE;
  let format = formats.get(zone.name);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', { timeZone: zone.name, timeZoneName: 'longOffset' });
    formats.set(zone.name, format);
  }
  const name = format.formatToParts(utcMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE);
}
