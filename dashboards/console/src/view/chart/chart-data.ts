/**
 * From histories to the columns that the chart draws. All lines share one column of times; where a line has no point at
 * a time of another it holds `undefined`, which the chart passes over; a `null` breaks the line. So a gap is put in as
 * a null right after the last point before it: never a line across an outage.
 */
import type { Series } from '@karez/model';
import { silences, unbrokenMs } from '../../feed/series.ts';

export interface Line {
  series: Series;
  /** How often the device speaks. */
  intervalMs: number;
}

/** A column of values, and with steps those of their lowest and highest. */
type Column = (number | null | undefined)[];

export interface ChartData {
  timeMs: number[];
  /** For each line in turn: middle, or middle, lowest, highest where `banded`. */
  columns: Column[];
  /** Whether lines come with a band of lowest to highest. */
  banded: boolean;
}

export function chartData(lines: readonly Line[], nowMs: number): ChartData {
  const banded = lines.some(({ series }) => series.stepMs > 0);
  const pieces = lines.map((line) => placed(line, nowMs));
  const timeMs = [...new Set(pieces.flatMap((p) => p.timeMs))].sort((a, b) => a - b);
  const at = new Map(timeMs.map((t, i) => [t, i]));
  const columns = pieces.flatMap(({ timeMs: times, columns }) =>
    (banded ? columns : columns.slice(0, 1)).map((column) => {
      const whole: Column = Array.from({ length: timeMs.length });
      column.forEach((value, i) => {
        whole[at.get(times[i] as number) as number] = value;
      });
      return whole;
    }),
  );
  return { timeMs, columns, banded };
}

/** How many times lines are broken within a time. */
export function gapsWithin(lines: readonly Line[], fromMs: number, toMs: number): number {
  const found = lines.flatMap(({ series, intervalMs }) =>
    silences(series.timeMs, unbrokenMs(intervalMs, series.stepMs)),
  );
  return found.filter(([before, after]) => after > fromMs && before < toMs).length;
}

/** A line's points where they are drawn: readings at their time, steps in their middle; with a null in every gap. */
function placed({ series, intervalMs }: Line, nowMs: number): { timeMs: number[]; columns: Column[] } {
  const middle = (startMs: number) => (series.stepMs === 0 ? startMs : Math.min(startMs + series.stepMs / 2, nowMs));
  const breaks = new Set(silences(series.timeMs, unbrokenMs(intervalMs, series.stepMs)).map(([fromMs]) => fromMs));
  const timeMs: number[] = [];
  const columns: [Column, Column, Column] = [[], [], []];
  let lastMs = Number.NEGATIVE_INFINITY;
  const add = (ms: number, ...values: (number | null)[]) => {
    // Times rise strictly, so that two readings of one moment are both drawn.
    lastMs = ms > lastMs ? ms : lastMs + 0.001;
    timeMs.push(lastMs);
    for (const [i, column] of columns.entries()) column.push(values[i] ?? null);
  };
  series.timeMs.forEach((startMs, i) => {
    add(middle(startMs), series.mean[i] ?? null, series.lo[i] ?? null, series.hi[i] ?? null);
    // A gap begins at the last of several readings of one moment.
    if (breaks.has(startMs) && series.timeMs[i + 1] !== startMs) add(middle(startMs) + 1, null, null, null);
  });
  return { timeMs, columns };
}

export interface Reading {
  timeMs: number;
  value: number | null;
  lo: number | null;
  hi: number | null;
  n: number;
  quality: number;
}

/** The point of a series that stands for a moment: the nearest, if it is near enough; undefined in a gap. */
export function readingAt({ series, intervalMs }: Line, atMs: number): Reading | undefined {
  const { timeMs, stepMs } = series;
  const middleMs = atMs - stepMs / 2;
  let [low, high] = [0, timeMs.length];
  while (low < high) {
    const half = (low + high) >> 1;
    if ((timeMs[half] as number) < middleMs) low = half + 1;
    else high = half;
  }
  const distance = (i: number) => Math.abs((timeMs[i] ?? Number.NEGATIVE_INFINITY) - middleMs);
  const i = low > 0 && distance(low - 1) <= distance(low) ? low - 1 : low;
  const found = timeMs[i];
  if (found === undefined || distance(i) > unbrokenMs(intervalMs, stepMs) / 2) return undefined;
  return {
    ...{ timeMs: found, value: series.mean[i] ?? null, lo: series.lo[i] ?? null, hi: series.hi[i] ?? null },
    ...{ n: series.n[i] ?? 0, quality: series.quality[i] ?? 0 },
  };
}

export interface Account {
  lo: number | null;
  hi: number | null;
  /** Mean of all readings; for amounts their sum. */
  mean: number | null;
  sum: number;
  n: number;
}

/** What a time held, over the points that begin in it. */
export function account({ timeMs, mean, lo, hi, n }: Series, fromMs: number, toMs: number): Account {
  const found: Account = { lo: null, hi: null, mean: null, sum: 0, n: 0 };
  let weighed = 0;
  let weight = 0;
  timeMs.forEach((t, i) => {
    const value = mean[i] ?? null;
    if (t < fromMs || t > toMs || value === null) return;
    const count = n[i] ?? 1;
    found.lo = Math.min(found.lo ?? Number.POSITIVE_INFINITY, lo[i] ?? value);
    found.hi = Math.max(found.hi ?? Number.NEGATIVE_INFINITY, hi[i] ?? value);
    found.n += count;
    found.sum += value;
    weighed += value * count;
    weight += count;
  });
  if (weight > 0) found.mean = weighed / weight;
  return found;
}
