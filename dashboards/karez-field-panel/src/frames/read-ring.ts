/** The border of a field from text: a list of [longitude, latitude], or a GeoJSON polygon (RFC 7946), of which the outer ring. */
import type { LonLat } from '../geometry/plane.ts';

/** The ring, its first corner not repeated; or what is wrong, in words. */
export function readRing(text: string | undefined): LonLat[] | string {
  if (text === undefined) return 'the outline is empty';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'the outline is no JSON';
  }
  const ring = Array.isArray(json) ? json : outerRing(json);
  if (!Array.isArray(ring)) return 'the outline is neither a list of [longitude, latitude] nor a GeoJSON polygon';
  const corners = ring.map((corner): LonLat | undefined => {
    const [lon, lat] = Array.isArray(corner) ? (corner as unknown[]) : [];
    const isGood = typeof lon === 'number' && typeof lat === 'number' && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
    return isGood ? [lon, lat] : undefined;
  });
  const bad = corners.indexOf(undefined);
  if (bad >= 0) return `corner ${bad + 1} of the outline is not [longitude, latitude] in degrees`;
  const good = corners as LonLat[];
  const [first, last] = [good[0], good.at(-1)];
  if (good.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1]) good.pop();
  return good.length < 3 ? 'an outline has at least three corners' : good;
}

function outerRing(json: unknown): unknown {
  const object = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { type, geometry, coordinates } = object(json);
  if (type === 'Feature') return outerRing(geometry);
  return type === 'Polygon' && Array.isArray(coordinates) ? coordinates[0] : undefined;
}
