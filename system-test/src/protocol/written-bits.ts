/** The bits of what a batch is made of, to write batches by hand. Source: docs/protocol/batch.md. */
import { type Origin, readCoded } from './batch-reader.ts';
import type { Bit } from './decisions.ts';
import { bits } from './numbers.ts';
import { asBatch, RangeWriter } from './range-writer.ts';
import { BatchRefused, withoutRefusing } from './refusal.ts';

/** Those of a number ("Numbers"). */
export function number(x: number): string {
  return `${count(bits(x))}${digits(x)}`;
}

export function plainBits(x: number, width: number): string {
  return width === 0 ? '' : x.toString(2).padStart(width, '0');
}

/** x as it is before "unfold". */
export function folded(x: number): number {
  return x < 0 ? -2 * x - 1 : 2 * x;
}

/** A number that is like no other ("First value of a channel"). */
export function far(n: number): string {
  if (n === 0) return '0';
  const size = Math.abs(n);
  return `1${count(bits(size)).slice(1)}${digits(size)}${n < 0 ? 1 : 0}`;
}

/** A size where a size of `expected` bits is expected ("Sizes"). */
export function size(x: number, expected: number): string {
  const b = bits(x);
  const steps = b > expected ? count(b).slice(expected) : `0${'0'.repeat(expected - b)}${b === 0 ? '' : '1'}`;
  return `${steps}${digits(x)}`;
}

const digits = (x: number) => (x === 0 ? '' : x.toString(2).slice(1));
/** One for each binary digit, and a nought where there could be more. */
const count = (b: number) => `${'1'.repeat(b)}${b < 53 ? '0' : ''}`;

export interface HeadBits {
  segment?: number;
  within?: number;
  count?: number;
  unit?: string;
  before?: 0 | 1;
  days?: number;
  ticks?: number;
  ticksWidth?: number;
}

/** A head; one reading with sequence number 1 at midnight of 2020-01-01 where nothing else is said. */
export function head(h: HeadBits = {}): string {
  return [
    number(h.segment ?? 0),
    number(h.within ?? 0),
    number(h.count ?? 1),
    h.unit ?? '0',
    h.before ?? 0,
    number(h.days ?? 0),
    plainBits(h.ticks ?? 0, h.ticksWidth ?? 27),
  ].join('');
}

/** A shape of one run, `start` after the last channel, of a length or of all that is left ("Shapes"). */
export function run(start: number, length?: number): string {
  const rest = length === undefined ? '1' : `0${number(length - 1)}`;
  return `${number(0)}${number(folded(start))}${rest}`;
}

/** Qualities of a sample that are as before ("Qualities"). */
export const SAME = '1';

/** The beginning of one more sample of the only shape, at the same time, with the next sequence number ("Body"). */
export function again(): string {
  return `${number(0)}1${number(1)}${number(folded(0))}${SAME}`;
}

/** A scale that is named, without decimals where it has some ("Scale"). */
export function kind(k: number): string {
  return k < 4 ? `${'1'.repeat(k)}01` : '1111';
}

/** The first value of a channel, a whole number. */
export function decimal(n: number): string {
  return kind(0) + far(n);
}

/** A whole batch of just these bits, whether it is to be refused or not. @throws where a reader would want more, or leave some. */
export function written(text: string, origin: Origin): Uint8Array {
  const { writer, wanted } = withoutRefusing(() => begun(text));
  if (wanted !== text.length) throw new Error(`${wanted} bits were asked for, ${text.length} are given`);
  return asBatch(writer.finish(), origin);
}

/** The writer of what begins with these bits, and how many the reader asked for: one more where it would go on. */
export function begun(text: string): { writer: RangeWriter; wanted: number } {
  let wanted = 0;
  const writer = new RangeWriter(() => {
    wanted += 1;
    if (wanted > text.length) throw new AllTaken();
    return Number(text[wanted - 1]) as Bit;
  });
  try {
    readCoded(writer);
  } catch (error) {
    if (!(error instanceof BatchRefused || error instanceof AllTaken)) throw error;
  }
  return { writer, wanted };
}

class AllTaken extends Error {}
