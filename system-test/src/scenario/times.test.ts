/** Field time, intervals and real time. */
import Schema from 'typebox/schema';
import { expect, test } from 'vitest';
import { clockText, FieldTime, fieldMs, Patience, RealTime, realMs, realText, spanOf } from './times.ts';

test.each([
  ['90s', 90_000],
  ['1.5 min', 90_000],
  ['2h', 7_200_000],
  ['3d', 259_200_000],
])('%s is %i ms of the field', (text, ms) => {
  expect(Schema.Check(FieldTime, text)).toBe(true);
  expect(fieldMs(text)).toBe(ms);
});

test.each(['', '90', '90 sec', '-1s', '1h 30min', '3 intervals', '5s real'])('"%s" is no time of the field', (text) =>
  expect(Schema.Check(FieldTime, text)).toBe(false),
);

test('at speed 60 a minute of the field is a second, an interval the gateway’s, a real second a second', () => {
  const real = (text: string) => realMs(spanOf(text), { speed: 60 }, 2_000);
  expect(['1min', '3 intervals', '1 interval', '5s real', '2min real'].map(real)).toEqual([
    1_000, 6_000, 2_000, 5_000, 120_000,
  ]);
  for (const text of ['1min', '3 intervals', '5s real']) expect(Schema.Check(Patience, text)).toBe(true);
  expect([Schema.Check(RealTime, '5s'), Schema.Check(RealTime, '5s real')]).toEqual([false, true]);
});

test('times for people', () => {
  expect([0, 61_000, 3_723_000, 90_061_000].map(clockText)).toEqual(['0:00:00', '0:01:01', '1:02:03', '1 d 01:01:01']);
  expect([400, 61_000, 600_000].map(realText)).toEqual(['0.4 s', '61 s', '10.0 min']);
});
