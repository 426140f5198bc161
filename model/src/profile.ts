/** What is done with a device profile (model/src/profile-schemas.ts and protocols/ say what one is): names of channels, raw values made true ones. */
import type { ProfileChannel } from './profile-schemas.ts';
import { quantityOf } from './quantities.ts';
import { convertExactly } from './units.ts';

/** `quantity` or `quantity@place`: a channel's name within its device. */
export function channelKey(channel: { quantity: string; place?: string }): string {
  return channel.place === undefined ? channel.quantity : `${channel.quantity}@${channel.place}`;
}

/**
 * A raw value in the stored unit; NaN where it is a marker of an absent sensor.
 * @returns rounded to the device's resolution, so that 24.1 is stored as 24.1.
 */
export function scaleRaw(
  raw: number,
  channel: Pick<ProfileChannel, 'multiply' | 'divide' | 'offset' | 'absent' | 'decimals' | 'unit'> & {
    quantity?: string;
  },
): number {
  if (!Number.isFinite(raw) || channel.absent?.includes(raw)) return Number.NaN;
  const { unit, quantity } = channel;
  if (unit !== undefined && quantity !== undefined)
    return convertExactly(raw, { ...channel, from: unit, to: quantityOf(quantity)?.unit ?? unit }, channel.decimals);
  const scaled = (raw * (channel.multiply ?? 1)) / 10 ** (channel.divide ?? 0) + (channel.offset ?? 0);
  return roundTo(scaled, channel.decimals);
}

/** The double nearest to `value` printed with `decimals`; large values come back unchanged. */
export function roundTo(value: number, decimals: number): number {
  const power = 10 ** decimals;
  const scaled = Math.round(value * power);
  const rounded = Number.isSafeInteger(scaled) ? scaled / power : value;
  return rounded === 0 ? 0 : rounded;
}
