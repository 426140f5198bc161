/** What a key does to a chart. */
import { follow, moveRange, nearestFollowing, type Range, zoomRange } from './range.ts';

interface ChartState {
  range: Range;
  /** Where the reading line stands. */
  cursorMs: number | null;
  /** Times of the points, rising. */
  times: readonly number[];
  nowMs: number;
}

export type KeyDone = { range: Range } | { cursorMs: number | null } | 'back' | undefined;

/** Undefined where the key means nothing to a chart. */
export function chartKey(key: string, shift: boolean, { range, cursorMs, times, nowMs }: ChartState): KeyDone {
  const middleMs = cursorMs ?? (range.fromMs + range.toMs) / 2;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const forward = key === 'ArrowRight';
      if (shift) return { range: moveRange(range, forward ? 0.25 : -0.25, nowMs) };
      return { cursorMs: neighbour(times, range, cursorMs, forward) };
    }
    case 'Home':
      return { cursorMs: times.find((t) => t >= range.fromMs) ?? null };
    case 'End':
      return { cursorMs: times.findLast((t) => t <= range.toMs) ?? null };
    case '+':
    case '=':
      return { range: zoomRange(range, 2, middleMs, nowMs) };
    case '-':
    case '_':
      return { range: zoomRange(range, 1 / 2, middleMs, nowMs) };
    case 'Escape':
      // One step back at a time: the reading line, the zoom, the page.
      if (cursorMs !== null) return { cursorMs: null };
      return range.following === null ? { range: follow(nearestFollowing(range), nowMs) } : 'back';
    default:
      return undefined;
  }
}

/** The next point that is shown; from nowhere, the newest or oldest. Steps far enough that a press is seen. */
function neighbour(times: readonly number[], range: Range, fromMs: number | null, forward: boolean): number | null {
  const shown = times.filter((t) => t >= range.fromMs && t <= range.toMs);
  if (fromMs === null) return (forward ? shown[0] : shown.at(-1)) ?? null;
  const step = (range.toMs - range.fromMs) / 200;
  const next = forward ? shown.find((t) => t >= fromMs + step) : shown.findLast((t) => t <= fromMs - step);
  return next ?? (forward ? shown.at(-1) : shown[0]) ?? null;
}
