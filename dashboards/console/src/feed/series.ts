/**
 * What the console does with the history of a channel: where it is broken, and how a reading that has just come joins
 * it. A gap is a gap: nothing here ever bridges one.
 */
import type { Series } from '@karez/model';
import type { Aggregate } from '@karez/model/quantities';
import { DELIVERY_MS } from '../judge/state.ts';

/**
 * The longest time between two neighbouring points that still counts as unbroken, ms. A device that skips two of its
 * turns was late; beyond it was silent. Where points are steps, the start of the next step is one step away.
 */
export function unbrokenMs(intervalMs: number, stepMs: number): number {
  return intervalMs * 3 + DELIVERY_MS + stepMs;
}

/** Times between which nothing came: the last before and the first after. */
export function silences(timeMs: readonly number[], unbroken: number): [fromMs: number, toMs: number][] {
  const found: [number, number][] = [];
  for (let i = 1; i < timeMs.length; i++) {
    const [before, after] = [timeMs[i - 1] as number, timeMs[i] as number];
    if (after - before > unbroken) found.push([before, after]);
  }
  return found;
}

/** A series with nothing in it. */
export function emptySeries(id: string, stepMs: number): Series {
  return { id, stepMs, timeMs: [], mean: [], lo: [], hi: [], n: [], quality: [] };
}

/**
 * Puts a reading where its time belongs: a late one draws into the past. Changes the columns in place; the caller
 * wraps them anew so that views notice. Steps start at multiples of `stepMs` after `originMs`.
 */
export function addReading(
  series: Series,
  aggregate: Aggregate,
  originMs: number,
  [timeMs, value, quality]: readonly [timeMs: number, value: number | null, quality: number],
): void {
  const { stepMs } = series;
  const at = stepMs === 0 ? timeMs : originMs + Math.floor((timeMs - originMs) / stepMs) * stepMs;
  let i = series.timeMs.length;
  while (i > 0 && (series.timeMs[i - 1] as number) > at) i--;
  if (i > 0 && series.timeMs[i - 1] === at && stepMs > 0) {
    joinStep(series, i - 1, aggregate, value, quality);
    return;
  }
  // The same reading again, as after a reconnect, changes nothing.
  if (i > 0 && stepMs === 0 && series.timeMs[i - 1] === at && series.mean[i - 1] === value) return;
  series.timeMs.splice(i, 0, at);
  series.mean.splice(i, 0, value);
  if (series.lo !== series.mean) series.lo.splice(i, 0, value);
  if (series.hi !== series.mean) series.hi.splice(i, 0, value);
  series.n.splice(i, 0, 1);
  series.quality.splice(i, 0, quality);
}

function joinStep(series: Series, i: number, aggregate: Aggregate, value: number | null, quality: number): void {
  const n = series.n[i] as number;
  series.n[i] = n + 1;
  series.quality[i] = (series.quality[i] as number) | quality;
  if (value === null) return;
  const before = series.mean[i] ?? null;
  series.mean[i] = before === null ? value : joined(aggregate, before, n, value);
  series.lo[i] = Math.min(series.lo[i] ?? value, value);
  series.hi[i] = Math.max(series.hi[i] ?? value, value);
}

/** @param n readings that made `before`. */
function joined(aggregate: Aggregate, before: number, n: number, value: number): number {
  switch (aggregate) {
    case 'sum':
      return before + value;
    case 'last':
      return value;
    case 'circular': {
      // Turns the mean by its share of the shorter way to the new direction.
      const turn = ((value - before + 540) % 360) - 180;
      return (before + turn / (n + 1) + 360) % 360;
    }
    case 'mean':
      return before + (value - before) / (n + 1);
  }
}

/** Takes away what is older than `fromMs`, in place. */
export function forgetBefore(series: Series, fromMs: number): void {
  let gone = 0;
  while (gone < series.timeMs.length && (series.timeMs[gone] as number) < fromMs) gone++;
  if (gone === 0) return;
  for (const column of new Set([series.timeMs, series.mean, series.lo, series.hi, series.n, series.quality]))
    column.splice(0, gone);
}

/** A series of single readings summed up in steps, so that all series of a page have the same; steps stay as they are. */
export function toSteps(series: Series, aggregate: Aggregate, stepMs: number): Series {
  if (series.stepMs !== 0) return series;
  const stepped = emptySeries(series.id, stepMs);
  series.timeMs.forEach((timeMs, i) => {
    addReading(stepped, aggregate, 0, [timeMs, series.mean[i] ?? null, series.quality[i] ?? 0]);
  });
  return stepped;
}

/**
 * Several series of one quantity as one: the mean of those that have the step. All must have steps of the same width
 * and origin.
 */
export function together(id: string, all: readonly Series[]): Series {
  const only = all[0];
  if (all.length === 1 && only !== undefined) return only;
  const sums = new Map<number, { sum: number; n: number; lo: number; hi: number; quality: number }>();
  for (const series of all) {
    series.timeMs.forEach((timeMs, i) => {
      const value = series.mean[i];
      if (value === null || value === undefined) return;
      const sum = sums.get(timeMs) ?? { sum: 0, n: 0, lo: value, hi: value, quality: 0 };
      sum.sum += value;
      sum.n++;
      sum.lo = Math.min(sum.lo, series.lo[i] ?? value);
      sum.hi = Math.max(sum.hi, series.hi[i] ?? value);
      sum.quality |= series.quality[i] ?? 0;
      sums.set(timeMs, sum);
    });
  }
  const steps = [...sums].sort(([a], [b]) => a - b);
  return {
    id,
    stepMs: only?.stepMs ?? 0,
    timeMs: steps.map(([timeMs]) => timeMs),
    mean: steps.map(([, s]) => s.sum / s.n),
    lo: steps.map(([, s]) => s.lo),
    hi: steps.map(([, s]) => s.hi),
    n: steps.map(([, s]) => s.n),
    quality: steps.map(([, s]) => s.quality),
  };
}
