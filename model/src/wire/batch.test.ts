import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf, KarezError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { seededRandom } from '../ports.ts';
import { QUALITY, type Reading, toColumns, toRows } from '../reading.ts';
import { decodeBatch, encodeBatch, peekBatch } from './batch.ts';

const AT = { farm: 'farm', gateway: 'gw-1' };
const EPOCH = '00ff10a5c3b2e1d0';
const encode = (rows: Reading[]) => encodeBatch(toColumns(rows), { ...AT, epoch: EPOCH });
const decode = (bytes: Uint8Array) => decodeBatch(bytes, AT);

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
        fc.constantFrom(0, -0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53, 0.1 + 0.2),
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

/** A farm as it is: devices sampled together, values that wander, a late sample now and then. */
function farmRows(samples: number): Reading[] {
  const random = seededRandom(3);
  const rows: Reading[] = [];
  for (let s = 0; s < samples; s++) {
    const device = s % 5;
    const timeMs = 1.75e12 + Math.floor(s / 5) * 10_000 + device * 37 - (random.next() < 0.02 ? 600_000 : 0);
    for (let k = 0; k < 7; k++) {
      const quality = random.next() < 0.01 ? QUALITY.ABSENT : 0;
      const value = quality ? Number.NaN : Math.round(200 + 30 * Math.sin(s / 50 + k) + random.next() * 3) / 10;
      rows.push({ seq: rows.length + 1, timeMs, channel: device * 7 + k + 1, value, quality });
    }
  }
  return rows;
}

describe('a round trip', () => {
  test('gives back every reading to the last bit', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const back = decode(encode(rows));
        const got = toRows(back.readings);
        expect(got.length).toBe(rows.length);
        got.forEach((row, i) => {
          const want = rows[i] as Reading;
          expect([row.seq, row.timeMs, row.channel, row.quality]).toEqual([
            want.seq,
            want.timeMs,
            want.channel,
            want.quality,
          ]);
          expect(Object.is(row.value, want.value)).toBe(true);
        });
        expect(back).toMatchObject({ epoch: EPOCH, firstSeq: rows[0]?.seq, lastSeq: rows.at(-1)?.seq });
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('of a farm is small', () => {
    const rows = farmRows(1000);
    const bytes = encode(rows);
    expect(toRows(decode(bytes).readings)).toEqual(rows);
    expect(bytes.length / rows.length).toBeLessThan(1);
  });

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

test('the head alone says epoch, first number and count', () => {
  const rows = farmRows(20);
  const { epoch, firstSeq, readings } = decode(encode(rows));
  expect(peekBatch(encode(rows), AT)).toMatchObject({ epoch, firstSeq, count: readings.count });
});

describe('decoding refuses', () => {
  const bytes = encode(farmRows(20));
  const refused = (b: Uint8Array, at = AT) => {
    try {
      decodeBatch(b, at);
      return 'taken';
    } catch (error) {
      return codeOf(error);
    }
  };

  test('a batch that was filed under another gateway', () => {
    expect(refused(bytes, { farm: 'farm', gateway: 'gw-2' })).toBe('BATCH_CHECKSUM');
    expect(refused(bytes, { farm: 'farm2', gateway: 'gw-1' })).toBe('BATCH_CHECKSUM');
  });

  test('another version, other bytes, too many bytes', () => {
    const version = Uint8Array.from(bytes);
    version[1] = 2;
    expect(refused(version)).toBe('BATCH_VERSION');
    expect(refused(new Uint8Array(3))).toBe('BATCH_MALFORMED');
    expect(refused(new TextEncoder().encode('{"temperature":21.5}'))).toBe('BATCH_MALFORMED');
    expect(refused(new Uint8Array(LIMITS.batchBytes + 1))).toBe('BATCH_TOO_LARGE');
  });

  test('every single flipped bit and every cut', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(refused(flipped)).toMatch(/^BATCH_/);
    }
    for (let length = 0; length < bytes.length; length++) expect(refused(bytes.subarray(0, length))).toMatch(/^BATCH_/);
  });

  test('hostile bytes behind a right checksum, in bounded time: they decode to valid columns or are refused', async () => {
    const { crc32 } = await import('node:zlib');
    const random = seededRandom(11);
    const outcomes = new Map<string, number>();
    for (let run = 0; run < 20_000; run++) {
      const hostile = run % 2 === 0 ? Uint8Array.from(bytes) : new Uint8Array(14 + Math.floor(random.next() * 200));
      const changes = run % 2 === 0 ? 1 + Math.floor(random.next() * 8) : hostile.length;
      for (let i = 0; i < changes; i++)
        hostile[Math.floor(random.next() * hostile.length)] = Math.floor(random.next() * 256);
      hostile[0] = 0x4b;
      hostile[1] = 1;
      const sum = crc32(hostile.subarray(14), crc32(hostile.subarray(0, 10), crc32('farm/gw-1')));
      new DataView(hostile.buffer).setUint32(10, sum);
      let outcome: string;
      try {
        const { readings } = decode(hostile);
        for (let i = 0; i < readings.count; i++) {
          if (Number.isNaN(readings.value[i]) !== (((readings.quality[i] as number) & QUALITY.ABSENT) !== 0))
            throw new Error('NaN without reason');
          if (!Number.isSafeInteger(readings.seq[i])) throw new Error('bad sequence number');
        }
        outcome = 'decoded';
      } catch (error) {
        if (!(error instanceof KarezError)) throw error;
        outcome = error.code;
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get('BATCH_MALFORMED')).toBeGreaterThan(1000);
  });
});
