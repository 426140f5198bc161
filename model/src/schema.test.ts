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

const mark = Type.Union([Type.Literal('even'), Type.Literal('odd')]);
const line = Type.Union([
  Type.Object(
    {
      type: Type.Literal('bus'),
      port: Type.Union([
        Type.Object({ serial: Type.String(), parity: Type.Optional(mark) }, { additionalProperties: false }),
        Type.Object(
          { tcp: Type.String({ pattern: '^.+:[0-9]+$', description: 'Host:port.' }) },
          { additionalProperties: false },
        ),
      ]),
    },
    { additionalProperties: false },
  ),
  Type.Object({ type: Type.Literal('radio'), ids: Type.Array(Type.Integer()) }, { additionalProperties: false }),
]);
const lines = checker(Type.Object({ lines: Type.Array(line) }), 'CONFIG_INVALID');

test.each([
  [[{ type: 'bus', port: { serial: 5 } }], 'lines.0.port.serial must be string'],
  [[{ type: 'bus', port: { serial: 'x', parity: 'e' } }], 'lines.0.port.parity must be "even" or "odd"'],
  [[{ type: 'bus', port: { tcp: 'x' } }], 'lines.0.port.tcp must be host:port'],
  [[{ type: 'bus', port: { tcp: 'x:1', parity: 'odd' } }], 'lines.0.port.parity is not a known key'],
  [[{ type: 'bus', port: {} }], 'lines.0.port.serial is missing'],
  [[{ type: 'bus', port: '/dev/x' }], 'lines.0.port must be object'],
  [
    [
      { type: 'bus', port: { serial: 'x' } },
      { type: 'radio', ids: [1, 'a'] },
    ],
    'lines.1.ids.1 must be integer',
  ],
  [[{ type: 'radio', ids: Array.from({ length: 300 }, (_, i) => (i === 299 ? 'a' : i)) }], 'lines.0.ids.299 must be'],
  [[{ type: 'can' }], 'lines.0.type must be "bus" or "radio"'],
  [[7], 'lines.0 must be object'],
])('of a union it tells what was most likely meant: %j', (value, message) => {
  expect(() => lines.parse({ lines: value }, 'farm.yaml')).toThrow(`farm.yaml: ${message}`);
});

test('a value that fits comes back frozen, all the way down', () => {
  const value = config.parse({ depthCm: 30, port: { type: 'serial', baud: 9600 } }, 'farm.yaml');
  expect(value.depthCm).toBe(30);
  expect(Object.isFrozen(value.port)).toBe(true);
});
