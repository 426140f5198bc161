/** What a MAVLink message says in the channels of a profile. */
import { KarezError, type MavlinkProfile, scaleRaw } from '@karez/model';
import type { MavlinkFrame } from './frame.ts';
import { type MessageDefinition, messageByName } from './messages.ts';

type Channel = MavlinkProfile['channels'][number];
type Wanted = { position: number; channel: Channel }[];

/** Channels by message, for each profile once. */
const wanted = new WeakMap<MavlinkProfile, Map<string, Wanted>>();

function channelsOf(profile: MavlinkProfile, message: string): Wanted {
  let byMessage = wanted.get(profile);
  if (byMessage === undefined) {
    byMessage = Map.groupBy(
      profile.channels.map((channel, position) => ({ position, channel })),
      ({ channel }) => channel.message,
    );
    wanted.set(profile, byMessage);
  }
  return byMessage.get(message) ?? [];
}

/**
 * Positions of the channels that the message carries, their values, and a key for thinning: the message's name, with the
 * name inside it for named values.
 */
export function frameValues(
  profile: MavlinkProfile,
  frame: MavlinkFrame,
): { channels: number[]; values: number[]; key: string } {
  const candidates = channelsOf(profile, frame.name);
  const channels: number[] = [];
  const values: number[] = [];
  if (candidates.length === 0) return { channels, values, key: frame.name };
  const inner = frame.field('name');
  const isNowhere = hasNoPosition(frame);
  for (const { position, channel } of candidates) {
    if (!isMeant(channel, frame, inner)) continue;
    channels.push(position);
    const isPlace = isNowhere && channel.quantity.startsWith('position.');
    values.push(isPlace ? Number.NaN : scaleRaw(rawValue(channel, frame), channel));
  }
  return { channels, values, key: typeof inner === 'string' ? `${frame.name} ${inner}` : frame.name };
}

/** No position has ever been measured exactly there: autopilots send zeros before the first fix. */
function hasNoPosition(frame: MavlinkFrame): boolean {
  return frame.name === 'GLOBAL_POSITION_INT' && frame.field('lat') === 0 && frame.field('lon') === 0;
}

function isMeant({ named, component, when }: Channel, frame: MavlinkFrame, inner: unknown): boolean {
  if (named !== undefined && named !== inner) return false;
  if (component !== undefined && component !== frame.component) return false;
  return when === undefined || Object.entries(when).every(([name, value]) => frame.field(name) === value);
}

function rawValue(channel: Channel, frame: MavlinkFrame): number {
  const value = frame.field(channel.field);
  if (Array.isArray(value)) {
    if (channel.index !== undefined) return Number(value[channel.index] ?? Number.NaN);
    return sum([value, ...(channel.plus ?? []).map((name) => frame.field(name))].flat(), channel.absent ?? []);
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') return Number.NaN;
  const raw = Number(value);
  if (channel.mask === undefined) return raw;
  const lowest = channel.mask & -channel.mask;
  return ((raw & channel.mask) >>> 0) / lowest;
}

/** NaN where all are absent. */
function sum(elements: unknown[], absent: readonly number[]): number {
  const present = elements.map(Number).filter((n) => !Number.isNaN(n) && !absent.includes(n));
  return present.length === 0 ? Number.NaN : present.reduce((a, b) => a + b, 0);
}

/** Throws CONFIG_INVALID where a profile names a message or field that no definition has. */
export function checkMessages(profile: MavlinkProfile): void {
  for (const [i, channel] of profile.channels.entries()) {
    const fail = (key: string, expected: string): never => {
      throw new KarezError('CONFIG_INVALID', `profile ${profile.id}: channels.${i}.${key} ${expected}`, { where: key });
    };
    const message = messageByName(channel.message);
    if (message === undefined)
      fail('message', `must be a message of the common or ardupilotmega dialect, not "${channel.message}"`);
    const fields: MessageDefinition['fields'] = message?.fields ?? new Map();
    const names = [channel.field, ...(channel.plus ?? []), ...Object.keys(channel.when ?? {})];
    const unknown = names.find((name) => !fields.has(name));
    if (unknown !== undefined)
      fail('field', `must be a field of ${channel.message} (${[...fields.keys()].join(', ')}), not "${unknown}"`);
    const count = fields.get(channel.field)?.count;
    if (channel.index !== undefined && channel.index >= (count ?? 0))
      fail('index', `must be below ${count ?? 0}, the elements of ${channel.field}`);
  }
}
