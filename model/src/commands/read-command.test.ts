/** The hand-written reader takes what the schema takes, and nothing else. */
import { expect, test } from 'vitest';
import { checker } from '../schema.ts';
import { CommandMessage } from './command.ts';
import { readCommand } from './read-command.ts';

const bySchema = checker(CommandMessage, 'PAYLOAD_INVALID');
const SET = { v: 1, kind: 'set', number: 7, actuator: 'v-1', value: 100, runS: 60, issuedMs: 1, expiresMs: 2 };
const STOP = { v: 1, kind: 'stop', stopped: true };
const ODD = [undefined, null, -1, 0, 1, 1.5, 100, 101, 1e14, 86_401, 'a', 'A b', '', [], {}, true, Number.MAX_VALUE];

test('as the schema, key by key', () => {
  const messages: object[] = [SET, STOP, { ...SET, more: 1 }, { ...STOP, more: 1 }];
  for (const message of [SET, STOP] as Record<string, unknown>[])
    for (const key of Object.keys(message)) for (const value of ODD) messages.push({ ...message, [key]: value });
  let taken = 0;
  for (const message of messages) {
    const text = JSON.stringify(message);
    let isSound = true;
    try {
      bySchema.parse(JSON.parse(text), 'command');
    } catch {
      isSound = false;
    }
    if (isSound) {
      taken++;
      expect(readCommand(text)).toEqual(JSON.parse(text));
    } else expect(() => readCommand(text), text).toThrow(/command: /);
  }
  expect(taken).toBeGreaterThan(10);
});

test('errors name the key and what was expected', () => {
  expect(() => readCommand('{')).toThrow('not JSON');
  expect(() => readCommand('[]')).toThrow('the whole value must be an object');
  expect(() => readCommand(JSON.stringify({ ...SET, value: 101 }))).toThrow(
    'value must be a whole number from 0 to 100',
  );
  expect(() => readCommand(JSON.stringify({ ...STOP, kind: 'go' }))).toThrow('kind must be set or stop');
});
