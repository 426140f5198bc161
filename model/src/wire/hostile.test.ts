/** What a decoder does with bytes that no encoder wrote. Work is counted in decisions, not in time. */
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { codeOf, KarezError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { seededRandom } from '../ports.ts';
import { QUALITY, type Reading, toColumns } from '../reading.ts';
import { farmRows } from '../testing/index.ts';
import { decodeBatch, encodeBatch } from './batch.ts';
import { codeRange, codeStart } from './head.ts';
import { Decoder, Encoder } from './range-coder.ts';

const AT = { farm: 'farm', gateway: 'gw-1' };
const HEADER = 9;
const encode = (rows: Reading[]) => encodeBatch(toColumns(rows), { ...AT, epoch: '00ff10a5' });
const bytes = encode(farmRows(20));

function outcomeOf(b: Uint8Array, at = AT): string {
  try {
    const { readings } = decodeBatch(b, at);
    for (let i = 0; i < readings.count; i++) {
      const absent = ((readings.quality[i] as number) & QUALITY.ABSENT) !== 0;
      const value = readings.value[i] as number;
      if (absent ? !Number.isNaN(value) : !Number.isFinite(value)) throw new Error(`value ${value}`);
      if (!Number.isSafeInteger(readings.seq[i])) throw new Error(`number ${readings.seq[i]}`);
      if (!((readings.timeMs[i] as number) >= 0)) throw new Error(`time ${readings.timeMs[i]}`);
    }
    return 'taken';
  } catch (error) {
    if (!(error instanceof KarezError)) throw error;
    return codeOf(error) ?? 'no code';
  }
}

/** Makes first byte and checksum right, so that the rest is looked at. */
function sealed(b: Uint8Array): Uint8Array {
  b[0] = 0x4b;
  const sum = crc32(b.subarray(HEADER), crc32(b.subarray(0, 5), crc32('farm/gw-1')));
  new DataView(b.buffer, b.byteOffset).setUint32(5, sum);
  return b;
}

/** A batch whose head declares `count` readings, followed by `tail`. */
function declaring(count: number, tail: readonly number[]): Uint8Array {
  const encoder = new Encoder(HEADER);
  codeRange(encoder, true, 1, count);
  codeStart(encoder, true, { unit: 0, timeMs: 1.75e12 });
  const head = encoder.finish();
  return sealed(Uint8Array.from([...head, ...tail]));
}

describe('decoding refuses', () => {
  test('a batch that was filed under another gateway', () => {
    expect(outcomeOf(bytes)).toBe('taken');
    expect(outcomeOf(bytes, { farm: 'farm', gateway: 'gw-2' })).toBe('BATCH_CHECKSUM');
    expect(outcomeOf(bytes, { farm: 'farm2', gateway: 'gw-1' })).toBe('BATCH_CHECKSUM');
  });

  test('formats to come, other bytes, too many bytes', () => {
    const format = (first: number) => outcomeOf(Uint8Array.from(bytes, (byte, i) => (i === 0 ? first : byte)));
    for (const first of [0x4c, 0x4d, 0x4e, 0x4f]) expect(format(first)).toBe('BATCH_VERSION');
    for (const first of [0, 1, 0x4a, 0x50, 0x7b, 0xff]) expect(format(first)).toBe('BATCH_MALFORMED');
    expect(outcomeOf(Uint8Array.of(0x4c))).toBe('BATCH_VERSION');
    expect(outcomeOf(new Uint8Array(0))).toBe('BATCH_MALFORMED');
    expect(outcomeOf(bytes.subarray(0, 8))).toBe('BATCH_MALFORMED');
    expect(outcomeOf(new TextEncoder().encode('{"temperature":21.5}'))).toBe('BATCH_MALFORMED');
    expect(outcomeOf(new Uint8Array(LIMITS.batchBytes + 1))).toBe('BATCH_TOO_LARGE');
  });

  test('every single flipped bit and every cut', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(outcomeOf(flipped)).toMatch(/^BATCH_/);
    }
    for (let n = 0; n < bytes.length; n++) expect(outcomeOf(bytes.subarray(0, n))).toMatch(/^BATCH_/);
  });

  test('bytes that are left over', () => {
    expect(outcomeOf(sealed(Uint8Array.from([...bytes, 0, 0, 0, 0, 1])))).toBe('BATCH_MALFORMED');
  });

  test('more readings than the limit, before anything is allocated for them', () => {
    expect(outcomeOf(declaring(LIMITS.batchReadings + 1, []))).toBe('BATCH_TOO_LARGE');
    expect(outcomeOf(declaring(2 ** 52, []))).toBe('BATCH_TOO_LARGE');
  });
});

