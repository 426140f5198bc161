import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAck } from './ack.ts';
import { Ack } from './catalog.ts';
import { checker } from './schema.ts';

const schema = checker(Ack, 'PAYLOAD_INVALID');
const takes = (value: unknown): boolean => {
  try {
    readAck(JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

const seq = fc.integer({ min: 1, max: 2 ** 53 - 1 });
const good = fc.record(
  {
    ...{ v: fc.constant(1), epoch: fc.constant('0a1b2c3d'), timeMs: fc.nat(), echoMs: fc.nat() },
    watched: fc.constant(true),
    acked: fc.array(fc.tuple(seq, seq), { maxLength: 3 }),
    refused: fc.array(fc.record({ first: seq, last: seq, code: fc.string(), reason: fc.string() }), { maxLength: 2 }),
    retry: fc.array(fc.record({ first: seq, last: seq, code: fc.string(), afterMs: fc.nat() }), { maxLength: 2 }),
  },
  { requiredKeys: ['v', 'epoch', 'timeMs', 'acked', 'refused', 'retry'] },
);
/** Something else in one place, at any depth. */
const odd = fc.constantFrom(null, -1, 0.5, 'x', [], {}, [[1]], [[1, 2, 3]], [{ first: 1 }], 2 ** 60, true, undefined);

/** A copy with the value at a random path replaced, or a key added. */
function spoil(value: unknown, choices: number[], replacement: unknown): unknown {
  const [choice = 0, ...rest] = choices;
  if (value === null || typeof value !== 'object' || choice % 5 === 0) return replacement;
  if (Array.isArray(value)) {
    if (value.length === 0) return [replacement];
    const at = choice % value.length;
    return value.map((item, i) => (i === at ? spoil(item, rest, replacement) : item));
  }
  if (choice % 7 === 1) return { ...value, extra: replacement };
  const keys = Object.keys(value);
  const key = keys[choice % keys.length] as string;
  return { ...value, [key]: spoil((value as Record<string, unknown>)[key], rest, replacement) };
}

test('takes what the schema takes, and nothing else', () => {
  fc.assert(
    fc.property(good, (ack) => {
      expect(schema.problems(JSON.parse(JSON.stringify(ack)))).toEqual([]);
      expect(readAck(JSON.stringify(ack))).toEqual(JSON.parse(JSON.stringify(ack)));
    }),
    { seed: 4, numRuns: 200 },
  );
  let refused = 0;
  fc.assert(
    fc.property(good, fc.array(fc.nat(100), { minLength: 4, maxLength: 4 }), odd, (ack, choices, replacement) => {
      const spoilt: unknown = JSON.parse(JSON.stringify(spoil(ack, choices, replacement)) ?? 'null');
      const fits = schema.problems(spoilt).length === 0;
      if (!fits) refused++;
      expect(takes(spoilt), JSON.stringify(spoilt)).toBe(fits);
    }),
    { seed: 4, numRuns: 2_000 },
  );
  expect(refused).toBeGreaterThan(500);
});

test('names the key and what was expected', () => {
  const ack = { v: 1, epoch: '0a1b2c3d', acked: [[1, 2]], refused: [], retry: [], timeMs: 1 };
  expect(() => readAck('{')).toThrow('not JSON');
  expect(() => readAck(JSON.stringify({ ...ack, acked: [[0, 2]] }))).toThrow('acked.0 must be [first, last]');
  expect(() => readAck(JSON.stringify({ ...ack, more: 1 }))).toThrow('more is not a known key');
  expect(() => readAck(JSON.stringify({ ...ack, retry: [{ first: 1, last: 2, code: 'BUSY' }] }))).toThrow(
    'retry.0.afterMs must be milliseconds',
  );
});
