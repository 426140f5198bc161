/** What a MAVLink message says in the channels of a profile. */
import { type MavlinkProfile, scaleRaw } from '@karez/model';
import type { MavlinkFrame } from './frame.ts';

/** No position has ever been measured exactly there: autopilots send zeros before the first fix. */
const hasNoPosition = ({ name, fields }: MavlinkFrame) =>
  name === 'GLOBAL_POSITION_INT' && fields.lat === 0 && fields.lon === 0;

/**
 * Positions of the channels that the message carries, their values, and a key for thinning: the message's name, with the
 * name inside it for named values.
 */
export function frameValues(
  profile: MavlinkProfile,
  frame: MavlinkFrame,
): { channels: number[]; values: number[]; key: string } {
  const inner = typeof frame.fields.name === 'string' ? frame.fields.name.replace(/\0.*$/s, '') : undefined;
  const channels: number[] = [];
  const values: number[] = [];
  for (const [position, channel] of profile.channels.entries()) {
    if (channel.message !== frame.name || (channel.named !== undefined && channel.named !== inner)) continue;
    channels.push(position);
    values.push(
      hasNoPosition(frame) && channel.quantity.startsWith('position.')
        ? Number.NaN
        : scaleRaw(rawValue(channel, frame), channel),
    );
  }
  return { channels, values, key: inner === undefined ? frame.name : `${frame.name} ${inner}` };
}

function rawValue(channel: MavlinkProfile['channels'][number], { fields }: MavlinkFrame): number {
  const field = fields[channel.field];
  const element = Array.isArray(field) ? field[channel.index ?? 0] : field;
  const raw = typeof element === 'bigint' ? Number(element) : element;
  if (typeof raw !== 'number') return Number.NaN;
  if (channel.mask === undefined) return raw;
  const lowest = channel.mask & -channel.mask;
  return (raw & channel.mask) / lowest;
}
