/**
 * Every "refuse" of the document, at the last thing that is read and the first that is not, in batches written by hand
 * that no encoder of ours would make.
 */
import { describe, expect, test } from 'vitest';
import { byBoth, ORIGIN } from './both-readers.ts';
import { bits } from './numbers.ts';
import { asBatch } from './range-writer.ts';
import {
  again,
  begun,
  decimal,
  far,
  folded,
  head,
  kind,
  number,
  plainBits,
  run,
  SAME,
  size,
  written,
} from './written-bits.ts';

const REFUSED = { refused: 'BATCH_MALFORMED' };
const TOO_LARGE = { refused: 'BATCH_TOO_LARGE' };
const DAY_MS = 86_400_000;
const LAST_MS = 2 ** 50 - 1;
const DAYS_TO_2020 = 18_262;

/** Reads with both a batch that is whole but for the rule that it breaks; one that is read gives its last reading. */
function last(...parts: string[]) {
  const out = byBoth(written(parts.join(''), ORIGIN));
  return 'refused' in out ? out : out.readings.at(-1);
}

/** Reads with both the beginning of a batch, which nothing sensible can follow. */
function beginning(...parts: string[]) {
  const { writer, wanted } = begun(parts.join(''));
  expect(wanted).toBe(parts.join('').length);
  return byBoth(asBatch(writer.finish(), ORIGIN));
}

const quality = (q: number) => `01${plainBits(q, 6)}`;
const grid = (tens: number, steps: number, divisor: number) => kind(1) + number(tens) + number(steps) + number(divisor);
const correction = (k: number) => `0${number(folded(k))}`;
const raw = (hex: string) => kind(4) + BigInt(`0x${hex}`).toString(2).padStart(64, '0');

describe('the head', () => {
  const body = run(0) + SAME + decimal(0);

  test.each([
    [0, 2 ** 36 - 1, { seq: 2 ** 36 }],
    [2 ** 17 - 1, 2 ** 36 - 2, { seq: 2 ** 53 - 1 }],
  ])('has segment %d, place %d', (segment, within, expected) => {
    expect(last(head({ segment, within }), body)).toMatchObject(expected);
  });

  test.each([
    [0, 2 ** 36],
    [0, 2 ** 53 - 1],
    [2 ** 17 - 1, 2 ** 36 - 1],
    [2 ** 17, 0],
    [2 ** 53 - 1, 2 ** 53 - 1],
  ])('has not segment %d, place %d', (segment, within) => {
    expect(last(head({ segment, within }), body)).toMatchObject(REFUSED);
  });

  test.each([
    [0, REFUSED],
    [100_001, TOO_LARGE],
    [2 ** 53 - 1, TOO_LARGE],
  ])('has no count of %d', (count, expected) => {
    expect(beginning(number(0), number(0), number(count))).toMatchObject(expected);
  });

  const UNITS_MS = [1, 6e4, 1e3, 1e4, 9e5, 3e5, 100, 36e5, 6e5, 3e4, 15e3, 5e3, 500, 250, 50, 10];
  test.each(UNITS_MS.map((ms, i) => [ms, i]))('counts times in units of %d ms', (ms, index) => {
    const unit = index < 15 ? `${'1'.repeat(index)}0` : '1'.repeat(15);
    const aDay = DAY_MS / ms;
    const ticksWidth = bits(aDay - 1);
    expect(last(head({ unit, ticks: aDay - 1, ticksWidth }), body)).toMatchObject({
      timeMs: DAYS_TO_2020 * DAY_MS + DAY_MS - ms,
    });
    const longest = Math.floor(LAST_MS / ms) * ms;
    const latest = { unit, days: Math.floor(longest / DAY_MS) - DAYS_TO_2020, ticksWidth };
    expect(last(head({ ...latest, ticks: (longest % DAY_MS) / ms }), body)).toMatchObject({ timeMs: longest });
    expect(last(head({ ...latest, ticks: (longest % DAY_MS) / ms + 1 }), body)).toMatchObject(REFUSED);
    if (2 ** ticksWidth > aDay) expect(last(head({ unit, ticks: aDay, ticksWidth }), body)).toMatchObject(REFUSED);
  });

  test('has times from 1970 on', () => {
    expect(last(head({ before: 1, days: 0, ticks: 5 }), body)).toMatchObject({ timeMs: DAYS_TO_2020 * DAY_MS + 5 });
    expect(last(head({ before: 1, days: DAYS_TO_2020 }), body)).toMatchObject({ timeMs: 0 });
    expect(last(head({ before: 1, days: DAYS_TO_2020 + 1, ticks: DAY_MS - 1 }), body)).toMatchObject(REFUSED);
    expect(last(head({ before: 1, days: 2 ** 53 - 1 }), body)).toMatchObject(REFUSED);
    expect(last(head({ days: 2 ** 53 - 1 }), body)).toMatchObject(REFUSED);
  });
});

