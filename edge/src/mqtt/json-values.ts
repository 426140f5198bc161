/** Reads a device's JSON payload by the paths of its profile. */
import { channelKey, type JsonProfile, KarezError, scaleRaw } from '@karez/model';

export interface JsonReading {
  channels: number[];
  values: number[];
  timeMs?: number;
  counter?: number;
}

type Step = string | number | { key: string; equals: number };
const paths = new Map<string, Step[]>();

/** `soil[d=10].vwc` as steps: a key, an index, or the element whose key has a value. */
function stepsOf(path: string): Step[] {
  let steps = paths.get(path);
  if (steps === undefined) {
    steps = Array.from(
      path.matchAll(/([^.[\]]+)|\[(\d+)\]|\[([a-z]+)=(\d+)\]/g),
      ([, key, index, name, equals]): Step => {
        if (index !== undefined) return Number(index);
        return name !== undefined ? { key: name, equals: Number(equals) } : (key as string);
      },
    ).filter((step) => typeof step !== 'string' || !/^[a-z]+=\d+$/.test(step));
    paths.set(path, steps);
  }
  return steps;
}

/** What stands at a path; undefined where nothing does. */
export function at(payload: unknown, path: string): unknown {
  let value = payload;
  for (const step of stepsOf(path)) {
    if (value === null || typeof value !== 'object') return undefined;
    if (typeof step === 'string')
      value = Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    else if (!Array.isArray(value)) return undefined;
    else
      value =
        typeof step === 'number'
          ? value[step]
          : value.find((v) => (v as Record<string, unknown> | null)?.[step.key] === step.equals);
  }
  return value;
}

/**
 * Values of the channels that the payload has.
 * @throws KarezError PAYLOAD_INVALID naming the path and what was expected there.
 */
export function readJson(profile: JsonProfile, bytes: Uint8Array): JsonReading {
  const invalid = (where: string, expected: string): never => {
    throw new KarezError('PAYLOAD_INVALID', `${where} ${expected}`, { where });
  };
  let payload: unknown;
  try {
    payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new KarezError('PAYLOAD_INVALID', `the payload is not JSON: ${(cause as Error).message}`, {
      cause,
      where: 'payload',
    });
  }
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload))
    invalid('the payload', 'must be an object');
  const reading: JsonReading = { channels: [], values: [] };
  for (const [position, channel] of profile.channels.entries()) {
    const value = at(payload, channel.path);
    if (value === undefined) continue;
    if (value !== null && typeof value !== 'number')
      invalid(
        channel.path,
        `(${channelKey(channel)}) must be a number or null, not ${JSON.stringify(value)?.slice(0, 40)}`,
      );
    reading.channels.push(position);
    reading.values.push(value === null ? Number.NaN : scaleRaw(value as number, channel));
  }
  if (reading.channels.length === 0)
    invalid('the payload', `has none of ${profile.channels.map((c) => c.path).join(', ')}`);
  if (profile.timePath !== undefined) {
    const time = at(payload, profile.timePath);
    if (time !== undefined && time !== null) {
      if (typeof time !== 'number' || !Number.isFinite(time))
        invalid(profile.timePath, 'must be a time in milliseconds');
      reading.timeMs = Math.round(time as number);
    }
  }
  if (profile.counterPath !== undefined) {
    const counter = at(payload, profile.counterPath);
    if (counter !== undefined && counter !== null) {
      if (!Number.isSafeInteger(counter) || (counter as number) < 0)
        invalid(profile.counterPath, 'must be a whole number from 0');
      reading.counter = counter as number;
    }
  }
  return reading;
}
