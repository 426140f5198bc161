/** From what frames say to what is drawn: one plane for all, fixes with what was sprayed at each, swaths, coverage and sums. */
import { type JobSums, sumsOf } from '../geometry/dose.ts';
import { type Box, boxOf, type LonLat, type Metres, planeAt } from '../geometry/plane.ts';
import { isInside } from '../geometry/polygon.ts';
import { type Coverage, coverageOf } from '../geometry/raster.ts';
import { type Boom, type Fix, type Swath, swathsOf } from '../geometry/swaths.ts';
import type { FieldData, Sensor, SprayPoint, Vehicle } from './read-frames.ts';

export interface JobOptions extends Boom {
  /** Side of a cell, metres. */
  cellM: number;
}

export interface FieldDrawing {
  box: Box;
  outlines: { name: string; ring: Metres[] }[];
  sensors: (Omit<Sensor, 'at'> & { at: Metres })[];
  tracks: { name: string; points: Metres[] }[];
  /** What was sprayed, over the fields in which anything was; undefined where nothing was. */
  job: { coverage: Coverage; sums: JobSums } | undefined;
}

/** Undefined where nothing has a place. */
export function drawingOf(data: FieldData, options: JobOptions): FieldDrawing | undefined {
  const places = [
    ...data.outlines.flatMap(({ ring }) => ring),
    ...data.sensors.map(({ at }) => at),
    ...[...data.vehicles.values()].flatMap(({ track }) => track.map(({ at }) => at)),
  ];
  const degrees = boxOf(places);
  if (degrees === undefined) return undefined;
  const plane = planeAt([(degrees.west + degrees.east) / 2, (degrees.south + degrees.north) / 2]);
  const toMetres = (at: LonLat) => plane.toMetres(at);
  const vehicles = [...data.vehicles].filter(([, { track }]) => track.length > 0);
  const swaths = vehicles.flatMap(([, vehicle]) => swathsOf(fixesOf(vehicle, options, toMetres), options));
  const outlines = data.outlines.map(({ name, ring }) => ({ name, ring: ring.map(toMetres) }));
  return {
    box: boxOf(places.map(toMetres)) as Box,
    outlines,
    sensors: data.sensors.map((sensor) => ({ ...sensor, at: toMetres(sensor.at) })),
    tracks: vehicles.map(([name, { track }]) => ({ name, points: track.map(({ at }) => toMetres(at)) })),
    job: jobOf(
      swaths,
      outlines.map(({ ring }) => ring),
      options.cellM,
    ),
  };
}

/** A field that nothing was sprayed in was not skipped: it is another job. */
function jobOf(swaths: readonly Swath[], rings: readonly Metres[][], cellM: number): FieldDrawing['job'] {
  if (swaths.length === 0) return undefined;
  const middles = swaths.map(({ polygons }) => middleOf(polygons[0] as Metres[]));
  const sprayed = rings.filter((ring) => middles.some((middle) => isInside(middle, ring)));
  const coverage = coverageOf(swaths, sprayed, cellM);
  return coverage && { coverage, sums: sumsOf(coverage, swaths, sprayed.length > 0) };
}

function middleOf(polygon: readonly Metres[]): Metres {
  const sum = polygon.reduce<Metres>(([x, y], [east, north]) => [x + east, y + north], [0, 0]);
  return [sum[0] / polygon.length, sum[1] / polygon.length];
}

/** Each fix with the newest word about spraying that is not too old. What is not told: everything is open where liquid flows. */
export function fixesOf({ track, spray }: Vehicle, boom: Boom, toMetres: (at: LonLat) => Metres): Fix[] {
  const all = 2 ** boom.sections - 1;
  let next = 0;
  let last: SprayPoint | undefined;
  return track.map(({ timeMs, at }) => {
    for (; next < spray.length && (spray[next] as SprayPoint).timeMs <= timeMs; next++) last = spray[next];
    const known = last !== undefined && timeMs - last.timeMs <= boom.longestGapS * 1000 ? last : undefined;
    const sections = known === undefined ? 0 : (known.sections ?? ((known.flowLpm ?? 0) > 0 ? all : 0));
    return { timeMs, at: toMetres(at), flowLpm: known?.flowLpm, sections };
  });
}
