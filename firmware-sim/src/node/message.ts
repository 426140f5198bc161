/** What a Wi-Fi soil node says of its place in the world (docs/PROTOCOL.md, field device to gateway). */
import { chance, clamp, wander } from '../world/noise.ts';
import type { World } from '../world/world.ts';

export interface NodePlace {
  device: string;
  field: string;
  depthsCm: readonly number[];
}

/** The payload: counter, sampling time, probes by depth, battery, signal. */
export interface NodeMessage {
  n: number;
  t: number;
  soil: { d: number; vwc: number; temp: number; ec: number }[];
  bat: number;
  rssi: number;
}

const HOUR = 3_600_000;
const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));

/** A message with number `n` of a sample taken at `t`, which is the world's present time but for a node's jitter. */
export function nodeMessage(world: World, { device, field, depthsCm }: NodePlace, n: number, t: number): NodeMessage {
  const { seed } = world;
  const sun = world.weather().solarWm2 / 1_000;
  return {
    n,
    t,
    soil: depthsCm.map((d) => {
      const v = world.soilAt(field, d, device);
      return { d, vwc: rounded(v.moisturePct, 1), temp: rounded(v.temperatureC, 2), ec: Math.round(v.ecUsCm) };
    }),
    // A lithium cell with a small solar panel.
    bat: rounded(
      clamp(
        3.82 +
          0.16 * sun +
          0.1 * wander(seed, `${device} battery`, t, 30 * HOUR) +
          0.004 * wander(seed, `${device} bat`, t, 30_000),
        3.4,
        4.2,
      ),
      3,
    ),
    rssi: Math.round(
      -58 -
        22 * chance(seed, `${device} distance`) +
        3 * wander(seed, `${device} rssi`, t, HOUR) +
        2.5 * wander(seed, `${device} fade`, t, 15_000),
    ),
  };
}
