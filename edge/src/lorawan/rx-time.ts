/**
 * When an uplink was received, out of what gateways and server say. A gateway was there; but its clock may have started in
 * 1970, and a frame may have waited in it for hours while its own link was down. Nobody can have received a frame
 * after the server did.
 */
import { LIMITS } from '@karez/model';

export interface RxTimes {
  /** By satellite, counted from the GPS epoch: exact where it is there. */
  gps: readonly number[];
  /** By the clocks of the gateways that heard it. */
  gateways: readonly number[];
  /** By the server's clock. */
  server: number | undefined;
}

/** How far a gateway's clock may be ahead of the server's, ms. */
const AHEAD_MS = 300_000;
const GPS_EPOCH_MS = Date.UTC(1980, 0, 6);
/** GPS time is ahead of UTC by the leap seconds since 1980: 18 since 2017 (IERS Bulletin C). */
const LEAP_MS = 18_000;

/** UTC milliseconds; undefined where nobody says a time. A time that cannot be true is given only where there is no better. */
export function rxTime({ gps, gateways, server }: RxTimes): number | undefined {
  const latest = (server ?? Number.POSITIVE_INFINITY) + AHEAD_MS;
  const isPlausible = (ms: number) => ms >= LIMITS.earliestMs && ms <= latest;
  // Of several the latest: a wrong clock is mostly behind, and of copies that waited the one that waited least.
  const best = (times: readonly number[]) => {
    const plausible = times.filter(isPlausible);
    return plausible.length === 0 ? undefined : Math.max(...plausible);
  };
  return best(gps) ?? best(gateways) ?? server ?? gateways[0] ?? gps[0];
}

/** UTC milliseconds of a time since the GPS epoch such as `1353000000.123456789s`. */
export function gpsTimeMs(text: string): number | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (match === null) return undefined;
  const [, seconds, fraction = ''] = match;
  return GPS_EPOCH_MS - LEAP_MS + Number(seconds) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}
