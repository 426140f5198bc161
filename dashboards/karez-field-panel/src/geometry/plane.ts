/**
 * Degrees to metres: a plane that touches the ground at the middle of what is drawn (equirectangular, WGS 84 mean radius).
 * Over a field of a few kilometres it is right to some centimetres, which is less than a receiver is.
 */
export type LonLat = readonly [longitude: number, latitude: number];
/** Metres east and north of the origin. */
export type Metres = readonly [east: number, north: number];

const RADIUS_M = 6_371_008.8;
const RAD = Math.PI / 180;

export interface Plane {
  toMetres(at: LonLat): Metres;
}

export function planeAt([longitude, latitude]: LonLat): Plane {
  const eastPerDeg = RADIUS_M * RAD * Math.cos(latitude * RAD);
  const northPerDeg = RADIUS_M * RAD;
  return {
    toMetres: ([lon, lat]) => [(lon - longitude) * eastPerDeg, (lat - latitude) * northPerDeg],
  };
}

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** What holds all points; undefined where there are none. */
export function boxOf(points: Iterable<readonly [number, number]>): Box | undefined {
  let box: Box | undefined;
  for (const [x, y] of points) {
    if (box === undefined) box = { west: x, east: x, south: y, north: y };
    else {
      box.west = Math.min(box.west, x);
      box.east = Math.max(box.east, x);
      box.south = Math.min(box.south, y);
      box.north = Math.max(box.north, y);
    }
  }
  return box;
}
