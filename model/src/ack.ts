/**
 * Reads an acknowledgement without its schema's compiler, which a gateway has no memory for. What the schema `Ack`
 * (catalog.ts) takes, this takes, and nothing else; a test holds them together.
 */
import type { Ack } from './catalog.ts';
import { KarezError } from './errors.ts';

type Fields = Record<string, unknown>;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSeq = (value: unknown): value is number => isCount(value) && value >= 1;

/** @throws KarezError PAYLOAD_INVALID naming the key and what was expected. */
export function readAck(text: string): Ack {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KarezError('PAYLOAD_INVALID', 'acknowledgement: the message is not JSON', { cause });
  }
  const ack = fields(value, '', ['v', 'epoch', 'acked', 'refused', 'retry', 'timeMs', 'echoMs', 'watched']);
  if (ack.v !== 1) fail('v', 'must be 1');
  if (typeof ack.epoch !== 'string' || !/^[0-9a-f]{8}$/.test(ack.epoch)) fail('epoch', 'must be 8 hexadecimal digits');
  if (!isCount(ack.timeMs)) fail('timeMs', 'must be UTC milliseconds');
  if (ack.echoMs !== undefined && !isCount(ack.echoMs)) fail('echoMs', 'must be milliseconds');
  if (ack.watched !== undefined && ack.watched !== true) fail('watched', 'must be true, or left out');
  list(ack.acked, 'acked', (range, key) => {
    if (!Array.isArray(range) || range.length !== 2 || !range.every(isSeq)) fail(key, 'must be [first, last]');
  });
  list(ack.refused, 'refused', (item, key) => {
    const { first, last, code, reason } = fields(item, key, ['first', 'last', 'code', 'reason']);
    checkRange(first, last, key);
    if (typeof code !== 'string') fail(`${key}.code`, 'must be a text');
    if (typeof reason !== 'string') fail(`${key}.reason`, 'must be a text');
  });
  list(ack.retry, 'retry', (item, key) => {
    const { first, last, code, afterMs } = fields(item, key, ['first', 'last', 'code', 'afterMs']);
    checkRange(first, last, key);
    if (typeof code !== 'string') fail(`${key}.code`, 'must be a text');
    if (!isCount(afterMs)) fail(`${key}.afterMs`, 'must be milliseconds');
  });
  return ack as unknown as Ack;
}

function checkRange(first: unknown, last: unknown, key: string): void {
  if (!isSeq(first)) fail(`${key}.first`, 'must be a sequence number');
  if (!isSeq(last)) fail(`${key}.last`, 'must be a sequence number');
}

/** An object with no other keys than `known`. */
function fields(value: unknown, key: string, known: readonly string[]): Fields {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) fail(key, 'must be an object');
  const extra = Object.keys(value as Fields).find((name) => !known.includes(name));
  if (extra !== undefined) fail(key === '' ? extra : `${key}.${extra}`, 'is not a known key');
  return value as Fields;
}

function list(value: unknown, key: string, each: (item: unknown, key: string) => void): void {
  if (!Array.isArray(value)) fail(key, 'must be a list');
  for (const [i, item] of (value as unknown[]).entries()) each(item, `${key}.${i}`);
}

function fail(key: string, expected: string): never {
  throw new KarezError('PAYLOAD_INVALID', `acknowledgement: ${key === '' ? 'the whole value' : key} ${expected}`, {
    where: key,
  });
}
