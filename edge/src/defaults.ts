/** What a configuration leaves out, and what follows from it without its schema. */
import type { DeviceConfig } from './config/device.ts';

/** What the configuration leaves out. */
export const DEFAULTS = {
  timeoutMs: 300,
  retries: 1,
  turnaroundMs: 10,
  journalLimitMb: 512,
  whenFull: 'keep-oldest',
  commitEveryMs: 2_000,
  loopback: '127.0.0.1',
} as const;

/** The place of a channel on a configured device: its own, else the device's depth for soil or height for air. */
export function placeOf(device: DeviceConfig, channel: { quantity: string; place?: string }): string | undefined {
  if (channel.place !== undefined) return channel.place;
  if (device.depthCm !== undefined && channel.quantity.startsWith('soil.')) return `d${device.depthCm}`;
  if (device.heightCm !== undefined && /^(air|wind|solar|leaf)\./.test(channel.quantity)) return `h${device.heightCm}`;
  return undefined;
}
