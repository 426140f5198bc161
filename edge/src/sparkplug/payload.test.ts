import { seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { PayloadType, sparkplug, type TestMetric } from '../testing/sparkplug-messages.ts';
import { DATATYPES, type Datatype, numberOf, readPayload, rebirthCommand } from './payload.ts';

const fromBase64 = (text: string) => readPayload(Buffer.from(text, 'base64'));
const values = (text: string) =>
  fromBase64(text).metrics.map(({ name, alias, datatype, value }) => [name, alias, value && numberOf(value, datatype)]);

describe('recorded payloads', () => {
  test('a birth of the node', () => {
    const text =
      'CNLig7n6MhINCgViZFNlcRABIAhYWBIcChROb2RlIENvbnRyb2wvUmViaXJ0aBACIAtwABIaCgtUZW1wZXJhdHVyZRBkIAppAAAAAACANUAYAA==';
    expect(values(text)).toEqual([
      ['bdSeq', 1, 88],
      ['Node Control/Rebirth', 2, 0],
      ['Temperature', 100, 21.5],
    ]);
    expect(fromBase64(text)).toMatchObject({ seq: 0, timeMs: 1_750_855_643_474 });
  });
  test.each([
    ['CNLig7n6MhINEGQgCmkAAAAAAIA2QBgB', [[undefined, 100, 22.5]], 1],
    ['CNLig7n6MhINCgViZFNlcRAAIAhYABgA', [['bdSeq', 0, 0]], 0],
    ['CNLig7n6MhINEGQgCmkAAAAAAAA7QBgF', [[undefined, 100, 27]], 5],
    ['CNLig7n6MhINEGQgCmkAAAAAAAA+QBgA', [[undefined, 100, 30]], 0],
  ])('%s', (text, expected, seq) => {
    expect(values(text)).toEqual(expected);
    expect(fromBase64(text).seq).toBe(seq);
  });
});

describe('a number is what its type says', () => {
  test.each([
    ['Int8', { value: -10 }, -10],
    // Some write a negative number in its own width.
    ['Int8', { raw: { int_value: 0xf6 } }, -10],
    ['Int16', { value: -300 }, -300],
    ['Int16', { raw: { int_value: 0xfed4 } }, -300],
    ['Int32', { value: -70_000 }, -70_000],
    ['Int64', { value: -5_000_000_000n }, -5_000_000_000],
    ['Int64', { raw: { long_value: '18446744073709551615' } }, -1],
    ['UInt8', { value: 255 }, 255],
    ['UInt16', { value: 65_535 }, 65_535],
    ['UInt32', { value: 4_294_967_295 }, 4_294_967_295],
    ['UInt32', { raw: { long_value: 4_294_967_295 } }, 4_294_967_295],
    ['Int32', { raw: { long_value: '18446744073709551606' } }, -10],
    ['UInt64', { value: 9_007_199_254_740_991n }, 9_007_199_254_740_991],
    ['UInt64', { value: 9_007_199_254_740_992n }, undefined],
    ['Int64', { value: -9_007_199_254_740_993n }, undefined],
    ['Float', { value: 0.5 }, 0.5],
    ['Double', { value: 0.1 }, 0.1],
    ['Double', { value: Number.NaN }, Number.NaN],
    ['Double', { value: Number.POSITIVE_INFINITY }, undefined],
    ['Boolean', { value: true }, 1],
    ['DateTime', { value: 1_767_225_600_123n }, 1_767_225_600_123],
    ['String', { value: '5' }, undefined],
    ['DataSet', { raw: { dataset_value: {} } }, undefined],
    ['Template', { raw: { template_value: {} } }, undefined],
    ['Bytes', { raw: { bytes_value: Buffer.from([1]) } }, undefined],
  ] as [Datatype, TestMetric, number | undefined][])('%s %o', (type, metric, expected) => {
    const [read] = readPayload(sparkplug({ metrics: [{ name: 'x', type, ...metric }] })).metrics;
    expect(read?.value && numberOf(read.value, read.datatype)).toBe(expected);
  });
});

test('flags, times and what nobody knows are read or passed over', () => {
  const bytes = sparkplug({
    ...{ at: 1_767_225_600_000, seq: 255 },
    metrics: [
      {
        name: 'a',
        at: 1_767_225_500_000,
        type: 'Int32',
        historical: true,
        isNull: true,
        raw: { metadata: { version: 'x' }, is_transient: true },
      },
    ],
  });
  // A field 99 of each way of writing.
  const strange = [0x98, 0x06, 0x05, 0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0x9a, 0x06, 2, 9, 9, 0x9d, 0x06, 1, 2, 3, 4];
  expect(readPayload(Uint8Array.of(...strange, ...bytes))).toEqual({
    ...{ timeMs: 1_767_225_600_000, seq: 255 },
    metrics: [{ name: 'a', timeMs: 1_767_225_500_000, datatype: 'Int32', isHistorical: true, isNull: true }],
  });
});

test.each([
  ['12', 'FRAME_TOO_SHORT', /^1 bytes; a value at 1 has 1/],
  ['12ff', 'FRAME_TOO_SHORT', /a value at 2 has 1/],
  ['1205', 'FRAME_TOO_SHORT', /^2 bytes; a field at 2 has 5/],
  ['12ffffffffffffffffff01', 'FRAME_TOO_SHORT', /a field at/],
  ['08ffffffffffffffffffffff', 'FRAME_MALFORMED', /does not end/],
  ['08ffffffffffffffffff01', 'FRAME_MALFORMED', 'the time is larger than any'],
  ['188002', 'FRAME_MALFORMED', 'seq must be from 0 to 255, not 256'],
  ['12022063', 'FRAME_MALFORMED', 'a metric has the type 99; there are 35'],
  ['12030a01ff', 'FRAME_MALFORMED', /is no UTF-8/],
  ['13', 'FRAME_MALFORMED', /not used any more \(3\)/],
  ['00', 'FRAME_MALFORMED', /has no number/],
  ['1203690000', 'FRAME_TOO_SHORT', /a value at 1 has 8/],
])('%s is refused: %s', (hex, code, message) => {
  expect(() => readPayload(Buffer.from(hex, 'hex'))).toThrow(
    expect.objectContaining({ code, message: typeof message === 'string' ? message : expect.stringMatching(message) }),
  );
});

test('a command for a rebirth is what protobufjs reads as one', () => {
  expect(PayloadType.toObject(PayloadType.decode(rebirthCommand(1_767_225_600_123)), { longs: Number })).toEqual({
    timestamp: 1_767_225_600_123,
    metrics: [{ name: 'Node Control/Rebirth', timestamp: 1_767_225_600_123, datatype: 11, boolean_value: true }],
  });
});

describe('beside protobufjs', () => {
  const random = seededRandom(20_261_125);
  const below = (n: number) => Math.floor(random.next() * n);
  const pick = <T>(of: readonly T[]) => of[below(of.length)] as T;
  const payload = () =>
    sparkplug({
      ...(below(2) === 0 ? { at: below(2 ** 42) } : {}),
      ...(below(3) > 0 ? { seq: below(256) } : {}),
      metrics: Array.from({ length: below(6) }, () => ({
        ...(below(2) === 0 ? { name: `m/${below(1_000)} ${'é'.repeat(below(3))}` } : {}),
        ...(below(2) === 0 ? { alias: below(2 ** 40) } : {}),
        ...(below(2) === 0 ? { at: below(2 ** 42) } : {}),
        type: pick(['Int32', 'UInt64', 'Float', 'Double', 'String'] as const),
        historical: below(4) === 0,
        isNull: below(4) === 0,
        ...(below(5) > 0 ? { value: below(2 ** 31) } : {}),
      })),
    });

  test('2,000 payloads say the same', () => {
    for (let i = 0; i < 2_000; i++) {
      const bytes = payload();
      const theirs = PayloadType.toObject(PayloadType.decode(bytes), { longs: Number }) as {
        timestamp?: number;
        seq?: number;
        metrics?: Record<string, unknown>[];
      };
      const ours = readPayload(bytes);
      expect(ours.timeMs).toBe(theirs.timestamp);
      expect(ours.seq).toBe(theirs.seq);
      expect(ours.metrics.map((m) => [m.name, m.alias, m.timeMs, m.isHistorical, m.isNull, m.datatype])).toEqual(
        (theirs.metrics ?? []).map((m) => [
          ...[
            m.name,
            m.alias,
            m.timestamp,
            m.is_historical ?? false,
            m.is_null ?? false,
            DATATYPES[m.datatype as number],
          ],
        ]),
      );
      const number = (m: Record<string, unknown>) => m.int_value ?? m.long_value ?? m.float_value ?? m.double_value;
      expect(ours.metrics.map(({ value, datatype }) => value && numberOf(value, datatype))).toEqual(
        (theirs.metrics ?? []).map(number),
      );
    }
  });

  test('20,000 damaged payloads: each is read or refused in words', () => {
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = payload();
      const at = below(bytes.length + 1);
      const scrap = Uint8Array.from({ length: below(5) }, () => below(256));
      const damaged = Uint8Array.of(...bytes.subarray(0, at), ...scrap, ...bytes.subarray(at + below(4)));
      try {
        readPayload(damaged);
      } catch (error) {
        expect(error).toMatchObject({ name: 'KarezError', code: expect.stringMatching(/^FRAME_/) });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1_000);
  });
});
