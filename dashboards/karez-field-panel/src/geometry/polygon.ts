/** Polygons in metres: area, whether a point is inside, the convex hull. Rings are not closed by repeating their first corner. */
import type { Metres } from './plane.ts';

/** Square metres, whichever way round the corners go (the shoelace formula). */
export function areaOf(ring: readonly Metres[]): number {
  let twice = 0;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length] as Metres;
    twice += x1 * y2 - x2 * y1;
  });
  return Math.abs(twice) / 2;
}

/** By the number of sides that a ray to the east crosses (even-odd); the border belongs to one side of it. */
export function isInside([x, y]: Metres, ring: readonly Metres[]): boolean {
  let inside = false;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length] as Metres;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}

/** Andrew's monotone chain. Fewer than three points have a hull without area. */
export function hullOf(points: readonly Metres[]): Metres[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o: Metres, a: Metres, b: Metres) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (from: readonly Metres[]) => {
    const chain: Metres[] = [];
    for (const point of from) {
      while (chain.length >= 2 && turn(chain.at(-2) as Metres, chain.at(-1) as Metres, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
