/** The alerts of a farm that go on, kept up by what the stream says: firing before recovering, newest first. */
import type { ApiAlert } from '@karez/model';

/** Whether an alert is news: it goes on, and nothing else explains it. */
export function isOpen({ state }: ApiAlert): boolean {
  return state !== 'over';
}

/** Asks for somebody: it goes on, is more than a note, and nobody has said that they see to it. */
export function needsSomebody(alert: ApiAlert, nowMs: number): boolean {
  const { severity, acknowledged, silencedUntilMs, inhibitedBy } = alert;
  const isQuiet = acknowledged !== null || inhibitedBy !== null || (silencedUntilMs ?? 0) > nowMs;
  return isOpen(alert) && severity !== 'info' && !isQuiet;
}

/** Firing on top, then newest first. */
export function inOrder(alerts: readonly ApiAlert[]): ApiAlert[] {
  const rank = ({ state }: ApiAlert) => (state === 'firing' ? 0 : state === 'recovering' ? 1 : 2);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || b.firedMs - a.firedMs || b.id - a.id);
}

/** A list with one alert as it now stands: added, changed, or gone because it is over. */
export function withAlert(alerts: readonly ApiAlert[], alert: ApiAlert): ApiAlert[] {
  const others = alerts.filter((a) => a.id !== alert.id);
  return isOpen(alert) ? inOrder([...others, alert]) : others;
}
