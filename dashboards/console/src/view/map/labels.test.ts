import { expect, test } from 'vitest';
import { placeLabels } from './labels.ts';

const where = (marks: [number, number][]) => placeLabels(marks).map((l) => l && `${l.anchor} ${Math.sign(l.dy)}`);

test('a number stands below its mark, elsewhere where another mark stands there', () => {
  expect(where([[100, 100]])).toEqual(['middle 1']);
  expect(
    where([
      [100, 100],
      [100, 118],
    ]),
  ).toEqual(['middle -1', 'middle 1']);
});

test('two numbers never share a place; where there is no room there is none', () => {
  expect(
    where([
      [100, 100],
      [112, 100],
    ]),
  ).toEqual(['middle 1', 'middle -1']);
  const crowd = where([
    [100, 100],
    [100, 116],
    [100, 84],
    [116, 100],
    [84, 100],
  ]);
  expect(crowd[0]).toBeUndefined();
});
