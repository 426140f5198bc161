/**
 * What frames say of a field. A frame is known by its columns, whatever their case (README, "Frames"):
 *
 *   outline     `outline`, a ring as text                                     the border of a field
 *   sensors     `latitude`, `longitude`, `state`                              where something stands and how it is
 *   track       `time`, `latitude`, `longitude`                               where a vehicle was
 *   spraying    `time` and `flow` or `sections`                               what it sprayed; alone or in the track
 *
 * `device` tells vehicles and sensors apart, as a column or as a label. What cannot be read is said and left out.
 */
import type { LonLat } from '../geometry/plane.ts';
import { columnOf, type Frame, type FrameColumn, numberAt, textAt } from './frame.ts';
import { readRing } from './read-ring.ts';

export interface Sensor {
  name: string;
  at: LonLat;
  state: string;
  /** Column and row of its state, for the colour that the board gives it. */
  column: FrameColumn;
  row: number;
}

export interface TrackPoint {
  timeMs: number;
  at: LonLat;
}

export interface SprayPoint {
  timeMs: number;
  flowLpm: number | undefined;
  /** Bit mask of open sections; undefined where it is not told. */
  sections: number | undefined;
}

export interface Vehicle {
  track: TrackPoint[];
  spray: SprayPoint[];
}

export interface FieldData {
  outlines: { name: string; ring: LonLat[] }[];
  sensors: Sensor[];
  vehicles: Map<string, Vehicle>;
  /** What could not be read, in words. */
  troubles: string[];
}

export function readFrames(frames: readonly Frame[]): FieldData {
  const data: FieldData = { outlines: [], sensors: [], vehicles: new Map(), troubles: [] };
  frames.forEach((frame, i) => {
    if (frame.length === 0 || frame.fields.length === 0) return;
    const name = frame.refId ?? frame.name ?? `${i + 1}`;
    if (columnOf(frame, 'outline') !== undefined) readOutlines(frame, name, data);
    else if (isPlaced(frame) && columnOf(frame, 'state') !== undefined) readSensors(frame, name, data);
    else if (timeOf(frame) !== undefined && (isPlaced(frame) || isSpraying(frame))) readVehicles(frame, name, data);
    else
      data.troubles.push(
        `query ${name}: needs the columns outline, or latitude and longitude with state or time, or time with flow or sections`,
      );
  });
  for (const { track, spray } of data.vehicles.values()) {
    track.sort((a, b) => a.timeMs - b.timeMs);
    spray.sort((a, b) => a.timeMs - b.timeMs);
  }
  return data;
}

const timeOf = (frame: Frame) => columnOf(frame, 'time', '_time', 'timestamp');
const isPlaced = (frame: Frame) =>
  columnOf(frame, 'latitude', 'lat') !== undefined && columnOf(frame, 'longitude', 'lon', 'lng') !== undefined;
const isSpraying = (frame: Frame) => columnOf(frame, 'flow', 'sections') !== undefined;

/** The name of what a row is about: a column, a label of any column, or nothing. */
function namer(frame: Frame, ...columns: readonly string[]): (row: number) => string {
  const column = columnOf(frame, ...columns);
  const label = frame.fields.flatMap(({ labels }) => columns.flatMap((name) => labels?.[name] ?? []))[0] ?? '';
  return (row) => textAt(column, row) ?? label;
}

function readOutlines(frame: Frame, name: string, { outlines, troubles }: FieldData): void {
  const nameAt = namer(frame, 'title', 'field', 'name');
  const column = columnOf(frame, 'outline');
  for (let row = 0; row < frame.length; row++) {
    const ring = readRing(textAt(column, row));
    if (typeof ring === 'string') troubles.push(`query ${name}, row ${row + 1}: ${ring}`);
    else outlines.push({ name: nameAt(row), ring });
  }
}

function readSensors(frame: Frame, name: string, { sensors, troubles }: FieldData): void {
  const nameAt = namer(frame, 'device', 'sensor', 'name');
  const state = columnOf(frame, 'state') as FrameColumn;
  const placeAt = placer(frame, name, troubles);
  for (let row = 0; row < frame.length; row++) {
    const at = placeAt(row);
    if (at !== undefined) sensors.push({ name: nameAt(row), at, state: textAt(state, row) ?? '', column: state, row });
  }
}

function readVehicles(frame: Frame, name: string, { vehicles, troubles }: FieldData): void {
  const nameAt = namer(frame, 'device', 'vehicle', 'name');
  const time = timeOf(frame);
  const [flow, sections] = [columnOf(frame, 'flow'), columnOf(frame, 'sections')];
  const placeAt = isPlaced(frame) ? placer(frame, name, troubles) : undefined;
  for (let row = 0; row < frame.length; row++) {
    const timeMs = numberAt(time, row);
    if (timeMs === undefined) continue;
    const vehicle = vehicles.get(nameAt(row)) ?? { track: [], spray: [] };
    vehicles.set(nameAt(row), vehicle);
    const at = placeAt?.(row);
    if (at !== undefined) vehicle.track.push({ timeMs, at });
    const spray = { timeMs, flowLpm: numberAt(flow, row), sections: numberAt(sections, row) };
    if (spray.flowLpm !== undefined || spray.sections !== undefined) vehicle.spray.push(spray);
  }
}

/** Reads places, and says once how many there are that cannot be. */
function placer(frame: Frame, name: string, troubles: string[]): (row: number) => LonLat | undefined {
  const latitude = columnOf(frame, 'latitude', 'lat');
  const longitude = columnOf(frame, 'longitude', 'lon', 'lng');
  let bad = 0;
  let said = -1;
  return (row) => {
    const [lat, lon] = [numberAt(latitude, row), numberAt(longitude, row)];
    // A receiver without a fix says 0, 0.
    const isGood =
      lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
    if (isGood) return [lon, lat];
    bad++;
    const text = `query ${name}: ${bad} ${bad === 1 ? 'row has' : 'rows have'} no place on earth`;
    if (said < 0) said = troubles.push(text) - 1;
    else troubles[said] = text;
    return undefined;
  };
}
