/**
 * Times in a scenario. `90s`, `5min`, `2h`, `3d` are the field's time: at speed 60 an hour of it passes in a minute.
 * `3 intervals` are intervals of the device in question. `30s real` is time on a clock on the wall, for what the field has
 * no say in: how fast a backlog drains, how old a live value is.
 */
import Type from 'typebox';

export type Span = { kind: 'field'; ms: number } | { kind: 'real'; ms: number } | { kind: 'intervals'; n: number };

const UNIT_MS: Record<string, number> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const NUMBER = '(\\d+(?:\\.\\d+)?)';
const UNITS = `(${Object.keys(UNIT_MS).join('|')})`;

/** A moment of the field's time, or how long it lasts. */
export const FieldTime = Type.String({
  pattern: `^${NUMBER} ?${UNITS}$`,
  description: 'A time of the field: a number and s, min, h or d, e.g. 90s or 2h.',
});
/** How long something may take. */
export const Patience = Type.String({
  pattern: `^(${NUMBER} ?${UNITS}( real)?|${NUMBER} intervals?)$`,
  description:
    'A time of the field such as 2min, a number of intervals such as 3 intervals, or a real time such as 30s real.',
});
/** Time on a clock on the wall. */
export const RealTime = Type.String({
  pattern: `^${NUMBER} ?${UNITS} real$`,
  description: 'A real time, e.g. 5s real: the speed does not change it.',
});

/** Milliseconds of the field's time. */
export function fieldMs(text: string): number {
  const [, n, unit] = new RegExp(`^${NUMBER} ?${UNITS}$`).exec(text) as unknown as [string, string, string];
  return Number(n) * (UNIT_MS[unit] as number);
}

export function spanOf(text: string): Span {
  const intervals = new RegExp(`^${NUMBER} intervals?$`).exec(text);
  if (intervals !== null) return { kind: 'intervals', n: Number(intervals[1]) };
  if (text.endsWith(' real')) return { kind: 'real', ms: fieldMs(text.slice(0, -' real'.length)) };
  return { kind: 'field', ms: fieldMs(text) };
}

/** How field time, intervals and real time relate in a run. */
export interface TimeScale {
  /** Field seconds in a real second. */
  speed: number;
}

/** A span in real milliseconds. `intervalMs` is the device's interval on the gateway, which is real. */
export function realMs(span: Span, { speed }: TimeScale, intervalMs: number): number {
  if (span.kind === 'real') return span.ms;
  return span.kind === 'field' ? span.ms / speed : span.n * intervalMs;
}

/** Field time for people: `1:02:03` or `2 d 03:04`. */
export function clockText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  const two = (n: number) => `${n}`.padStart(2, '0');
  const days = Math.floor(s / 86_400);
  const hours = Math.floor(s / 3_600) % 24;
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return days > 0 ? `${days} d ${two(hours)}:${rest}` : `${hours}:${rest}`;
}

/** A length of real time for people. */
export function realText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