describe('a sample', () => {
  const two = (h = {}) => head({ ...h, count: 2 });
  const first = run(0, 1) + SAME + decimal(0);
  /** A second sample, of a new shape of the next channel, where it begins. */
  const other = `0${run(0)}`;
  const like = `1${'1'}${size(0, 1)}`;

  test('has sequence numbers to 2^53 − 1', () => {
    const second = other + number(0) + SAME + like;
    expect(last(two(), first, number(2 ** 53 - 3), second)).toMatchObject({ seq: 2 ** 53 - 1 });
    expect(last(two(), first, number(2 ** 53 - 2), second)).toMatchObject(REFUSED);
    expect(last(two(), first, number(2 ** 53 - 1), second)).toMatchObject(REFUSED);
    const end = { segment: 2 ** 17 - 1, within: 2 ** 36 - 3 };
    expect(last(two(end), run(0), SAME, decimal(0), like)).toMatchObject({ seq: 2 ** 53 - 1 });
    expect(last(two({ ...end, within: 2 ** 36 - 2 }), run(0), SAME, decimal(0), like)).toMatchObject(REFUSED);
  });

  test('has times from 0 to below 2^50 ms', () => {
    const second = (start: object, miss: number) =>
      last(two(start), first, number(0), other, number(folded(miss)), SAME, like);
    const earliest = { before: 1, days: DAYS_TO_2020 };
    const latest = { days: Math.floor(LAST_MS / DAY_MS) - DAYS_TO_2020, ticks: LAST_MS % DAY_MS };
    expect(second(earliest, LAST_MS)).toMatchObject({ timeMs: LAST_MS });
    expect(second(latest, -LAST_MS)).toMatchObject({ timeMs: 0 });
    expect(second(earliest, -1)).toMatchObject(REFUSED);
    expect(second(earliest, -(2 ** 52))).toMatchObject(REFUSED);
    expect(second(latest, 1)).toMatchObject(REFUSED);
    expect(second(latest, 2 ** 52 - 1)).toMatchObject(REFUSED);
  });

  test('has channels from 1 to 65,535', () => {
    expect(last(head(), run(65_534), SAME, decimal(0))).toMatchObject({ channel: 65_535 });
    expect(last(head(), run(65_535), SAME, decimal(0))).toMatchObject(REFUSED);
    expect(last(two(), run(65_534), SAME, decimal(0), like)).toMatchObject(REFUSED);
    expect(last(head(), run(-1), SAME, decimal(0))).toMatchObject(REFUSED);
    expect(last(head(), run(2 ** 52 - 1), SAME, decimal(0))).toMatchObject(REFUSED);
    const atTheEnd = run(65_534, 1) + SAME + decimal(0) + number(0);
    expect(last(two(), atTheEnd, `0${run(-1)}`, number(0), SAME, size(0, 0))).toMatchObject({ channel: 65_535 });
    expect(last(two(), atTheEnd, other, number(0), SAME, like)).toMatchObject(REFUSED);
  });

  test('has no more readings than are left', () => {
    const twoRuns = [number(1), number(0), number(0), number(0)].join('');
    expect(last(head(), twoRuns, '1', SAME, decimal(0))).toMatchObject(REFUSED);
    expect(last(head(), twoRuns, '0', number(0), SAME, decimal(0), like)).toMatchObject(REFUSED);
    expect(last(two(), twoRuns, '0', number(1), SAME, decimal(0), like, like)).toMatchObject(REFUSED);
    expect(last(head(), run(0, 2), SAME, decimal(0), like)).toMatchObject(REFUSED);
    expect(beginning(head(), number(0), number(0), '0', number(2 ** 53 - 1))).toMatchObject(REFUSED);
    const noneLeft = [number(1), number(0), number(1), number(0), '1'].join('');
    expect(last(two(), noneLeft, SAME, decimal(0), like)).toMatchObject(REFUSED);
    const twoOfThree = head({ count: 3 }) + run(0, 2) + SAME + decimal(0) + like + number(0);
    expect(last(twoOfThree, '1', number(1), number(0), SAME, size(0, 0), size(0, 0))).toMatchObject(REFUSED);
    expect(beginning(twoOfThree, '1', number(2))).toMatchObject(REFUSED);
    expect(beginning(twoOfThree, '1', number(2 ** 53 - 1))).toMatchObject(REFUSED);
    expect(last(twoOfThree, '1', number(0), run(0), number(0), SAME, like)).toMatchObject({ seq: 3, channel: 3 });
  });

  test('may be of a shape that is there already, or names a channel twice', () => {
    expect(last(two(), first, number(0), `0${run(-1)}`, number(0), SAME, size(7, 0), '1')).toMatchObject({
      channel: 1,
      value: -7,
    });
    const twice = [number(1), number(0), number(0), number(folded(-1)), '1'].join('');
    expect(last(two(), twice, SAME, decimal(5), size(1, 0), '0')).toMatchObject({ seq: 2, channel: 1, value: 6 });
    const both = `0${'1'}${plainBits(2, 6)}${'0'}`;
    expect(last(two(), twice, both, decimal(5), size(0, 0))).toMatchObject({ channel: 1, quality: 2, value: 5 });
  });

  test('may say any quality, and no value where one is absent', () => {
    expect(last(head(), run(0), quality(63))).toMatchObject({ quality: 63, value: Number.NaN });
    expect(last(head(), run(0), quality(0), decimal(1))).toMatchObject({ quality: 0, value: 1 });
    const present = `${number(0)}1${number(1)}${number(0)}${quality(47)}`;
    expect(last(two(), run(0, 1), quality(16), present, decimal(3))).toMatchObject({ quality: 47, value: 3 });
  });
});

