/** What a sprayer is doing, where it is, and where it has been. */
import type { ApiDevice, Field, Series } from '@karez/model';
import type { DeviceVerdict, Values } from './areas.ts';

export type DroneState = 'off' | 'lost' | 'ground' | 'flying' | 'spraying';
type Position = readonly [longitude: number, latitude: number];

/** Flow in L/min, or pump in %, from which it sprays: pumps and meters are never quite still. */
const SPRAYS_FROM = { 'sprayer.flow': 0.05, 'sprayer.pump': 5 } as const;
/** Height above the take-off from which it flies, m. */
const FLIES_FROM_M = 0.5;

export function droneState({ device, state }: DeviceVerdict, values: Values): DroneState {
  if (state === 'absent') return 'off';
  if (state === 'silent') return 'lost';
  const read = (quantity: string) => readingOf(device, quantity, values);
  const flies = (read('position.height') ?? 0) > FLIES_FROM_M;
  if (!flies) return 'ground';
  const flow = read('sprayer.flow');
  const sprays = flow === null ? flowsAt('sprayer.pump', read('sprayer.pump')) : flowsAt('sprayer.flow', flow);
  return sprays ? 'spraying' : 'flying';
}

function flowsAt(quantity: keyof typeof SPRAYS_FROM, value: number | null): boolean {
  return value !== null && value > SPRAYS_FROM[quantity];
}

export function channelOf(device: ApiDevice, quantity: string): string | undefined {
  return device.channels.find((c) => c.quantity === quantity)?.id;
}

function readingOf(device: ApiDevice, quantity: string, values: Values): number | null {
  const id = channelOf(device, quantity);
  return id === undefined ? null : (values(id)?.[1] ?? null);
}

export function positionOf(device: ApiDevice, values: Values): Position | null {
  const longitude = readingOf(device, 'position.longitude', values);
  const latitude = readingOf(device, 'position.latitude', values);
  return longitude === null || latitude === null ? null : [longitude, latitude];
}

export function headingOf(device: ApiDevice, values: Values): number | null {
  return readingOf(device, 'motion.heading', values);
}

/** The channel that says whether it sprays: the flow meter's, the pump's where there is none. */
export function sprayChannel(device: ApiDevice): { id: string; quantity: keyof typeof SPRAYS_FROM } | undefined {
  for (const quantity of ['sprayer.flow', 'sprayer.pump'] as const) {
    const id = channelOf(device, quantity);
    if (id !== undefined) return { id, quantity };
  }
  return undefined;
}

/** The field whose outline holds a position. */
export function fieldAt([x, y]: Position, fields: readonly Field[]): Field | undefined {
  return fields.find(({ outline }) => {
    let inside = false;
    outline.forEach(([ax, ay], i) => {
      const [bx, by] = outline[(i + 1) % outline.length] as [number, number];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    });
    return inside;
  });
}

/** A stretch of the way, flown without a break and either spraying or not. */
export interface TrackPiece {
  spraying: boolean;
  points: Position[];
}

/**
 * The way flown, from the histories of its position, broken where nothing was heard. A spraying is told by the newest
 * word of the pump or meter at that moment.
 */
export function trackOf(
  latitude: Series,
  longitude: Series,
  spray: { series: Series; quantity: keyof typeof SPRAYS_FROM } | undefined,
  unbrokenMs: number,
): TrackPiece[] {
  const east = new Map(longitude.timeMs.map((t, i) => [t, longitude.mean[i] ?? null]));
  const pieces: TrackPiece[] = [];
  let beforeMs: number | undefined;
  let at = -1;
  latitude.timeMs.forEach((timeMs, i) => {
    const [x, y] = [east.get(timeMs) ?? null, latitude.mean[i] ?? null];
    if (x === null || y === null) return;
    while (spray !== undefined && (spray.series.timeMs[at + 1] ?? Number.POSITIVE_INFINITY) <= timeMs) at++;
    const heardMs = spray?.series.timeMs[at];
    const spraying =
      spray !== undefined &&
      heardMs !== undefined &&
      timeMs - heardMs <= unbrokenMs &&
      flowsAt(spray.quantity, spray.series.mean[at] ?? null);
    const broken = beforeMs === undefined || timeMs - beforeMs > unbrokenMs;
    beforeMs = timeMs;
    const piece = pieces.at(-1);
    const last = piece?.points.at(-1);
    if (piece === undefined || broken) pieces.push({ spraying, points: [[x, y]] });
    else if (piece.spraying !== spraying) pieces.push({ spraying, points: [last as Position, [x, y]] });
    else if (last?.[0] !== x || last[1] !== y) piece.points.push([x, y]);
  });
  return pieces;
}
