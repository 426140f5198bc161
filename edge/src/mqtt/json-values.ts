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

/** A key of an object, an element by its number, or the element whose `key` has a value. */
type Step = { key: string } | { index: number } | { key: string; equals: number };
const paths = new Map<string, Step[]>();

/** `soil[d=10].vwc` as steps. */
function stepsOf(path: string): Step[] {
  let steps = paths.get(path);
  if (steps === undefined) {
    steps = [...path.matchAll(/\[(\d+)\]|\[([a-z]+)=(\d+)\]|([^.[\]]+)/g)].map(([, index, name, equals, key]): Step => {
      if (index !== undefined) return { index: Number(index) };
      return name !== undefined ? { key: name, equals: Number(equals) } : { key: key as string };
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
  let place = '';
  for (const step of stepsOf(path)) {
    if (value === undefined || value === null) return undefined;
    if ('equals' in step) {
      value = byKey(value, step.key, place, lists).get(step.equals);
      place += `[${step.key}=${step.equals}]`;
    } else if ('index' in step) {
      if (!Array.isArray(value)) throw invalid(place, `must be a list, not ${describe(value)}`);
      value = value[step.index];
      place += `[${step.index}]`;
    } else {
      value = ownKey(value, step.key, place);
      place += place === '' ? step.key : `.${step.key}`;
    }
  }
  return value;
}

function ownKey(value: unknown, key: string, place: string): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalid(place, `must be an object, not ${describe(value)}`);
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function byKey(list: unknown, key: string, place: string, lists: Lists): Map<number, unknown> {
  const name = `${place}[${key}]`;
  let elements = lists.get(name);
  if (elements !== undefined) return elements;
  if (!Array.isArray(list)) throw invalid(place, `must be a list, not ${describe(list)}`);
  elements = new Map();
  for (const [i, element] of list.entries()) {
    const value = ownKey(element, key, `${place}[${i}]`);
    if (typeof value !== 'number') throw invalid(`${place}[${i}].${key}`, `must be a number, not ${describe(value)}`);
    if (elements.has(value))
      throw invalid(`${place}[${i}].${key}`, `must differ from the others; ${value} stands twice`);
    elements.set(value, element);
  }
  lists.set(name, elements);
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
    const what = `${channel.path} (${channelKey(channel)})`;
    if (value !== null && typeof value !== 'number')
      throw invalid(what, `must be a number, or null for an absent sensor, not ${describe(value)}`);
    if (value !== null && !Number.isFinite(value))
      throw invalid(what, 'must be a number that is not too large to hold');
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
      const path = list.replace(/\]$/, `=${key}]`);
      if (!profile.channels.some((c) => c.path.startsWith(path))) reading.unread.push(path);
    }
  return reading;
}

function parse(bytes: Uint8Array): unknown {
  let payload: unknown;
  try {
    payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
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
