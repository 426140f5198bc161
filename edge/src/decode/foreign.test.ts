import { profileOf } from '@karez/model';
import { expect, test } from 'vitest';
import { foreignNote } from './foreign.ts';

const soil = profileOf('cwt-soil-7in1');
const all = [0, 1, 2, 3, 4, 5, 6];

test('nothing but zeros is hardly a measurement, unless there is only one', () => {
  expect(foreignNote(soil, all, [0, 0, 0, 0, 0, 0, 0])).toBe('answers 7 zeros: not a soil probe?');
  expect(foreignNote(soil, all, [0, 0, 0, 0, 0, 0, 1])).toBeUndefined();
  expect(foreignNote(soil, [0], [0])).toBeUndefined();
  expect(foreignNote(profileOf('dfrobot-sen0641'), [0], [0])).toBeUndefined();
});

test('several values that no soil can have are pointed out, a single one is left to the range check', () => {
  // A probe that puts temperature first and hundredths, read by the map of another.
  expect(foreignNote(soil, [0, 1, 2, 3], [179.4, 182.1, 182, 0])).toBe(
    'soil.moisture 179.4 %, soil.temperature 182.1 °C, soil.ph 0 pH cannot be: not a soil probe of this profile?',
  );
  expect(foreignNote(soil, all, [179.4, 21, 182, 6, 1, 2, 3])).toBeUndefined();
  expect(foreignNote(soil, [0, 1], [Number.NaN, Number.NaN])).toBeUndefined();
});
