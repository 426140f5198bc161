import { expect, test } from 'vitest';
import { compileFormula } from './formula.ts';

test.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['8 / 4 / 2', 1],
  ['7 - 2 - 1', 4],
  ['2 ^ 3 ^ 2', 512],
  ['-2 ^ 2', -4],
  ['2 ^ -1', 0.5],
  ['--3', 3],
  ['2 * -3', -6],
  ['1e3 + .5 + 2.', 1002.5],
  ['x', 10],
  ['x0 + x1 * 65536', 131_073],
  ['(x - 5) ^ 2 / 5', 5],
  [' x\n', 10],
])('%s is %d', (text, value) => expect(compileFormula(text).run(10, [1, 2])).toBe(value));

test('the highest word is told, and one that is not there makes no number', () => {
  expect(compileFormula('x0 + x12').highestWord).toBe(12);
  expect(compileFormula('3 * x').highestWord).toBe(-1);
  expect(compileFormula('x0 + x2').run(0, [1, 2])).toBeNaN();
});

test.each([
  ['', 'expected a number, x or ( at character 1, not the end'],
  ['1 +', 'expected a number, x or ( at character 4, not the end'],
  ['(1', 'expected ) at character 3, not the end'],
  ['1 2', 'expected the end or an operator at character 3, not "2"'],
  ['1 + y', 'expected a number, x or an operator at character 4, not "y"'],
  ['process.exit()', 'expected a number, x or an operator at character 1, not "process.ex"'],
  ['1 ** 2', 'expected a number, x or ( at character 4, not "*"'],
  ['x.constructor', 'expected a number, x or an operator at character 2, not ".construct"'],
  [`${'('.repeat(60)}1${')'.repeat(60)}`, 'expected less nesting'],
  ['-'.repeat(60), 'expected less nesting'],
])('%s is refused: %s', (text, message) => expect(() => compileFormula(text)).toThrow(message));
