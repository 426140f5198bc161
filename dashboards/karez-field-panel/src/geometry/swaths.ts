/**
 * Swaths: the ground that each open section of a boom passed between two fixes. A section is an equal share of the boom's
 * width; number 0 is the leftmost one seen in the direction of travel.
 */
import type { Metres } from './plane.ts';
import { hullOf } from './polygon.ts';

/** A fix with what was sprayed at it. */
export interface Fix {
  timeMs: number;
  at: Metres;
  /** Litres a minute through the flow meter; undefined where nothing measures it. */
  flowLpm: number | undefined;
  /** Bit n: section n is open. */
  sections: number;
}

export interface Boom {
  /** Ground that all sections together spray, metres. */
  widthM: number;
  sections: number;
  /** Fixes further apart in time belong to two pieces: what was between is not known. */
  longestGapS: number;
}

/** What the open sections passed in one step. */
export interface Swath {
  fromMs: number;
  toMs: number;
  /** One convex polygon for each run of open sections beside each other, metres. */
  polygons: Metres[][];
  /** Litres given in this step; undefined where no flow is measured. */
  litres: number | undefined;
  metres: number;
}

/** Shorter steps have no direction to be trusted; the boom then stands as it stood. */
const LEAST_STEP_M = 0.05;
const MS_PER_MIN = 60_000;

/** @param fixes of one vehicle, rising in time. What is open at a fix stays open until the next. */
export function swathsOf(fixes: readonly Fix[], boom: Boom): Swath[] {
  const swaths: Swath[] = [];
  /** Direction in which the boom lay at the end of the step before, where there is no gap in between. */
  let before: Metres | undefined;
  let lastAt = fixes[0]?.at;
  for (let i = 0; i + 1 < fixes.length; i++) {
    const from = fixes[i] as Fix;
    const to = fixes[i + 1] as Fix;
    const stepMs = to.timeMs - from.timeMs;
    if (stepMs <= 0 || stepMs > boom.longestGapS * 1000) {
      before = undefined;
      lastAt = to.at;
      continue;
    }
    const metres = Math.hypot(to.at[0] - from.at[0], to.at[1] - from.at[1]);
    const ahead: Metres | undefined =
      metres < LEAST_STEP_M ? before : [(to.at[0] - from.at[0]) / metres, (to.at[1] - from.at[1]) / metres];
    const runs = openRuns(from.sections, boom.sections);
    if (ahead !== undefined && runs.length > 0 && metres > 0) {
      // In a gentle bend the step begins where the last one ended; in a sharp one it would fold over itself.
      const bend = before === undefined ? 1 : before[0] * ahead[0] + before[1] * ahead[1];
      const begin = before !== undefined && bend > 0.5 && lastAt === from.at ? before : ahead;
      swaths.push({
        ...{ fromMs: from.timeMs, toMs: to.timeMs, metres },
        polygons: runs.map((run) => stepPolygon(from.at, begin, to.at, ahead, run, boom)),
        litres: from.flowLpm === undefined ? undefined : (from.flowLpm * stepMs) / MS_PER_MIN,
      });
    }
    before = ahead;
    lastAt = to.at;
  }
  return swaths;
}

/** Runs of open sections beside each other: first and last, both included. */
export function openRuns(mask: number, sections: number): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (let n = 0; n < sections; n++) {
    if ((mask & (1 << n)) === 0) continue;
    const run = runs.at(-1);
    if (run !== undefined && run[1] === n - 1) run[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}

/** Metres to the left of the middle at which a section begins. */
const leftOf = (section: number, { widthM, sections }: Boom) => widthM / 2 - (section * widthM) / sections;

function stepPolygon(
  from: Metres,
  begin: Metres,
  to: Metres,
  end: Metres,
  [first, last]: readonly [number, number],
  boom: Boom,
): Metres[] {
  const left = leftOf(first, boom);
  const right = leftOf(last + 1, boom);
  const beside = ([x, y]: Metres, [dx, dy]: Metres, metres: number): Metres => [x - dy * metres, y + dx * metres];
  return hullOf([beside(from, begin, left), beside(to, end, left), beside(to, end, right), beside(from, begin, right)]);
}
