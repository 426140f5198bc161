import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { QUALITY, type Reading, toColumns, toRows } from '../reading.ts';
import { firstOf, SEGMENT_SIZE } from '../sequence.ts';
import { farmRows, kindsOfValues, sampledRows } from '../testing/index.ts';
import { decodeBatch, encodeAs, encodeBatch, peekBatch } from './batch.ts';
import { layOut } from './layout.ts';
import { PLAIN, SCALE } from './scale.ts';

const AT = { farm: 'farm', gateway: 'gw-1' };
const EPOCH = '00ff10a5';
const encode = (rows: Reading[]) => encodeBatch(toColumns(rows), { ...AT, epoch: EPOCH });
const decode = (bytes: Uint8Array) => decodeBatch(bytes, AT);

/** Asserts that the rows come back, minus zero and all. */
function expectBack(rows: Reading[]): void {
  const back = decode(encode(rows));
  const got = toRows(back.readings);
  expect(got.length).toBe(rows.length);
  const wrong = got.findIndex((row, i) => {
    const want = rows[i] as Reading;
    return !(['seq', 'timeMs', 'channel', 'quality', 'value'] as const).every((key) => Object.is(row[key], want[key]));
  });
  if (wrong >= 0) expect(got[wrong]).toEqual(rows[wrong]);
  expect(wrong).toBe(-1);
  expect(back).toMatchObject({ epoch: EPOCH, firstSeq: rows[0]?.seq, lastSeq: rows.at(-1)?.seq });
}

/** Rows with rising sequence numbers and anything else that a batch may hold. */
const anyRows = fc
  .array(
    fc.record({
      gap: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 1e9 })),
      timeMs: fc.oneof(fc.integer({ min: 1.7e12, max: 1.7e12 + 5000 }), fc.integer({ min: 0, max: 2 ** 49 })),
      channel: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 65_535 })),
      value: fc.oneof(
        fc.integer({ min: -400, max: 4000 }).map((n) => n / 10),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(0, -0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53, 2 ** 50 - 1, 2 ** 50, 0.1 + 0.2),
      ),
      quality: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 63 })),
    }),
    { minLength: 1, maxLength: 300 },
  )
  .map((rows) => {
    let seq = 0;
    return rows.map(({ gap, ...row }): Reading => {
      seq += gap;
      return { seq, ...row, value: row.quality & QUALITY.ABSENT ? Number.NaN : row.value };
    });
  });

/** Two samples or more of `later[0].length` channels: the same value for all, then these. */
function alike(first: number, later: number[][]): Reading[] {
  const samples = [(later[0] as number[]).map(() => first), ...later];
  return samples.flatMap((values, t) =>
    values.map((value, c) => ({
      ...{ seq: t * values.length + c + 1, timeMs: 1.7e12 + t * 1000, channel: c + 1, value, quality: 0 },
    })),
  );
}

/** Any double, more often one of few digits and any magnitude. */
const anyValue = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc
    .tuple(fc.integer({ min: -(10 ** 7), max: 10 ** 7 }), fc.integer({ min: -16, max: 12 }))
    .map(([n, e]) => n * 10 ** e),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 15 })).map(([n, d]) => n / 10 ** d),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);

const alikeRows = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.oneof(fc.constantFrom(0, -0, 0.1, 25, 4.1e-13), anyValue))
  .chain(([width, first]) => {
    const sample = fc.array(anyValue, { minLength: width, maxLength: width });
    return fc.array(sample, { minLength: 1, maxLength: 4 }).map((later) => alike(first, later));
  });

