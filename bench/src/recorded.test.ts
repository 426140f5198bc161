import { expect, test } from 'vitest';
import { readSeries } from './recorded.ts';

/** A table of 60 minutes whose rows start with what `time` makes of the minute. */
function table(head: string, time: (minute: string) => string, tail: (i: number) => string): string {
  const rows = Array.from({ length: 60 }, (_, i) => `${time(String(i).padStart(2, '0'))}${tail(i)}`);
  return [head, ...rows].join('\n');
}

const FIRST = Date.UTC(2022, 1, 13, 21, 0);

test.each<[string, string, (minute: string) => string, (i: number) => string]>([
  [
    'a TOA5 table',
    '"TOA5","x"\n"TS","RN","a","b"\n"","","Avg",""',
    (m) => `"2022-02-13 21:${m}:00",`,
    (i) => `${i},${20 + i / 10},"NAN"`,
  ],
  ['an ISO table', 'time,a,b', (m) => `2022-02-13T21:${m}:00Z,`, (i) => `${20 + i / 10},`],
  ['an American one', 'time,a,b', (m) => `2/13/2022 21:${m},`, (i) => `${20 + i / 10},`],
  ['one with halves of days', 'time,a,b', (m) => `2/13/2022 9:${m} PM,`, (i) => `${20 + i / 10},`],
  ['a German one', 'Zeit;a;b', (m) => `13.02.2022 21:${m};`, (i) => `${String(20 + i / 10).replace('.', ',')};`],
  ['one with date and time apart', 'date\ttime\ta\tb', (m) => `2022/02/13\t21:${m}:00\t`, (i) => `${20 + i / 10}\t`],
  ['one of seconds since 1970', 'time,a,b', (m) => `${FIRST / 1000 + Number(m) * 60},`, (i) => `${20 + i / 10},`],
])('reads %s', (_, head, time, tail) => {
  const series = readSeries(table(head, time, tail), 'x');
  expect(series?.timesMs[0]).toBe(FIRST);
  expect(series?.timesMs[59]).toBe(FIRST + 59 * 60_000);
  expect(series?.columns.length).toBe(1);
  expect(series?.columns[0]?.[15]).toBe(21.5);
  expect(series?.decimals).toEqual([1]);
});

test('takes an empty cell for an absent reading, and a table without times for none', () => {
  const gaps = readSeries(
    table(
      'time,a',
      (m) => `2022-02-13 21:${m},`,
      (i) => (i % 2 === 0 ? String(i * i) : ''),
    ),
    'x',
  );
  expect(Array.from(gaps?.columns[0]?.slice(0, 3) ?? [])).toEqual([0, Number.NaN, 4]);
  expect(
    readSeries(
      table(
        'a,b',
        (m) => `${m},`,
        (i) => String(i),
      ),
      'x',
    ),
  ).toBeUndefined();
});
