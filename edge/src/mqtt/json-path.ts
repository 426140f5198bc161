/**
 * What stands at a path of a JSON message. What is not sent is undefined; where something else than the path expects stands
 * on the way, that place is named.
 */
import { KarezError } from '@karez/model';

/** A key of an object, an element by its number, or the element whose key has a value. */
type Step = (
  | { kind: 'key'; key: string }
  | { kind: 'index'; index: number }
  | { kind: 'match'; key: string; equals: number | string; list: string }
) & {
  /** What stands before it, for messages. */
  place: string;
};

/** A message with what is looked for in it. */
export interface Message {
  /** Where paths begin. */
  item: unknown;
  /** Where paths with `$.` begin: the whole message that the item was part of. */
  root: unknown;
  numbersAsText: boolean;
  /** Lists whose elements are found by a key: by the list's place, then by the key's value. */
  lists: Map<string, Map<number | string, unknown>>;
}

export function messageOfJson(item: unknown, root: unknown = item, numbersAsText = false): Message {
  return { item, root, numbersAsText, lists: new Map() };
}

const STEPS = /\[(\d+)\]|\["([^"]+)"\]|\[([A-Za-z_][\w-]*)=([^\]]+)\]|([^.[\]"]+)/g;
const paths = new Map<string, Step[]>();

/** `soil[d=10].vwc` as steps. */
function stepsOf(path: string): Step[] {
  let steps = paths.get(path);
  if (steps === undefined) {
    steps = [...path.matchAll(STEPS)].map((match): Step => {
      const [, index, quoted, name, equals, key] = match;
      const place = path.slice(0, match.index).replace(/\.$/, '');
      if (index !== undefined) return { kind: 'index', index: Number(index), place };
      if (name === undefined) return { kind: 'key', key: (quoted ?? key) as string, place };
      const value = /^\d+$/.test(equals as string) ? Number(equals) : (equals as string);
      return { kind: 'match', key: name, equals: value, list: `${place}[${name}]`, place };
    });
    paths.set(path, steps);
  }
  return steps;
}

/** What stands at a path; undefined where nothing was sent. Throws PAYLOAD_INVALID where something else stands on the way. */
export function at(message: Message, path: string): unknown {
  const isFromRoot = path.startsWith('$.');
  let value = isFromRoot ? message.root : message.item;
  for (const step of stepsOf(isFromRoot ? path.slice(2) : path)) {
    if (value === undefined || value === null) return undefined;
    if (step.kind === 'key') value = ownKey(value, step.key, step.place);
    else if (step.kind === 'match') value = byKey(value, step, message).get(step.equals);
    else value = listAt(value, step.place)[step.index];
  }
  return value;
}

/** A list, or PAYLOAD_INVALID naming its place. */
export function listAt(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(place || 'the payload', `must be a list, not ${describe(value)}`);
  return value;
}

function ownKey(value: unknown, key: string, place: string): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalid(place || 'the payload', `must be an object, not ${describe(value)}`);
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function byKey(
  value: unknown,
  step: Extract<Step, { kind: 'match' }>,
  { lists, numbersAsText }: Message,
): Map<number | string, unknown> {
  let elements = lists.get(step.list);
  if (elements !== undefined) return elements;
  const { key, place, equals } = step;
  elements = new Map();
  for (const [i, element] of listAt(value, place).entries()) {
    const found = ownKey(element, key, `${place}[${i}]`);
    const name = typeof equals === 'number' && numbersAsText && typeof found === 'string' ? numberOf(found) : found;
    if (typeof name !== typeof equals || name === undefined) {
      const kind = typeof equals === 'number' ? 'a number' : 'a text';
      throw invalid(`${place}[${i}].${key}`, `must be ${kind}, not ${describe(found)}`);
    }
    const known = name as number | string;
    if (elements.has(known))
      throw invalid(`${place}[${i}].${key}`, `must differ from the others; ${known} stands twice`);
    elements.set(known, element);
  }
  lists.set(step.list, elements);
  return elements;
}

/** A number from its text; undefined where it is none. */
export function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}

export function invalid(where: string, expected: string): KarezError {
  return new KarezError('PAYLOAD_INVALID', `${where} ${expected}`, { where });
}

/** For a message; never as long or as deep as what came in. */
export function describe(value: unknown): string {
  if (value === undefined) return 'left out';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON from bytes. Throws PAYLOAD_INVALID. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    const message = `the payload is not JSON: ${(cause as Error).message}`;
    throw new KarezError('PAYLOAD_INVALID', message, { cause, where: 'the payload' });
  }
}
