import { seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { numbersNow, textsNow } from './columns.ts';
import { plainDigits } from './digits.ts';
import { Recording } from './recording.ts';
import { readTable } from './table.ts';

const TABLE = readTable(
  `t,a,b
2022-04-06 10:00:00,1.50,983.9
2022-04-06 10:15:00,2.50,NAN
2022-04-06 10:15:00,3.50,6.820339
2022-04-06 12:00:00,4.50,-0.708
2022-04-06 12:15:00,5.50,1E3
`,
  'x.csv',
);
const MIN = 60_000;

describe('as time goes by', () => {
  let nowMs = 1_000_000;
  const player = new Recording(TABLE, 'time').player(1_000_000, () => nowMs);
  test.each([
    [-1, undefined],
    [0, '1.50'],
    [15 * MIN - 1, '1.50'],
    [15 * MIN, '3.50'],
    [110 * MIN, '3.50'],
    [120 * MIN, '4.50'],
    [150 * MIN, '5.50'],
    [150 * MIN + 1, undefined],
  ])('%d ms after the start: %s', (sinceMs, cell) => {
    nowMs = 1_000_000 + sinceMs;
    expect(player.now(['a'])).toEqual(cell === undefined ? undefined : [cell]);
  });
});

test('with each reading, for each device by itself', () => {
  const recording = new Recording(TABLE, 'reading');
  const [one, other] = [recording.player(0, () => 0), recording.player(0, () => 0)];
  expect(Array.from({ length: 6 }, () => one.now(['a'])?.[0])).toEqual([
    '1.50',
    '2.50',
    '3.50',
    '4.50',
    '5.50',
    undefined,
  ]);
  expect(other.now(['a', 'b'])).toEqual(['1.50', '983.9']);
});

test('columns become what a device sends', () => {
  const player = new Recording(TABLE, 'reading').player(0, () => 0);
  const columns = ['a', { column: 'b', divide: 1 }, 7, { column: 'a', multiply: 1.8, offset: 32 }];
  expect(Array.from({ length: 6 }, () => textsNow(player, columns, 7))).toEqual([
    ['1.50', '98.39', '7', '34.7'],
    ['2.50', undefined, '7', '36.5'],
    ['3.50', '0.682034', '7', '38.3'],
    ['4.50', '-0.0708', '7', '40.1'],
    ['5.50', '100', '7', '41.9'],
    undefined,
  ]);
  const again = new Recording(TABLE, 'reading').player(0, () => 0);
  again.now([]);
  expect(numbersNow(again, columns)).toEqual([2.5, Number.NaN, 7, 36.5]);
});

describe('digits', () => {
  test.each([
    ['2987.25', 0, '2987.25'],
    ['24.10', 0, '24.10'],
    ['-.5', 0, '-0.5'],
    ['+007', 0, '7'],
    ['-0.0', 0, '0.0'],
    ['6.820339', 1, '0.682034'],
    ['9.9999996', 0, '10.00000'],
    ['9999999.6', 0, undefined],
    ['12345678', 0, undefined],
    ['1.2E-3', 0, '0.0012'],
    ['1.2e3', 0, '1200'],
    ['5', 9, '0.000000'],
    ['983', 2, '9.83'],
  ])('of %s by 10^%d: %s', (text, divide, expected) => expect(plainDigits(text, 7, divide)).toBe(expected));

  test('are as exact as a decimal number can be', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 20_000; i++) {
      const decimals = Math.floor(random.next() * 6);
      const text = (random.next() * 10 ** Math.floor(random.next() * 6) * (random.next() < 0.5 ? -1 : 1)).toFixed(
        decimals,
      );
      const divide = Math.floor(random.next() * 3);
      const said = plainDigits(text, 15, divide) as string;
      expect(Number(said) + 0, text).toBe(Number(`${text}e-${divide}`) + 0);
    }
  });
});
