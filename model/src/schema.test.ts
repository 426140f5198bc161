import Type from 'typebox';
import { expect, test } from 'vitest';
import { checker } from './schema.ts';

const port = Type.Union([
  Type.Object({ type: Type.Literal('serial'), baud: Type.Integer({ minimum: 300 }) }, { additionalProperties: false }),
  Type.Object(
    { type: Type.Literal('tcp'), host: Type.String({ pattern: '^[a-z.]+$' }) },
    { additionalProperties: false },
  ),
]);
const config = checker(
  Type.Object({ depthCm: Type.Number({ minimum: 0 }), port }, { additionalProperties: false }),
  'CONFIG_INVALID',
);

test.each([
  [{ depthCm: -1, port: { type: 'serial', baud: 9600 } }, 'depthCm must be >= 0'],
  [{ depthCm: 1 }, 'port is missing'],
  [{ depthCm: 1, port: { type: 'serial', baud: 'x' } }, 'port.baud must be integer'],
  [{ depthCm: 1, port: { type: 'serial' } }, 'port.baud is missing'],
  [{ depthCm: 1, port: { type: 'tcp', host: 'a', extra: 1 } }, 'port.extra is not a known key'],
  [{ depthCm: 1, port: { type: 'tcp', host: 'A' } }, 'port.host must match pattern "^[a-z.]+$"'],
  [{ depthCm: 1, port: { type: 'usb' } }, 'port.type must be "serial" or "tcp"'],
  [{ depthCm: Number.NaN, port: { type: 'serial', baud: 9600 } }, 'depthCm must be number'],
  [3, 'the whole value must be object'],
])('names the key and what was expected: %j', (value, message) => {
  expect(() => config.parse(value, 'farm.yaml')).toThrow(`farm.yaml: ${message}`);
});

test('a value that fits comes back frozen, all the way down', () => {
  const value = config.parse({ depthCm: 30, port: { type: 'serial', baud: 9600 } }, 'farm.yaml');
  expect(value.depthCm).toBe(30);
  expect(Object.isFrozen(value.port)).toBe(true);
});
