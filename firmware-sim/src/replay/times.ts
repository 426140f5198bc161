/** Times as loggers write them. */

export type DateOrder = 'month-first' | 'day-first';

const CLOCK = String.raw`(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})${CLOCK}Z?$`);
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})[/.](\d{1,2})[/.](\d{4})${CLOCK}$`);

/**
 * Milliseconds since 1970, the time taken for UTC; undefined where `parts` are no time. One part is a date with or without a
 * time of day (24:00:00 is the end of a day); three or four are year, month, day and hour.
 */
export function timeOf(parts: readonly string[], dates: DateOrder): number | undefined {
  if (parts.length >= 3) return ofNumbers(parts.map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN)));
  const text = parts.join(' ');
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return ofNumbers(numbers(yearFirst));
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast === null) return undefined;
  const [first, second, year, ...clock] = numbers(yearLast) as [number, number, number, ...number[]];
  return ofNumbers(dates === 'month-first' ? [year, first, second, ...clock] : [year, second, first, ...clock]);
}

/** Year, month, day, hour, minute, second, milliseconds of a match; what is not there is 0. */
function numbers(match: RegExpExecArray): number[] {
  return match
    .slice(1, 8)
    .map((part, i) => (i === 6 ? Number((part ?? '0').padEnd(3, '0').slice(0, 3)) : Number(part ?? 0)));
}

function ofNumbers(all: readonly number[]): number | undefined {
  const [year, month, day, hour = 0, minute = 0, second = 0, ms = 0] = all as [number, number, number, ...number[]];
  const midnightMs = Date.UTC(year, month - 1, day);
  const date = new Date(midnightMs);
  // 31 June is no date; JavaScript takes it for 1 July.
  const isDate = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDate || hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second + ms > 0)) return undefined;
  return midnightMs + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
}
