/**
 * From longitude and latitude to a picture, north up. A farm is small beside the Earth: a plane touching it in its
 * middle is exact to less than a pixel.
 */
export type Position = readonly [longitude: number, latitude: number];
export type Point = readonly [x: number, y: number];

/** Metres for a degree of latitude, mean Earth. */
const METRES_PER_DEGREE = 111_195;

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** The smallest box that holds all positions; undefined where there are none. */
export function boundsOf(positions: Iterable<Position>): Bounds | undefined {
  let bounds: Bounds | undefined;
  for (const [longitude, latitude] of positions) {
    bounds ??= { west: longitude, east: longitude, south: latitude, north: latitude };
    bounds.west = Math.min(bounds.west, longitude);
    bounds.east = Math.max(bounds.east, longitude);
    bounds.south = Math.min(bounds.south, latitude);
    bounds.north = Math.max(bounds.north, latitude);
  }
  return bounds;
}

export interface Projection {
  project(position: Position): Point;
  pixelsPerMetre: number;
}

/** What part of the farm is shown: 1 is all of it; moved by pixels. */
export interface View {
  zoom: number;
  x: number;
  y: number;
}

export const WHOLE: View = { zoom: 1, x: 0, y: 0 };
/** A box around a single sensor is not a point: at least so many metres wide. */
const LEAST_METRES = 60;

export function fit(bounds: Bounds, width: number, height: number, padding: number, view: View = WHOLE): Projection {
  const middle: Position = [(bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2];
  const perDegreeEast = METRES_PER_DEGREE * Math.cos((middle[1] * Math.PI) / 180);
  const metresWide = Math.max((bounds.east - bounds.west) * perDegreeEast, LEAST_METRES);
  const metresHigh = Math.max((bounds.north - bounds.south) * METRES_PER_DEGREE, LEAST_METRES);
  const room = (size: number) => Math.max(size - padding * 2, 1);
  const pixelsPerMetre = Math.min(room(width) / metresWide, room(height) / metresHigh) * view.zoom;
  return {
    pixelsPerMetre,
    project: ([longitude, latitude]) => [
      width / 2 + view.x + (longitude - middle[0]) * perDegreeEast * pixelsPerMetre,
      height / 2 + view.y - (latitude - middle[1]) * METRES_PER_DEGREE * pixelsPerMetre,
    ],
  };
}

export const CLOSEST = 12;

/** Closer or further by a factor, around a point of the picture that stays where it is. */
export function zoomed(view: View, factor: number, [x, y]: Point, width: number, height: number): View {
  const zoom = Math.min(CLOSEST, Math.max(1, view.zoom * factor));
  const by = zoom / view.zoom;
  const [fromX, fromY] = [x - width / 2, y - height / 2];
  return moved({ zoom, x: fromX - (fromX - view.x) * by, y: fromY - (fromY - view.y) * by }, 0, 0, width, height);
}

/** Moved by pixels, but never so far that nothing is left to see. */
export function moved(view: View, dx: number, dy: number, width: number, height: number): View {
  const limit = (at: number, size: number) => {
    const most = ((view.zoom - 1) * size) / 2;
    return Math.min(most, Math.max(-most, at));
  };
  return { zoom: view.zoom, x: limit(view.x + dx, width), y: limit(view.y + dy, height) };
}

/** A round number of metres for a scale bar of about `pixels`. */
export function scaleBar(pixelsPerMetre: number, pixels: number): { metres: number; pixels: number } {
  const most = pixels / pixelsPerMetre;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((n) => n * power <= most) ?? 1) * power;
  return { metres, pixels: metres * pixelsPerMetre };
}

/** An SVG path of an outline. */
export function ringPath(ring: readonly Position[], { project }: Projection): string {
  const points = ring.map((corner) =>
    project(corner)
      .map((n) => Math.round(n * 10) / 10)
      .join(' '),
  );
  return `M${points.join('L')}Z`;
}
