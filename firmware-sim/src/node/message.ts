/** What a Wi-Fi soil node says of its place in the world (docs/PROTOCOL.md, field device to gateway). */
import type { Senses } from '../senses.ts';
import { chance, clamp, wander } from '../world/noise.ts';

export interface NodePlace {
  device: string;
  field: string;
  depthsCm: readonly number[];
}

/** The payload: counter, sampling time, probes by depth, battery, signal. */
export interface NodeMessage {
  n: number;
  t: number;
  /** Null where a sensor is not there. */
  soil: { d: number; vwc: number | null; temp: number | null; ec: number | null }[];
  bat: number;
  rssi: number;
  /** What is sent breaks off after this share of it. */
  cutAt?: number;
}

/** How a node publishes a message. */
export const soilNodePacket =
  (device: string) =>
  ({ cutAt, ...message }: NodeMessage) => {
    const whole = JSON.stringify(message);
    return {
      topic: `devices/${device}/up`,
      payload: cutAt === undefined ? whole : whole.slice(0, Math.floor(cutAt * whole.length)),
    };
  };

const HOUR = 3_600_000;
const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));
const measured = (value: number, decimals: number) => (Number.isNaN(value) ? null : rounded(value, decimals));

/** A message with number `n` of a sample taken now, which was `t` by the node's own clock. */
export function nodeMessage(
  { world, felt }: Senses,
  { device, field, depthsCm }: NodePlace,
  n: number,
  t: number,
): NodeMessage {
  const { seed, nowMs } = world;
  const sun = world.weather().solarWm2 / 1_000;
  return {
    n,
    t,
    soil: depthsCm.map((d) => {
      const v = felt(device, world.soilAt(field, d, device), `${d} cm`);
      return { d, vwc: measured(v.moisturePct, 1), temp: measured(v.temperatureC, 2), ec: measured(v.ecUsCm, 0) };
    }),
    // A lithium cell with a small solar panel.
    bat: rounded(
      clamp(
        3.82 +
          0.16 * sun +
          0.1 * wander(seed, `${device} battery`, nowMs, 30 * HOUR) +
          0.004 * wander(seed, `${device} bat`, nowMs, 30_000),
        3.4,
        4.2,
      ),
      3,
    ),
    rssi: Math.round(
      -58 -
        22 * chance(seed, `${device} distance`) +
        3 * wander(seed, `${device} rssi`, nowMs, HOUR) +
        2.5 * wander(seed, `${device} fade`, nowMs, 15_000),
    ),
  };
}