describe('a value', () => {
  const only = (...parts: string[]) => last(head(), run(0), SAME, ...parts);
  /** The second value of the same channel, and the first of the one after it. */
  const later = (...parts: string[]) => last(head({ count: 2 }), run(0, 1), SAME, ...parts);
  const next = (...parts: string[]) => last(head({ count: 2 }), run(0), SAME, ...parts);
  const END = 2 ** 50;

  test('stands for a number within 2^50', () => {
    for (const n of [END - 1, 1 - END]) expect(only(decimal(n))).toMatchObject({ value: n });
    for (const n of [END, -END, 2 ** 53 - 1]) expect(only(decimal(n))).toMatchObject(REFUSED);
    expect(later(decimal(END - 1), again(), size(0, 11))).toMatchObject({ value: END - 1 });
    expect(later(decimal(END - 1), again(), size(1, 11), '0')).toMatchObject(REFUSED);
    expect(later(decimal(END - 1), again(), size(2 * END - 2, 11), '1')).toMatchObject({ value: 1 - END });
    expect(later(decimal(END - 1), again(), size(2 * END - 1, 11), '1')).toMatchObject(REFUSED);
    expect(later(decimal(END - 1), again(), size(2 ** 53 - 1, 11), '0')).toMatchObject(REFUSED);
    expect(next(decimal(1 - END), '11', size(0, 20))).toMatchObject({ value: 1 - END });
    expect(next(decimal(1 - END), '11', size(1, 20), '1')).toMatchObject(REFUSED);
    expect(next(decimal(1 - END), '11', size(2 ** 53 - 1, 20), '0')).toMatchObject(REFUSED);
  });

  test('is like a channel that is there', () => {
    const notLike = (distance: string) => beginning(head({ count: 2 }), run(0), SAME, decimal(9), '10', distance);
    expect(next(decimal(9), '10', number(0), size(1, 2), '0')).toMatchObject({ value: 10 });
    expect(notLike(number(1))).toMatchObject(REFUSED);
    expect(notLike(number(2 ** 53 - 1))).toMatchObject(REFUSED);
    expect(next(raw('8000000000000000'), '11', plainBits(0, 64).slice(0, 64))).toMatchObject({ value: -0 });
    expect(next(kind(2) + far(1) + correction(5), '11', size(0, 1), '1')).toMatchObject({ value: 1 + 5 * 2 ** -52 });
  });

  test.each([
    [[0, 2 ** 44, 1], 63, 63 * 2 ** 44],
    [[0, 2 ** 44, 1], -63, -63 * 2 ** 44],
    [[13, 1, 1], 112, 112e13],
    [[0, 1, 1024], 511, 0],
    [[0, 1, 1024], 512, 1],
    [[0, 1, 1024], -512, 0],
    [[0, 1, 1024], -513, -1],
    [[1, 5, 2], -1, -25],
    [[0, 1, 3], END - 1, Math.floor((2 * (END - 1) + 3) / 6)],
    [[0, 1, 1], END - 1, END - 1],
    [[0, 2, 1], END / 2 - 1, END - 2],
    [[0, 3, 1024], 1 - 375_299_968_947_541, Math.floor((6 * (1 - 375_299_968_947_541) + 1024) / 2048)],
  ])('lies on grid %j at %d', ([tens, steps, divisor], n, expected) => {
    const told = grid(tens as number, steps as number, divisor as number) + far(n);
    expect(only(told, '1')).toMatchObject({ value: expected });
    expect(only(told, correction(-3))).toMatchObject({ value: expected - 3 });
  });

  test.each([
    [[0, 2 ** 44, 1], 64],
    [[0, 2 ** 44, 1], -64],
    [[13, 1, 1], 113],
    [[0, 2, 1], END / 2],
  ])('does not lie on grid %j at %d', ([tens, steps, divisor], n) => {
    expect(only(grid(tens as number, steps as number, divisor as number), far(n), '1')).toMatchObject(REFUSED);
  });

  test.each([
    [0, 2 ** 44 + 1, 1],
    [0, 2 ** 53 - 1, 1],
    [14, 1, 1],
    [15, 1, 1],
    [15, 2 ** 53 - 1, 1],
    [0, 0, 1],
    [15, 0, 1],
    [0, 1, 0],
    [0, 1, 1025],
    [0, 1, 2 ** 53 - 1],
  ])('has no grid of tens %d, steps %d, divisor %d', (tens, steps, divisor) => {
    expect(only(grid(tens, steps, divisor), far(0), '1')).toMatchObject(REFUSED);
  });

  test.each([16, 400, 2 ** 53 - 1])('has no grid of tens %d', (tens) => {
    expect(only(grid(tens, 1, 1), far(0), '1')).toMatchObject(REFUSED);
  });

  test.each([1, 2, 3])('has corrections within 2^30 where its scale is of kind %d', (k) => {
    const told = (k === 1 ? grid(0, 1, 1) : kind(k)) + far(2 ** 20);
    for (const c of [2 ** 30 - 1, 1 - 2 ** 30]) expect(only(told, correction(c))).not.toMatchObject(REFUSED);
    for (const c of [2 ** 30, -(2 ** 30), 2 ** 52 - 1, -(2 ** 52)])
      expect(only(told, correction(c))).toMatchObject(REFUSED);
  });

  test.each([
    [0, 1, 5e-324],
    [0, 0, 0],
    [1, -1, 1 - 2 ** -53],
    [-1, 1, -1 - 2 ** -52],
  ])('is the double that comes after %d by %d', (n, k, expected) => {
    expect(only(kind(2), far(n), correction(k))).toMatchObject({ value: expected });
  });

  test('is no double before zero', () => {
    expect(only(kind(2), far(0), correction(-1))).toMatchObject(REFUSED);
  });

  const LARGEST_SINGLE = (2 - 2 ** -23) * 2 ** 127;
  test.each([
    [2 ** 24 + 1, 0, 2 ** 24],
    [2 ** 24 + 3, 0, 2 ** 24 + 4],
    [0, 1, 2 ** -149],
    [4, 0x3effffff, LARGEST_SINGLE],
    [-4, 0x3effffff, -LARGEST_SINGLE],
    [4, 0x3f800001, -(2 ** -149)],
    [-1, -0x3f7fffff, -(2 ** -149)],
    [-4, 0x3f800000, 0],
    [-4, 0x3f800001, 2 ** -149],
  ])('is the single that comes after %d by %d', (n, k, expected) => {
    expect(only(kind(3), far(n), correction(k))).toMatchObject({ value: expected });
  });

  test.each([
    [0, -1],
    [4, 0x3f000000],
    [4, 0x3f000001],
    [4, 0x3f800000],
    [-1, -0x3f800000],
    [-1, -0x3f800001],
    [-4, 0x3f000000],
    [-4, 0x3f7fffff],
  ])('is no single that comes after %d by %d', (n, k) => {
    expect(only(kind(3), far(n), correction(k))).toMatchObject(REFUSED);
  });

  test.each([
    ['8000000000000000', -0],
    ['0000000000000000', 0],
    ['0000000000000001', 5e-324],
    ['7fefffffffffffff', Number.MAX_VALUE],
    ['ffefffffffffffff', -Number.MAX_VALUE],
  ])('is the double with the bits %s', (hex, expected) => {
    expect(only(raw(hex))).toMatchObject({ value: expected });
  });

  test.each(['7ff0000000000000', 'fff0000000000000', '7ff0000000000001', '7ff8000000000000', 'ffffffffffffffff'])(
    'is not the double with the bits %s',
    (hex) => {
      expect(only(raw(hex))).toMatchObject(REFUSED);
    },
  );
});
