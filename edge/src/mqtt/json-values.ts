/**
 * Reads a device's JSON payload by the paths of its profile. What is not sent is left out; what is sent and is not as
 * the profile says is refused, naming the place and what was expected there.
 */
import { channelKey, type JsonProfile, KarezError, scaleRaw } from '@karez/model';

export interface JsonReading {
  channels: number[];
  values: number[];
  timeMs?: number;
  counter?: number;
  /** Elements that were sent and that the profile does not know, e.g. `soil[d=20]`. */
  unread: string[];
}

/** A key of an object, an element by its number, or the element whose key has a value. */
type Step = (
  | { kind: 'key'; key: string }
  | { kind: 'index'; index: number }
  | { kind: 'match'; key: string; equals: number; list: string }
) & {
  /** What stands before it, for messages. */
  place: string;
};
const paths = new Map<string, Step[]>();

/** `soil[d=10].vwc` as steps. */
function stepsOf(path: string): Step[] {
  let steps = paths.get(path);
  if (steps === undefined) {
    steps = [...path.matchAll(/\[(\d+)\]|\[([a-z]+)=(\d+)\]|([^.[\]]+)/g)].map((match): Step => {
      const [, index, name, equals, key] = match;
      const place = path.slice(0, match.index).replace(/\.$/, '');
      if (index !== undefined) return { kind: 'index', index: Number(index), place };
      if (name === undefined) return { kind: 'key', key: key as string, place };
      return { kind: 'match', key: name, equals: Number(equals), list: `${place}[${name}]`, place };
    });
    paths.set(path, steps);
  }
  return steps;
}

/** Lists of one payload whose elements are found by a key: by the list's place, then by the key's value. */
type Lists = Map<string, Map<number, unknown>>;

/** What stands at a path; undefined where nothing was sent. Throws PAYLOAD_INVALID where something else stands on the way. */
function at(payload: unknown, path: string, lists: Lists): unknown {
  let value = payload;
  for (const step of stepsOf(path)) {
    if (value === undefined || value === null) return undefined;
    if (step.kind === 'key') value = ownKey(value, step.key, step.place);
    else if (step.kind === 'match') value = byKey(value, step, lists).get(step.equals);
    else {
      if (!Array.isArray(value)) throw invalid(step.place, `must be a list, not ${describe(value)}`);
      value = value[step.index];
    }
  }
  return value;
}

function ownKey(value: unknown, key: string, place: string): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalid(place, `must be an object, not ${describe(value)}`);
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function byKey(list: unknown, step: Extract<Step, { kind: 'match' }>, lists: Lists): Map<number, unknown> {
  let elements = lists.get(step.list);
  if (elements !== undefined) return elements;
  const { key, place } = step;
  if (!Array.isArray(list)) throw invalid(place, `must be a list, not ${describe(list)}`);
  elements = new Map();
  for (let i = 0; i < list.length; i++) {
    const value = ownKey(list[i], key, `${place}[${i}]`);
    if (typeof value !== 'number') throw invalid(`${place}[${i}].${key}`, `must be a number, not ${describe(value)}`);
    if (elements.has(value))
      throw invalid(`${place}[${i}].${key}`, `must differ from the others; ${value} stands twice`);
    elements.set(value, list[i]);
  }
  lists.set(step.list, elements);
  return elements;
}

function invalid(where: string, expected: string): KarezError {
  return new KarezError('PAYLOAD_INVALID', `${where} ${expected}`, { where });
}

/** For a message; never as long or as deep as what came in. */
function describe(value: unknown): string {
  if (value === undefined) return 'left out';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}

/**
 * Values of the channels that the payload has.
 * @throws KarezError PAYLOAD_INVALID naming the path and what was expected there.
 */
export function readJson(profile: JsonProfile, bytes: Uint8Array): JsonReading {
  const payload = parse(bytes);
  const lists: Lists = new Map();
  const reading: JsonReading = { channels: [], values: [], unread: [] };
  for (const [position, channel] of profile.channels.entries()) {
    const value = at(payload, channel.path, lists);
    if (value === undefined) continue;
    if (value !== null && (typeof value !== 'number' || !Number.isFinite(value))) throw noValue(channel, value);
    reading.channels.push(position);
    reading.values.push(value === null ? Number.NaN : scaleRaw(value, channel));
  }
  if (reading.channels.length === 0)
    throw invalid('the payload', `has none of ${profile.channels.map((c) => c.path).join(', ')}`);
  const time = numberAt(profile.timePath, payload, lists, 'a time in milliseconds since 1970', Number.isFinite);
  if (time !== undefined) reading.timeMs = Math.round(time);
  const isCount = (n: number) => Number.isSafeInteger(n) && n >= 0;
  const counter = numberAt(profile.counterPath, payload, lists, 'a whole number from 0', isCount);
  if (counter !== undefined) reading.counter = counter;
  for (const [list, elements] of lists)
    for (const key of elements.keys()) {
      const path = `${list.slice(0, -1)}=${key}]`;
      if (!profile.channels.some((c) => c.path.startsWith(path))) reading.unread.push(path);
    }
  return reading;
}

function noValue(channel: JsonProfile['channels'][number], value: unknown): KarezError {
  const what = `${channel.path} (${channelKey(channel)})`;
  if (typeof value === 'number') return invalid(what, 'must be a number that is not too large to hold');
  return invalid(what, `must be a number, or null for an absent sensor, not ${describe(value)}`);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: Uint8Array): unknown {
  let payload: unknown;
  try {
    payload = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    const message = `the payload is not JSON: ${(cause as Error).message}`;
    throw new KarezError('PAYLOAD_INVALID', message, { cause, where: 'the payload' });
  }
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload))
    throw invalid('the payload', `must be an object, not ${describe(payload)}`);
  return payload;
}

function numberAt(
  path: string | undefined,
  payload: unknown,
  lists: Lists,
  expected: string,
  fits: (n: number) => boolean,
): number | undefined {
  const value = path === undefined ? undefined : at(payload, path, lists);
  if (path === undefined || value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !fits(value)) throw invalid(path, `must be ${expected}, not ${describe(value)}`);
  return value;
}
