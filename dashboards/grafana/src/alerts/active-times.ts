/**
 * A rule's hours and season as time intervals of Grafana's alerting (documentation, "Configure mute timings": times, months,
 * days of the month, location). Hours over midnight and seasons over the new year or within months become several.
 */
import type { When } from '@karez/model';

export interface TimeInterval {
  times?: { start_time: string; end_time: string }[];
  months?: string[];
  days_of_month?: string[];
  location: string;
}

export function activeTimes({ hours, season }: When, timeZone: string | null): TimeInterval[] {
  const location = timeZone ?? 'UTC';
  const times = hours === undefined ? undefined : dayTimes(hours);
  const days = season === undefined ? [{}] : seasonDays(season);
  return days.map((part) => ({ ...(times && { times }), ...part, location }));
}

/** `to` is excluded; a day ends at 24:00. */
function dayTimes({ from, to }: { from: string; to: string }): { start_time: string; end_time: string }[] {
  const span = (start_time: string, end_time: string) => ({ start_time, end_time });
  if (from < to) return [span(from, to)];
  return [span(from, '24:00'), ...(to === '00:00' ? [] : [span('00:00', to)])];
}

/** Both days included. */
function seasonDays({ from, to }: { from: string; to: string }): { months: string[]; days_of_month?: string[] }[] {
  const [fromMonth, fromDay] = from.split('-').map(Number) as [number, number];
  const [toMonth, toDay] = to.split('-').map(Number) as [number, number];
  const month = (n: number, first: number, last: number) => ({ months: [`${n}`], days_of_month: [`${first}:${last}`] });
  if (fromMonth === toMonth && fromDay <= toDay) return [month(fromMonth, fromDay, toDay)];
  const between: number[] = [];
  for (let n = (fromMonth % 12) + 1; n !== toMonth; n = (n % 12) + 1) between.push(n);
  return [
    month(fromMonth, fromDay, -1),
    ...(between.length === 0 ? [] : [{ months: between.map(String) }]),
    month(toMonth, 1, toDay),
  ];
}
