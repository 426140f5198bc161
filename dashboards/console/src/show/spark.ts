/** The lines of a small trend, in the units of its picture. */
import type { Series } from '@karez/model';

export interface SparkPaths {
  /** An SVG path with one piece for each unbroken run. */
  line: string;
  /** Runs of a single point, which a line cannot show. */
  dots: [x: number, y: number][];
  lo: number;
  hi: number;
}

/** Room for the line's width at the edges. */
const EDGE = 2;

/** Undefined where there is no value in the time. */
export function sparkPaths(
  { timeMs, mean }: Series,
  fromMs: number,
  toMs: number,
  unbrokenMs: number,
  width: number,
  height: number,
): SparkPaths | undefined {
  const points: [timeMs: number, value: number | null][] = timeMs.flatMap((t, i) =>
    t < fromMs || t > toMs ? [] : [[t, mean[i] ?? null] as [number, number | null]],
  );
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (values.length === 0) return undefined;
  const lo = Math.min(...values);
  const hi = Math.max(...values);
  const x = (t: number) => round(EDGE + ((t - fromMs) / (toMs - fromMs)) * (width - EDGE * 2));
  // What never moves is drawn in the middle, not at an edge.
  const y = (v: number) => round(hi === lo ? height / 2 : height - EDGE - ((v - lo) / (hi - lo)) * (height - EDGE * 2));
  const runs: [number, number][][] = [];
  let before: number | undefined;
  for (const [t, value] of points) {
    if (value === null) {
      before = undefined;
      continue;
    }
    if (before === undefined || t - before > unbrokenMs) runs.push([]);
    runs.at(-1)?.push([x(t), y(value)]);
    before = t;
  }
  return {
    line: runs
      .filter((run) => run.length > 1)
      .map((run) => `M${run.map(([px, py]) => `${px} ${py}`).join('L')}`)
      .join(''),
    dots: runs.flatMap((run) => (run.length === 1 ? [run[0] as [number, number]] : [])),
    ...{ lo, hi },
  };
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
