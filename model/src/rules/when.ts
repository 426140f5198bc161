/** Time of day and season in the farm's own time. Pure: the time zone database is the platform's. */
import type { When } from './rule.ts';

/** Offsets of a zone hold for whole quarters of an hour (IANA time zone database), so one look serves so long. */
const QUARTER_MS = 900_000;
/** Looks remembered: readings of a long past are judged in their order. */
const REMEMBERED = 64;

export interface LocalTime {
  /** Minutes after midnight. */
  minute: number;
  /** `MM-DD`. */
  day: string;
}

/** Tells local times of one zone; UTC where it is null. Throws RangeError where there is no such zone. */
export class FarmTime {
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #quarters = new Map<number, LocalTime>();

  constructor(timeZone: string | null) {
    if (timeZone === null) return;
    this.#format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, hourCycle: 'h23', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    });
  }

  at(timeMs: number): LocalTime {
    const quarter = Math.floor(timeMs / QUARTER_MS);
    let start = this.#quarters.get(quarter);
    if (start === undefined) {
      start = this.#look(quarter * QUARTER_MS);
      this.#quarters.set(quarter, start);
      if (this.#quarters.size > REMEMBERED) this.#quarters.delete(this.#quarters.keys().next().value as number);
    }
    return { minute: start.minute + Math.floor((timeMs - quarter * QUARTER_MS) / 60_000), day: start.day };
  }

  #look(timeMs: number): LocalTime {
    if (this.#format === undefined) {
      const text = new Date(timeMs).toISOString();
      return { minute: minuteOf(text.slice(11, 16)), day: text.slice(5, 10) };
    }
    const parts = new Map(this.#format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
    return {
      minute: minuteOf(`${parts.get('hour')}:${parts.get('minute')}`),
      day: `${parts.get('month')}-${parts.get('day')}`,
    };
  }

  /** Whether a rule with these hours and this season watches at `timeMs`. */
  isWithin(when: When | undefined, timeMs: number): boolean {
    if (when === undefined) return true;
    const { minute, day } = this.at(timeMs);
    const { hours, season } = when;
    if (hours !== undefined) {
      const [from, to] = [minuteOf(hours.from), minuteOf(hours.to)];
      const inside = from < to ? minute >= from && minute < to : minute >= from || minute < to;
      if (!inside) return false;
    }
    if (season === undefined) return true;
    const { from, to } = season;
    return from <= to ? day >= from && day <= to : day >= from || day <= to;
  }
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}
