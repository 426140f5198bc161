/** Times as people read them: ages in words, exact times in the farm's zone, 24 h. */

export type Age = { unit: 'now' } | { unit: 'seconds' | 'minutes' | 'hours' | 'days'; count: number };

/**
 * How long ago, coarsely, so that a page of ages does not flicker: just now below 20 s, then by ten seconds, minutes,
 * hours, days. A time that is ahead counts as now.
 */
export function ageOf(ageMs: number): Age {
  const seconds = ageMs / 1000;
  if (seconds < 20) return { unit: 'now' };
  if (seconds < 60) return { unit: 'seconds', count: Math.floor(seconds / 10) * 10 };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { unit: 'minutes', count: minutes };
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? { unit: 'hours', count: hours } : { unit: 'days', count: Math.floor(hours / 24) };
}

/** How long something took or takes. */
export function spanOf(spanMs: number): { unit: 'seconds' | 'minutes' | 'hours' | 'days'; count: number } {
  const seconds = Math.max(1, Math.round(spanMs / 1000));
  if (seconds < 60) return { unit: 'seconds', count: seconds };
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return { unit: 'minutes', count: minutes };
  const hours = Math.round(minutes / 60);
  return hours < 48 ? { unit: 'hours', count: hours } : { unit: 'days', count: Math.round(hours / 24) };
}

export interface Times {
  /** 12:03 */
  clock(ms: number): string;
  /** 12:03:05 */
  exactClock(ms: number): string;
  /** 24 Nov 2026, 12:03:05 */
  exact(ms: number): string;
  /** 24 Nov */
  day(ms: number): string;
  /** Clock time today, else day and clock time. */
  moment(ms: number, nowMs: number): string;
  /** Begin of the day of the zone that holds `ms`, ms. */
  dayStart(ms: number): number;
  zone: string | undefined;
}

/** @param zone IANA name of the farm's zone; an unknown one or null means the reader's own. */
export function timesFor(language: string, zone: string | null): Times {
  const timeZone = knownZone(zone);
  const base = { timeZone, hourCycle: 'h23' } as const;
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...base, ...options });
  const clock = make({ hour: '2-digit', minute: '2-digit' });
  const exactClock = make({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const exact = make({
    ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const day = make({ month: 'short', day: 'numeric' });
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const dayStart = (ms: number) => {
    const [hours = 0, minutes = 0, seconds = 0] = parts.format(ms).split(':').map(Number);
    const whole = Math.floor(ms / 1000) * 1000;
    return whole - ((hours * 60 + minutes) * 60 + seconds) * 1000;
  };
  return {
    clock: (ms) => clock.format(ms),
    exactClock: (ms) => exactClock.format(ms),
    exact: (ms) => exact.format(ms),
    day: (ms) => day.format(ms),
    moment: (ms, nowMs) => (ms >= dayStart(nowMs) ? clock.format(ms) : `${day.format(ms)} ${clock.format(ms)}`),
    dayStart,
    zone: timeZone,
  };
}

function knownZone(zone: string | null): string | undefined {
  if (zone === null) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
