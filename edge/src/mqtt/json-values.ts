/**
 * Reads a device's JSON payload by the paths of its profile. What is not sent is left out; what is sent and is not as
 * the profile says is refused, naming the place and what was expected there.
 */
import { channelKey, type JsonProfile, type KarezError, scaleRaw } from '@karez/model';
import { isoTimeMs } from './iso-time.ts';
import { at, describe, invalid, type Message, messageOfJson, numberOf, parseJson } from './json-path.ts';

export interface JsonReading {
  channels: number[];
  values: number[];
  timeMs?: number;
  counter?: number;
  /** Elements that were sent and that the profile does not know, e.g. `soil[d=20]`. */
  unread: string[];
}

/** How a message writes what stands in it. */
type Writing = Pick<JsonProfile, 'timePath' | 'timeUnit' | 'numbersAsText' | 'absentTexts'>;

/**
 * Values of the channels that the payload has.
 * @throws KarezError PAYLOAD_INVALID naming the path and what was expected there.
 */
export function readJson(profile: JsonProfile, bytes: Uint8Array): JsonReading {
  const payload = parseJson(bytes);
  const isList = profile.channels.some((channel) => /^\[(?!")/.test(channel.path));
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload) !== isList)
    throw invalid('the payload', `must be ${isList ? 'a list' : 'an object'}, not ${describe(payload)}`);
  return readItem(profile, payload);
}

/**
 * The same of a payload that is JSON already, such as one of several devices in a message.
 * @param root the whole message, for paths that begin with `$.`.
 */
export function readItem(profile: JsonProfile, item: unknown, root: unknown = item): JsonReading {
  const message = messageOfJson(item, root, profile.numbersAsText);
  const reading: JsonReading = { ...readChannels(profile.channels, message, profile.absentTexts), unread: [] };
  if (reading.channels.length === 0)
    throw invalid('the payload', `has none of ${profile.channels.map((c) => c.path).join(', ')}`);
  const time = timeAt(profile, message);
  if (time !== undefined) reading.timeMs = time;
  const counter = counterAt(profile.counterPath, message);
  if (counter !== undefined) reading.counter = counter;
  for (const [list, elements] of message.lists)
    for (const key of elements.keys()) {
      const path = `${list.slice(0, -1)}=${key}]`;
      if (!profile.channels.some((c) => c.path.replace(/^\$\./, '').startsWith(path))) reading.unread.push(path);
    }
  return reading;
}

type PathChannel = Omit<JsonProfile['channels'][number], 'path'> & { path?: string | undefined };

/** Values of those channels whose paths lead to one; channels without a path are passed over. */
export function readChannels(
  all: readonly PathChannel[],
  message: Message,
  absentTexts: readonly string[] | undefined,
): { channels: number[]; values: number[] } {
  const channels: number[] = [];
  const values: number[] = [];
  for (const [position, channel] of all.entries()) {
    if (channel.path === undefined) continue;
    const found = at(message, channel.path);
    if (found === undefined) continue;
    const isAbsent = found === null || (typeof found === 'string' && absentTexts?.includes(found) === true);
    const value = isAbsent ? Number.NaN : meant(channel, found, message.numbersAsText);
    if (value === undefined) throw noValue(channel, found);
    channels.push(position);
    values.push(scaleRaw(value, channel));
  }
  return { channels, values };
}

/** The number that is meant; undefined where none is. */
function meant({ states }: PathChannel, found: unknown, numbersAsText: boolean): number | undefined {
  if (states !== undefined && (typeof found === 'string' || typeof found === 'boolean'))
    return Object.hasOwn(states, String(found)) ? states[String(found)] : undefined;
  const value = typeof found === 'string' && numbersAsText ? numberOf(found) : found;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function noValue(channel: PathChannel, value: unknown): KarezError {
  const what = `${channel.path} (${channelKey(channel)})`;
  if (typeof value === 'number') return invalid(what, 'must be a number that is not too large to hold');
  const states = Object.keys(channel.states ?? {}).map((state) => `, "${state}"`);
  return invalid(what, `must be a number${states.join('')}, or null for an absent sensor, not ${describe(value)}`);
}

const TIMES: Record<'ms' | 's' | 'iso8601', [expected: string, toMs: (value: number | string) => number | undefined]> =
  {
    ms: ['a time in milliseconds since 1970', (value) => (typeof value === 'number' ? value : undefined)],
    s: ['a time in seconds since 1970', (value) => (typeof value === 'number' ? value * 1_000 : undefined)],
    iso8601: [
      'a time like 2026-01-01T08:00:00+08:00, with its offset',
      (value) => (typeof value === 'string' ? isoTimeMs(value) : undefined),
    ],
  };

/** The sampling time that the message tells; undefined where it tells none. */
export function timeAt({ timePath, timeUnit = 'ms', numbersAsText }: Writing, message: Message): number | undefined {
  const found = timePath === undefined ? undefined : at(message, timePath);
  if (timePath === undefined || found === undefined || found === null) return undefined;
  const [expected, toMs] = TIMES[timeUnit];
  const isNumber = timeUnit !== 'iso8601' && numbersAsText === true && typeof found === 'string';
  const ms = toMs((isNumber ? numberOf(found) : found) as number | string);
  if (ms === undefined || !Number.isFinite(ms)) throw invalid(timePath, `must be ${expected}, not ${describe(found)}`);
  return Math.round(ms);
}

function counterAt(path: string | undefined, message: Message): number | undefined {
  const found = path === undefined ? undefined : at(message, path);
  if (path === undefined || found === undefined || found === null) return undefined;
  const count = typeof found === 'string' && message.numbersAsText ? numberOf(found) : found;
  if (!Number.isSafeInteger(count) || (count as number) < 0)
    throw invalid(path, `must be a whole number from 0, not ${describe(found)}`);
  return count as number;
}
