/** Whether the document says what the codec does: batches of the codec, read by a reader that knows only the document. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordedSeries } from '@karez/bench/src/recorded.ts';
import { asReadings } from '@karez/bench/src/wire-figures.ts';
import { type Reading, type Readings, toColumns, toRows } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCoded } from './batch-reader.ts';
import { byBoth, firstDifference, ORIGIN } from './both-readers.ts';
import { RangeDecoder } from './decisions.ts';
import { alike, alikeAtFirst, anyRows, farmDay, farmRows } from './made-batches.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const ROWS_A_DAY = 96;
const DAYS_OF_A_SERIES = 60;
const EPOCH = '5e1f00d5';

/** Encodes, reads with both readers. @throws where one says anything but what went in. */
function there(readings: Readings): Uint8Array {
  const bytes = encodeBatch(readings, { ...ORIGIN, epoch: EPOCH });
  const out = byBoth(bytes);
  if ('refused' in out) throw new Error(`refused: ${out.why}`);
  expect(out.epoch).toBe(EPOCH);
  expect(firstDifference(out.readings, toRows(readings))).toBeUndefined();
  return bytes;
}

describe('the examples of the document', () => {
  const text = readFileSync(join(root, 'docs/protocol/batch.md'), 'utf8');
  const examples = text.split(/^## Example \d+$/m).slice(1);
  const bytesOf = (example: string) => Buffer.from(inFence(example).replaceAll(/\s/g, ''), 'hex');

  test('are two', () => expect(examples.length).toBe(2));

  test.each(examples)('are read as they say', (example) => {
    const rows: Reading[] = Array.from(
      example.matchAll(/^\| (\d+) \| (\d+) \| (\d+) \| (\S+) \| (\d+) \|$/gm),
      ([, seq, timeMs, channel, value, quality]) => ({
        seq: Number(seq),
        timeMs: Number(timeMs),
        channel: Number(channel),
        value: Number(value),
        quality: Number(quality),
      }),
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(byBoth(bytesOf(example))).toEqual({ epoch: EPOCH, readings: rows });
  });

  test('are told by the decisions that the first one lists', () => {
    const example = examples[0] as string;
    const listed = example.matchAll(/^\| `.*$/gm).flatMap(([row]) => row.match(/p?\d+:\d+(?=[ `])/g) ?? []);
    const decoder = new RangeDecoder(bytesOf(example).subarray(9));
    const taken: string[] = [];
    readCoded({
      decide(p) {
        const bit = decoder.decide(p);
        taken.push(`${p}:${bit}`);
        return bit;
      },
      plainBit() {
        const bit = decoder.plainBit();
        taken.push(`plain:${bit}`);
        return bit;
      },
    });
    expect(taken).toEqual([...listed.flatMap(oneByOne)]);
  });

  test('say the errors of a wrong gateway, a later format, a short message', () => {
    const bytes = bytesOf(examples[0] as string);
    const at = (i: number, byte: number) => Uint8Array.from(bytes, (b, j) => (i === j ? byte : b));
    const code = (batch: Uint8Array, origin = ORIGIN) => byBoth(batch, origin);
    expect(code(bytes, { ...ORIGIN, gateway: 'gw-2' })).toMatchObject({ refused: 'BATCH_CHECKSUM' });
    for (const format of [0x4c, 0x4d, 0x4e, 0x4f])
      expect(code(at(0, format))).toMatchObject({ refused: 'BATCH_VERSION' });
    for (const format of [0, 0x4a, 0x50, 0xff])
      expect(code(at(0, format))).toMatchObject({ refused: 'BATCH_MALFORMED' });
    for (let length = 0; length < 9; length++)
      expect(code(bytes.subarray(0, length))).toMatchObject({ refused: 'BATCH_MALFORMED' });
    expect(code(Uint8Array.of(0x4c))).toMatchObject({ refused: 'BATCH_VERSION' });
    expect(code(new Uint8Array(262_144))).toMatchObject({ refused: 'BATCH_MALFORMED' });
    expect(code(new Uint8Array(262_145))).toMatchObject({ refused: 'BATCH_TOO_LARGE' });
  });
});

/** `p3:5` is three plain bits, 1, 0 and 1. */
function oneByOne(decision: string): string[] {
  const [, width, value] = /^p(\d+):(\d+)$/.exec(decision) ?? [];
  if (width === undefined) return [decision];
  return Array.from(Number(value).toString(2).padStart(Number(width), '0'), (bit) => `plain:${bit}`);
}

function inFence(text: string): string {
  return /```text\n([^`]*)```/.exec(text)?.[1] as string;
}

describe('what the codec encodes is read by the document alone', () => {
  test('whatever a few readings are', () => {
    fc.assert(
      fc.property(anyRows, (rows) => void there(toColumns(rows))),
      { numRuns: 600 },
    );
  });

  test('channels that begin alike and go on otherwise', () => {
    fc.assert(
      fc.property(alikeAtFirst, (rows) => void there(toColumns(rows))),
      // Fifteen decimals are no harm to 0.1, and too many for what follows.
      { numRuns: 600, examples: [[alike(0.1, 0.279789553116714, 2.2164572189676)]] },
    );
  });

  test('however a farm goes', () => {
    fc.assert(
      fc.property(farmDay, (day) => void there(toColumns(farmRows(day)))),
      { numRuns: 60 },
    );
  });

  test('as many readings as a batch holds', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({
      seq: 7 + i,
      timeMs: 1_780_300_800_000 + Math.floor(i / 50) * 1000,
      channel: 1 + (i % 50),
      value: (200 + (i % 50) + (Math.floor(i / 1000) % 7)) / 10,
      quality: 0,
    }));
    expect(there(toColumns(rows)).length).toBeLessThan(262_144);
  });

  test('values that go on in one way for long', () => {
    // A thousand misses of one size, then the next channel, so that what all share is as sure as it can be.
    const ways = [(i: number) => (i % 2) * 5, () => 7, (i: number) => i * i, (i: number) => (i % 3) * 2 ** 30];
    const rows = ways.flatMap((way, w) =>
      Array.from({ length: 3000 }, (_, i) => ({ channel: 1 + 3 * w + Math.floor(i / 1000), value: way(i) })),
    );
    there(toColumns(rows.map((row, i) => ({ ...row, seq: 1 + i, timeMs: 1000 * i, quality: 0 }))));
  });

  test('channels that are like each other and very large', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ seq: 1 + i, timeMs: 0, channel: 1 + i, quality: 0 }));
    there(toColumns(rows.map((row) => ({ ...row, value: 2 ** 49 + 12_345 }))));
    there(toColumns(rows.map((row, i) => ({ ...row, value: 2 ** 49 + i * i * i }))));
  });

  test('recorded field data, a day a batch', () => {
    const folder = resolve(root, process.env.KAREZ_REAL_DATA ?? '../shared/data');
    const all = recordedSeries(folder);
    if (all.length === 0) process.stdout.write(`skipped: no real data at ${folder}\n`);
    for (const series of all) {
      const days = Math.floor(series.timesMs.length / ROWS_A_DAY);
      const stride = Math.max(1, Math.floor(days / DAYS_OF_A_SERIES));
      for (let day = 0; day < days; day += stride)
        there(asReadings(series, day * ROWS_A_DAY, (day + 1) * ROWS_A_DAY, 1 + day * 10_000));
    }
  });
});
