/** Blocks that were written once must be read for ever: those kept beside this file, and those of the document. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Reading, toRows } from '../reading.ts';
import { decodeBatch } from './batch.ts';
import { Decoder } from './range-coder.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

function rowOf(cells: string[]): Reading {
  const [seq, timeMs, channel, value, quality] = cells.map(Number) as [number, number, number, number, number];
  return { seq, timeMs, channel, value, quality };
}

/** Rows as text, so that minus zero and NaN are told apart. */
const shown = (rows: readonly Reading[]) =>
  rows.map((r) => [r.seq, r.timeMs, r.channel, Object.is(r.value, -0) ? '-0' : r.value, r.quality].join());

describe('format 1, kept', () => {
  const blocks = read('golden/format-1.txt')
    .split('\n\n')
    .filter((block) => block.startsWith('name '))
    .map((block) => block.trim().split('\n'));

  test.each(blocks.map((lines) => [lines[0]?.slice(5), lines]))('%s', (_, lines) => {
    const [, hex, ...rows] = lines as string[];
    const { epoch, readings } = decodeBatch(bytesOf((hex as string).slice(6)), { farm: 'farm', gateway: 'gw-1' });
    expect(epoch).toBe('0badcafe');
    expect(shown(toRows(readings))).toEqual(rows);
  });

  test('is not empty', () => expect(blocks.length).toBeGreaterThan(10));
});

describe('the document', () => {
  const at = { farm: 'north-farm', gateway: 'gw-1' };
  const examples = read('../../../docs/protocol/batch.md')
    .split(/^## /m)
    .filter((section) => section.startsWith('Example '));
  afterEach(() => vi.restoreAllMocks());

  const hexOf = (section: string) => /```text\n([0-9a-f\s]+)```/.exec(section)?.[1] as string;
  /** Cells of the lines that look like a row of readings. */
  const readingsOf = (section: string) =>
    Array.from(section.matchAll(/^\| (\d+) \| (\d+) \| (\d+) \| (\S+) \| (\d+) \|$/gm), (m) => rowOf(m.slice(1)));

  test.each(examples.map((section) => [section.split('\n')[0], section]))('%s is what it says', (_, section) => {
    const want = readingsOf(section as string);
    expect(want.length).toBeGreaterThan(2);
    const { epoch, readings } = decodeBatch(bytesOf(hexOf(section as string)), at);
    expect(epoch).toBe('5e1f00d5');
    expect(shown(toRows(readings))).toEqual(shown(want));
  });

  test('lists every decision of its first example', () => {
    const section = examples[0] as string;
    const tokens = Array.from(section.matchAll(/`((?:p?\d+:\d+ ?)+)`/g), (m) => (m[1] as string).split(' ')).flat();
    // Before them, tokens explain how to read the others.
    const want = tokens.slice(2).flatMap((token) => {
      const [what, result] = token.split(':') as [string, string];
      if (!what.startsWith('p')) return [token];
      return Array.from(
        Number(result)
          .toString(2)
          .padStart(Number(what.slice(1)), '0'),
        (bit) => `p:${bit}`,
      );
    });
    const got: string[] = [];
    const { bit, plain } = Decoder.prototype;
    vi.spyOn(Decoder.prototype, 'bit').mockImplementation(function (this: Decoder, chance) {
      const result = bit.call(this, chance);
      got.push(`${chance}:${result}`);
      return result;
    });
    vi.spyOn(Decoder.prototype, 'plain').mockImplementation(function (this: Decoder, count) {
      const result = plain.call(this, count);
      got.push(...Array.from(result.toString(2).padStart(count, '0'), (b) => `p:${b}`));
      return result;
    });
    decodeBatch(bytesOf(hexOf(section)), at);
    expect(got.length).toBeGreaterThan(100);
    expect(got).toEqual(want);
  });
});
