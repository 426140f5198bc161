/**
 * What a MAVLink message says in the channels of a profile. A channel may stand in several messages, because vehicles
 * differ in what they send: each place has a rank, the first is best.
 */
import { type MavlinkProfile, type MavlinkSource, scaleRaw } from '@karez/model';
import { standardMode } from './flight-modes.ts';
import type { MavlinkFrame } from './frame.ts';

type Channel = MavlinkProfile['channels'][number];
interface Wanted {
  position: number;
  rank: number;
  channel: Channel;
  source: MavlinkSource;
}

export interface FrameValues {
  /** Positions in the profile's `channels`, rising. */
  channels: number[];
  /** NaN is absent. */
  values: number[];
  /** Rank of the place that each value comes from; 0 is the channel's own. */
  ranks: number[];
  /** For thinning: the message's name with what tells its kinds apart. */
  key: string;
}

/** Places by message, for each profile once. */
const wanted = new WeakMap<MavlinkProfile, Map<string, Wanted[]>>();

function wantedOf(profile: MavlinkProfile, message: string): Wanted[] {
  let byMessage = wanted.get(profile);
  if (byMessage === undefined) {
    const all = profile.channels.flatMap((channel, position) =>
      [channel, ...(channel.otherwise ?? [])].map((source, rank) => ({ position, rank, channel, source })),
    );
    byMessage = Map.groupBy(all, ({ source }) => source.message);
    wanted.set(profile, byMessage);
  }
  return byMessage.get(message) ?? [];
}

/** Whether any channel of the profile may stand in this message. */
export function isWanted(profile: MavlinkProfile, message: string): boolean {
  return wantedOf(profile, message).length > 0;
}

/** What the message carries; a channel that stands in it twice is taken from the better place that has a value. */
export function frameValues(profile: MavlinkProfile, frame: MavlinkFrame): FrameValues {
  const out: FrameValues = { channels: [], values: [], ranks: [], key: frame.name };
  const candidates = wantedOf(profile, frame.name);
  if (candidates.length === 0) return out;
  const isNowhere = hasNoPosition(frame);
  for (const { position, rank, channel, source } of candidates) {
    if (!isMeant(source, frame)) continue;
    const isPlace = isNowhere && channel.quantity.startsWith('position.');
    const value = isPlace ? Number.NaN : scaled(channel, source, frame);
    const last = out.channels.length - 1;
    if (out.channels[last] !== position) {
      out.channels.push(position);
      out.values.push(value);
      out.ranks.push(rank);
    } else if (Number.isNaN(out.values[last])) {
      out.values[last] = value;
      out.ranks[last] = rank;
    }
  }
  out.key = `${frame.name} ${out.channels.join(',')}`;
  return out;
}

function scaled(channel: Channel, source: MavlinkSource, frame: MavlinkFrame): number {
  const { quantity, decimals } = channel;
  return scaleRaw(rawValue(source, frame), { ...source, quantity, decimals });
}

/** No position has ever been measured exactly there: autopilots send zeros before the first fix. */
function hasNoPosition(frame: MavlinkFrame): boolean {
  return frame.name === 'GLOBAL_POSITION_INT' && frame.field('lat') === 0 && frame.field('lon') === 0;
}

function isMeant({ named, component, when }: MavlinkSource, frame: MavlinkFrame): boolean {
  if (component !== undefined && component !== frame.component) return false;
  if (named !== undefined && named !== frame.field('name')) return false;
  if (when === undefined) return true;
  for (const name in when) if (elementOf(frame, name) !== when[name]) return false;
  return true;
}

/** A field, or an element of one: `voltages[0]`. */
function elementOf(frame: MavlinkFrame, name: string): unknown {
  const open = name.indexOf('[');
  if (open === -1) return frame.field(name);
  const value = frame.field(name.slice(0, open));
  return Array.isArray(value) ? value[Number(name.slice(open + 1, -1))] : undefined;
}

function rawValue(source: MavlinkSource, frame: MavlinkFrame): number {
  const { index, plus, mask, within, both, as, atMost } = source;
  const value = frame.field(source.field as string);
  if (Array.isArray(value) && index === undefined) {
    const own = value.map(Number);
    // The zeros of an extension that is not used are no values where its field has none.
    if (own.every((n) => Number.isNaN(n) || source.absent?.includes(n))) return Number.NaN;
    return ofElements([...own, ...(plus ?? []).flatMap((name) => frame.field(name)).map(Number)], source);
  }
  const single = Array.isArray(value) ? value[index as number] : value;
  if (typeof single !== 'number' && typeof single !== 'bigint') return Number.NaN;
  const raw = Number(single);
  if (as === 'standard-mode') return standardMode(frame);
  if (atMost !== undefined && raw > atMost) return Number.NaN;
  if (within !== undefined && !(raw >= numberOf(frame, within[0]) && raw <= numberOf(frame, within[1])))
    return Number.NaN;
  const bits = both === undefined ? raw : (raw & numberOf(frame, both)) >>> 0;
  if (mask === undefined) return bits;
  const lowest = mask & -mask;
  return ((bits & mask) >>> 0) / lowest;
}

function numberOf(frame: MavlinkFrame, name: string): number {
  return Number(frame.field(name));
}

/** NaN where all are absent, where one says that the array holds something else, and for the lowest of fewer than two. */
function ofElements(elements: number[], { absent = [], take, atMost }: MavlinkSource): number {
  const present = elements.filter((n) => !Number.isNaN(n) && !absent.includes(n));
  if (present.length === 0) return Number.NaN;
  if (atMost !== undefined && present.some((n) => n > atMost)) return Number.NaN;
  if (take === 'lowest') return present.length < 2 ? Number.NaN : Math.min(...present);
  return present.reduce((a, b) => a + b, 0);
}
