/**
 * An ultrasonic weather station that speaks NMEA 0183 by itself (IEC 61162-1; sentences and their order as Airmar's stations
 * send them): once a second its position, the weather, the wind against the instrument and from north, pitch, roll and the
 * pressure at the place, the time. What it does not measure is an empty field. It stands still and points north.
 */
import type { StationWeather } from '../world/world.ts';

export interface Instrument {
  weather: StationWeather;
  /** Its clock, ms since 1970. */
  clockMs: number;
  latitude: number;
  longitude: number;
  elevationM: number;
}

const HPA_PER_INCH = 33.8638866667;
const KNOTS = 3600 / 1852;
/** A receiver whose clock is before this has not heard a satellite since it started. */
const NO_FIX_MS = Date.UTC(2000, 0, 1);

/** A sentence with its checksum and line end. */
export function nmeaSentence(...fields: string[]): string {
  const body = fields.join(',');
  let sum = 0;
  for (const c of body) sum ^= c.charCodeAt(0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

/** What it sends in one second. */
export function nmeaSentences({ weather: w, clockMs, latitude, longitude, elevationM }: Instrument): string[] {
  const hasFix = clockMs >= NO_FIX_MS;
  const [hour, minute, second, day, month, year] = clockParts(clockMs);
  const clock = `${hour}${minute}${second}.00`;
  const dew = dewPointC(w.temperatureC, w.humidityPct);
  const position = [...angle(latitude, 'N', 'S', 2), ...angle(longitude, 'E', 'W', 3)];
  const seaLevelHpa = w.pressureHpa * Math.exp(elevationM / 8434);
  return [
    hasFix
      ? nmeaSentence('GPGGA', clock, ...position, '1', '9', '0.9', show(elevationM, 1), 'M', '0.0', 'M', '', '')
      : nmeaSentence('GPGGA', '', '', '', '', '', '0', '', '', '', '', '', '', '', ''),
    nmeaSentence(
      ...['WIMDA', show(seaLevelHpa / HPA_PER_INCH, 4), 'I', show(seaLevelHpa / 1000, 4), 'B'],
      ...[show(w.temperatureC, 1), 'C', '', '', show(w.humidityPct, 1), '', show(dew, 1), 'C'],
      ...[show(w.windDeg, 1), 'T', show(w.windDeg, 1), 'M', show(w.windMs * KNOTS, 1), 'N', show(w.windMs, 1), 'M'],
    ),
    nmeaSentence('WIMWV', show(w.windDeg, 1), 'R', show(w.windMs * KNOTS, 1), 'N', validity(w.windMs)),
    nmeaSentence(
      ...['WIMWD', show(w.windDeg, 1), 'T', show(w.windDeg, 1), 'M'],
      ...[show(w.windMs * KNOTS, 1), 'N', show(w.windMs, 1), 'M'],
    ),
    nmeaSentence('YXXDR', 'A', '0.2', 'D', 'PTCH', 'A', '-0.4', 'D', 'ROLL'),
    nmeaSentence(
      ...['YXXDR', 'C', '', 'C', 'WCHR', 'C', '', 'C', 'WCHT'],
      'P',
      show(w.pressureHpa / 1000, 4),
      'B',
      'STNP',
    ),
    hasFix ? nmeaSentence('GPZDA', clock, day, month, year, '00', '00') : nmeaSentence('GPZDA', '', '', '', '', '', ''),
  ];
}

/** A number with so many decimals; an empty field where there is none. */
const show = (value: number, decimals: number) => (Number.isNaN(value) ? '' : value.toFixed(decimals));
const validity = (value: number) => (Number.isNaN(value) ? 'V' : 'A');

/** Hour, minute, second, day, month and year as they stand in sentences. */
function clockParts(ms: number): [string, string, string, string, string, string] {
  const [, year, month, day, hour, minute, second] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/.exec(
    new Date(ms).toISOString(),
  ) as unknown as [string, string, string, string, string, string, string];
  return [hour, minute, second, day, month, year];
}

/** Degrees and minutes with the letter of their side. */
function angle(degrees: number, positive: string, negative: string, digits: number): [string, string] {
  const whole = Math.floor(Math.abs(degrees));
  const minutes = ((Math.abs(degrees) - whole) * 60).toFixed(4).padStart(7, '0');
  return [`${String(whole).padStart(digits, '0')}${minutes}`, degrees < 0 ? negative : positive];
}

function dewPointC(t: number, rh: number): number {
  const a = Math.log(rh / 100) + (17.27 * t) / (t + 237.3);
  return (237.3 * a) / (17.27 - a);
}
