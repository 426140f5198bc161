/**
 * The time zones of the console's setup screen by number (Vantage Serial Communication Reference Manual v2.6.1, section
 * XIV.2, table of preset time zones). Only those where the console moves its clock for daylight saving by itself: "works for
 * US, Europe, and Australia". What hour a zone has does not matter, since that is measured.
 */
const ZONES: Readonly<Record<number, string>> = {
  3: 'America/Anchorage',
  4: 'America/Los_Angeles',
  5: 'America/Denver',
  6: 'America/Chicago',
  10: 'America/New_York',
  11: 'America/Halifax',
  13: 'America/St_Johns',
  17: 'Atlantic/Azores',
  18: 'Europe/London',
  20: 'Europe/Berlin',
  21: 'Europe/Paris',
  22: 'Europe/Prague',
  23: 'Europe/Athens',
  25: 'Europe/Bucharest',
  40: 'Australia/Adelaide',
  42: 'Australia/Sydney',
};

/** IANA name of a zone with daylight saving; null for the others. */
export const zoneOf = (number: number): string | null => ZONES[number] ?? null;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local time minus UTC in a zone at a UTC time, ms. */
export function zoneOffsetMs(zone: string, atMs: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)])) as Record<
    string,
    number
  >;
  const { year, month, day, hour, minute, second } = part as Record<string, number>;
  const local = Date.UTC(year as number, (month as number) - 1, day, hour, minute, second);
  return local - Math.floor(atMs / 1_000) * 1_000;
}