describe('hostile bytes behind a right checksum', () => {
  let bit: MockInstance<Decoder['bit']>;
  let plain: MockInstance<Decoder['plain']>;
  beforeEach(() => {
    bit = vi.spyOn(Decoder.prototype, 'bit');
    plain = vi.spyOn(Decoder.prototype, 'plain');
  });
  afterEach(() => vi.restoreAllMocks());

  /** Decisions since the last call. */
  function decisions(): number {
    const count = bit.mock.calls.length + plain.mock.calls.reduce((sum, [bits]) => sum + bits, 0);
    bit.mockClear();
    plain.mockClear();
    return count;
  }

  /** No reading takes more: a new channel in a new shape of one, all numbers as long as they can be. */
  const MOST_A_READING = 600;
  /** The surest decision still costs log2(65,536 / 65,504) bits; four bytes are read past the end. */
  const mostFor = (length: number) => Math.ceil(((length - HEADER + 4) * 8) / Math.log2(65_536 / 65_504));

  test('decode to valid columns or are refused, in work bounded by readings and by bytes', () => {
    const random = seededRandom(11);
    const outcomes = new Map<string, number>();
    let worst = 0;
    for (let run = 0; run < 10_000; run++) {
      const hostile = run % 2 === 0 ? Uint8Array.from(bytes) : new Uint8Array(HEADER + Math.floor(random.next() * 200));
      const changes = run % 2 === 0 ? 1 + Math.floor(random.next() * 8) : hostile.length;
      for (let i = 0; i < changes; i++)
        hostile[Math.floor(random.next() * hostile.length)] = Math.floor(random.next() * 256);
      const outcome = outcomeOf(sealed(hostile));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const count = decisions();
      worst = Math.max(worst, count);
      expect(count).toBeLessThan(mostFor(hostile.length));
    }
    expect(outcomes.get('BATCH_MALFORMED')).toBeGreaterThan(1000);
    expect(worst).toBeLessThan(LIMITS.batchReadings * MOST_A_READING);
  });

  test.each([
    ['nothing', []],
    ['zeros', Array<number>(8).fill(0)],
    ['ones', Array<number>(8).fill(0xff)],
    ['some bytes', [0x3c, 0x91, 0x07, 0xfe, 0x55, 0xaa, 0x10, 0x81]],
  ])('of some 20 bytes that declare 100,000 readings and go on with %s end early', (_, tail) => {
    const hostile = declaring(LIMITS.batchReadings, tail);
    expect(hostile.length).toBeLessThan(30);
    outcomeOf(hostile);
    const count = decisions();
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(mostFor(hostile.length));
  });

  test('can stand for 100,000 like readings, at few decisions for each', () => {
    const rows = Array.from({ length: LIMITS.batchReadings }, (_, i): Reading => {
      return { seq: i + 1, timeMs: 1.75e12 + Math.floor(i / 20) * 1000, channel: 1 + (i % 20), value: 20, quality: 0 };
    });
    const small = encode(rows);
    expect(small.length).toBeLessThan(300);
    expect(outcomeOf(small)).toBe('taken');
    expect(decisions()).toBeLessThan(LIMITS.batchReadings * 2);
  });

  test('take no more memory than the columns of what the limits allow, and as much again', () => {
    const columns = vi.spyOn(globalThis, 'Float64Array');
    let allocated = 0;
    const random = seededRandom(5);
    for (let run = 0; run < 300; run++) {
      columns.mockClear();
      outcomeOf(
        declaring(
          LIMITS.batchReadings,
          Array.from({ length: 40 }, () => Math.floor(random.next() * 256)),
        ),
      );
      for (const [length] of columns.mock.calls as unknown as [number][]) allocated = Math.max(allocated, length);
    }
    expect(allocated).toBe(LIMITS.batchReadings);
  });
});
