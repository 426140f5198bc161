/**
 * Reads a message on `command` without its schema's compiler, which a gateway has no memory for (ack.ts). What the schema
 * `CommandMessage` takes, this takes, and nothing else; a test holds them together.
 */
import { KarezError } from '../errors.ts';
import { isId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import type { CommandMessage } from './command.ts';

type Fields = Record<string, unknown>;

const SET = ['v', 'kind', 'number', 'actuator', 'value', 'runS', 'issuedMs', 'expiresMs'];
const STOP = ['v', 'kind', 'stopped'];

/** @throws KarezError PAYLOAD_INVALID naming the key and what was expected. */
export function readCommand(text: string): CommandMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KarezError('PAYLOAD_INVALID', 'command: the message is not JSON', { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return fail('', 'must be an object');
  const message = value as Fields;
  if (message.v !== 1) fail('v', 'must be 1');
  if (message.kind !== 'set' && message.kind !== 'stop') fail('kind', 'must be set or stop');
  const known = message.kind === 'set' ? SET : STOP;
  const extra = Object.keys(message).find((key) => !known.includes(key));
  if (extra !== undefined) fail(extra, 'is not a known key');
  if (message.kind === 'stop') {
    if (typeof message.stopped !== 'boolean') fail('stopped', 'must be true or false');
    return message as CommandMessage;
  }
  whole(message, 'number', 1, LIMITS.commandNumber);
  if (typeof message.actuator !== 'string' || !isId(message.actuator)) fail('actuator', 'must be an id');
  whole(message, 'value', 0, 100);
  if (message.runS !== null) whole(message, 'runS', 1, LIMITS.longestRunS);
  whole(message, 'issuedMs', 0, Number.MAX_SAFE_INTEGER);
  whole(message, 'expiresMs', 0, Number.MAX_SAFE_INTEGER);
  return message as CommandMessage;
}

function whole(message: Fields, key: string, least: number, most: number): void {
  const value = message[key];
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
    fail(key, `must be a whole number from ${least} to ${most}`);
}

function fail(key: string, expected: string): never {
  throw new KarezError('PAYLOAD_INVALID', `command: ${key === '' ? 'the whole value' : key} ${expected}`, {
    where: key,
  });
}