describe('a round trip', () => {
  test('gives back every reading to the last bit', () => {
    fc.assert(fc.property(anyRows, expectBack), { numRuns: 300, seed: 1 });
  });

  test.each<[string, Reading[]]>([
    ['0.1, then one of more digits', alike(0.1, [[0.279789553116714, 2.2164572189676]])],
    ['4.1e-13, then a larger one', alike(4.1e-13, [[1e-15, -4.249]])],
  ])('of channels that begin alike: %s', (_, rows) => expectBack(rows));

  test('of any channels that begin alike', () => {
    fc.assert(fc.property(alikeRows, expectBack), { numRuns: 4000, seed: 1 });
  });

  test('is not lost to a scale that was chosen wrongly', () => {
    const rows = alike(1, [
      [20, 21.5, 3],
      [20.25, 21.5, 3],
    ]);
    const readings = toColumns(rows);
    const layout = layOut(readings);
    layout.plans.scale.fill(PLAIN);
    layout.plans.largest.fill(1);
    const bytes = encodeAs(layout, readings, { ...AT, epoch: EPOCH });
    expect(layout.plans.scale.slice(0, 3).map(({ kind }) => kind)).toEqual([SCALE.RAW, SCALE.RAW, SCALE.DECIMAL]);
    expect(toRows(decode(bytes).readings)).toEqual(rows);
  });

  test('of a farm is small', () => {
    const rows = farmRows(1000);
    expectBack(rows);
    expect(encode(rows).length / rows.length).toBeLessThan(0.7);
  });

  test.each(Object.entries(kindsOfValues()))('of %s, alone and in blocks', (_, { next, most }) => {
    const rows = sampledRows(36, 20, next);
    expectBack(rows);
    expectBack(rows.slice(0, 1));
    expectBack(rows.slice(0, 20));
    const hour = rows.slice(0, 240);
    expect(encode(hour).length / hour.length).toBeLessThan(most);
  });

  const good: Reading = { seq: 1, timeMs: 1.7e12, channel: 1, value: 1, quality: 0 };

  test.each([1, 2, SEGMENT_SIZE, SEGMENT_SIZE + 1, firstOf(17) + 5e6, 2 ** 53 - 2])('starts from number %d', (seq) => {
    expectBack([{ ...good, seq }]);
    expectBack([
      { ...good, seq },
      { ...good, seq: 2 ** 53 - 1 },
    ]);
  });

  test.each([0, 1, 86_399_999, 86_400_000, 1_577_836_799_999, 1_577_836_800_000, 4e12, 2 ** 50 - 1])(
    'holds time %d',
    (timeMs) => {
      expectBack([{ ...good, timeMs }]);
      expectBack([
        { ...good, timeMs: 1.75e12 },
        { ...good, seq: 2, timeMs },
      ]);
      expectBack([
        { ...good, timeMs },
        { ...good, seq: 2, timeMs: 1.75e12 },
      ]);
    },
  );

  test('works at the largest size, and not one above', () => {
    const rows = Array.from(
      { length: LIMITS.batchReadings },
      (_, i): Reading => ({ seq: i + 1, timeMs: i, channel: 1, value: i, quality: 0 }),
    );
    expect(decode(encode(rows)).readings.count).toBe(LIMITS.batchReadings);
    expect(() => encode([...rows, { ...(rows.at(-1) as Reading), seq: rows.length + 1 }])).toThrow(/holds 1 to 100000/);
  });
});

describe('encoding refuses', () => {
  const good: Reading = { seq: 1, timeMs: 1.7e12, channel: 1, value: 1, quality: 0 };
  test.each<[string, Reading[], string]>([
    ['an infinite value', [{ ...good, value: Number.POSITIVE_INFINITY }], 'value must be finite'],
    ['NaN without a reason', [{ ...good, value: Number.NaN }], 'value must be NaN where, and only where'],
    ['a value that is absent', [{ ...good, quality: QUALITY.ABSENT }], 'value must be NaN where, and only where'],
    ['half a millisecond', [{ ...good, timeMs: 0.5 }], 'timeMs must be whole'],
    ['channel 0', [{ ...good, channel: 0 }], 'channel must be from 1'],
    ['an unknown quality', [{ ...good, quality: 64 }], 'quality must be made of known bits'],
    ['a sequence that does not rise', [good, good], 'seq must be a whole number above'],
    ['nothing', [], 'holds 1 to'],
  ])('%s', (_, rows, message) => expect(() => encode(rows)).toThrow(message));
});

test('encoding refuses an epoch of another length', () => {
  const columns = toColumns(farmRows(1));
  for (const epoch of ['00ff10a5c3b2e1d0', '00FF10A5', ''])
    expect(() => encodeBatch(columns, { ...AT, epoch })).toThrow(/epoch must be 8/);
});

test('the head alone says epoch, first number and count', () => {
  const rows = farmRows(20);
  const { epoch, firstSeq, readings } = decode(encode(rows));
  expect(peekBatch(encode(rows), AT)).toMatchObject({ epoch, firstSeq, count: readings.count });
});
