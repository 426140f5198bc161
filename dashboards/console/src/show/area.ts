/** The area of a field's outline. */

/** Mean radius of the Earth, m (IUGG). */
const RADIUS_M = 6_371_008.8;
/** One mu is a fifteenth of a hectare: 666.67 m². */
export const MU_PER_HECTARE = 15;

/**
 * Area inside a ring of longitude and latitude in degrees, m². Positive whichever way it runs; the first corner need
 * not be repeated. Formula: Chamberlain and Duquette, "Some algorithms for polygons on a sphere", JPL 2007, with the
 * shape of a ring that is small beside the Earth.
 */
export function ringAreaM2(ring: readonly (readonly [number, number])[]): number {
  const radians = Math.PI / 180;
  let sum = 0;
  ring.forEach(([longitude, latitude], i) => {
    const [nextLongitude, nextLatitude] = ring[(i + 1) % ring.length] as readonly [number, number];
    sum +=
      (nextLongitude - longitude) * radians * (2 + Math.sin(latitude * radians) + Math.sin(nextLatitude * radians));
  });
  return Math.abs((sum * RADIUS_M * RADIUS_M) / 2);
}

/** Hectares and mu of an area in m². */
export function hectaresAndMu(areaM2: number): { hectares: number; mu: number } {
  const hectares = areaM2 / 10_000;
  return { hectares, mu: hectares * MU_PER_HECTARE };
}
