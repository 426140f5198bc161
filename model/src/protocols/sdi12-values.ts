/** Where the channels of an SDI-12 profile stand in the answers, what their numbers become, and what its schema cannot say. */
import { roundTo, scaleRaw } from '../profile.ts';
import type { Sdi12Channel, Sdi12Profile } from './sdi12.ts';

/** Values that one command can give: M and V say one digit, C two (SDI-12 v1.4, tables 9 and 10). */
const MOST = { M: 9, V: 9, C: 99, R: 99 } as const;

export interface Sdi12Place {
  command: string;
  /** From 1. */
  value: number;
}

/** The command and the place of each channel, by its position in the profile. */
export function sdi12Places({ command: usual, channels }: Sdi12Profile): Sdi12Place[] {
  const last = new Map<string, number>();
  return channels.map(({ command = usual, value = (last.get(command) ?? 0) + 1 }) => {
    last.set(command, value);
    return { command, value };
  });
}

/**
 * What a number of a reply is worth in the stored unit; NaN for a marker of an absent sensor. A channel without a scale
 * keeps every digit that the sensor sent; others are rounded to the profile's decimals.
 */
export function sdi12Value(channel: Sdi12Channel, raw: number): number {
  if (!Number.isFinite(raw) || channel.absent?.includes(raw)) return Number.NaN;
  const { polynomial, squared, decimals } = channel;
  if (polynomial !== undefined) {
    const curve = polynomial.reduceRight((sum, coefficient) => sum * raw + coefficient, 0);
    return roundTo(squared ? curve * curve : curve, decimals);
  }
  const isPlain = channel.multiply === undefined && channel.divide === undefined && channel.offset === undefined;
  if (isPlain) return raw === 0 ? 0 : raw;
  return scaleRaw(raw, channel);
}

/** Checks what the schema cannot say. `fail` throws. */
export function checkSdi12(profile: Sdi12Profile, fail: (key: string, expected: string) => never): void {
  for (const [i, { command, value }] of sdi12Places(profile).entries()) {
    const most = MOST[command[0] as keyof typeof MOST];
    if (value > most) fail(`channels.${i}.value`, `must be at most ${most}, as ${command} gives no more values`);
    const channel = profile.channels[i] as Sdi12Channel;
    if (channel.polynomial !== undefined)
      for (const key of ['multiply', 'divide', 'offset'] as const)
        if (channel[key] !== undefined) fail(`channels.${i}.${key}`, 'must be left out where there is a polynomial');
    if (channel.squared && channel.polynomial === undefined)
      fail(`channels.${i}.squared`, 'must be left out where there is no polynomial');
  }
}
