import { describe, expect, test } from 'vitest';
import { numbersIn, readTable, type TableOptions } from './table.ts';
import { timeOf } from './times.ts';

const TOA5 = `\uFEFF"TOA5","station","CR1000X","28731","OS","CPU:x.CR1X","57162","Table"\r
"TIMESTAMP","RECORD","Name","T(1,1)","T(1,2)"\r
"TS","RN","","","Deg C"\r
"","","Smp","Smp","Smp"\r
"2022-04-06 10:30:00",1,"probe, north","NAN","NAN"\r
"2022-04-06 10:45:00",2,"say ""dry""",2987.25,24.10\r
"2022-04-06 11:00:00",3,"two\r
lines",-3.5E2,.5\r
`;
const read = (text: string, options?: TableOptions) => readTable(text, 'x.dat', options);

describe('a TOA5 table', () => {
  const table = read(TOA5);

  test('has its names from the second row, its data from the fifth on, times without quotes', () => {
    expect(table.columns).toEqual(['TIMESTAMP', 'RECORD', 'Name', 'T(1,1)', 'T(1,2)']);
    expect(table.timesMs.map((ms) => new Date(ms).toISOString())).toEqual([
      ...['2022-04-06T10:30:00.000Z', '2022-04-06T10:45:00.000Z', '2022-04-06T11:00:00.000Z'],
    ]);
    expect(table.rows.map((row) => row.cells[2])).toEqual(['probe, north', 'say "dry"', 'two\r\nlines']);
    expect(table.rows.map((row) => row.line)).toEqual([5, 6, 7]);
  });

  test('keeps every digit of a number, and knows what is none', () => {
    expect(numbersIn(table, 'T(1,1)')).toEqual([undefined, '2987.25', '-3.5E2']);
    expect(numbersIn(table, 'T(1,2)')).toEqual([undefined, '24.10', '.5']);
  });

  test('may be in another time zone', () =>
    expect(new Date(read(TOA5, { utcOffsetH: -5 }).timesMs[0] as number).toISOString()).toBe(
      '2022-04-06T15:30:00.000Z',
    ));
});

describe('another table', () => {
  test('has its names in the first row', () => {
    const table = read('Date,Tout ,Rain\n2/1/2022 0:00,5.10,\n2/1/2022 0:04,4.90,NaN\n\n');
    expect(table.columns).toEqual(['Date', 'Tout', 'Rain']);
    expect(table.timesMs).toEqual([Date.UTC(2022, 1, 1), Date.UTC(2022, 1, 1, 0, 4)]);
    expect(numbersIn(table, 'Rain')).toEqual([undefined, undefined]);
    expect(read('Date\n2/1/2022\n', { dates: 'day-first' }).timesMs).toEqual([Date.UTC(2022, 0, 2)]);
  });

  test('may have its time in several columns', () => {
    const table = read('YEAR,MONTH,DAY,HOUR,OB\n2015,01,31,23,6.9\n2015,02,01,00,7.0\n', {
      time: ['YEAR', 'MONTH', 'DAY', 'HOUR'],
    });
    expect(table.timesMs).toEqual([Date.UTC(2015, 0, 31, 23), Date.UTC(2015, 1, 1)]);
  });

  test('may have two rows at one time', () =>
    expect(read('t,a\n2022-04-06 10:30:00,1\n2022-04-06 10:30:00,2\n').rows).toHaveLength(2));
});

test.each([
  ['2022-04-06 10:30:00.25', Date.UTC(2022, 3, 6, 10, 30, 0, 250)],
  ['2022-04-06T10:30:00Z', Date.UTC(2022, 3, 6, 10, 30)],
  ['2022-04-06 24:00:00', Date.UTC(2022, 3, 7)],
  ['2022-02-29 00:00', undefined],
  ['2022-04-06 25:00', undefined],
  ['13/1/2022', undefined],
  ['noon', undefined],
  ['', undefined],
])('%j is a time: %s', (text, ms) => expect(timeOf([text], 'month-first')).toBe(ms));

describe('what is wrong is named by line and column', () => {
  const HEAD = 't,a\n2022-04-06 10:30:00,1\n';
  test.each([
    ['', 'x.dat:1: is empty'],
    ['"TOA5","x"\n', 'x.dat:1: has no row of names'],
    ['t,a\n', 'x.dat:1: has no rows below its header'],
    ['t,a,a\n1,2,3\n', 'x.dat:1: column "a" stands there twice'],
    [`${HEAD}2022-04-06 10:45:00\n`, 'x.dat:3: has 1 cells; the header names 2 columns'],
    [`${HEAD}\n\n2022-04-06,1,2\n`, 'x.dat:5: has 3 cells; the header names 2 columns'],
    [`${HEAD}yesterday,1\n`, 'x.dat:3: column "t" must be a time, not "yesterday"'],
    [`${HEAD}2022-04-06 10:15:00,1\n`, 'x.dat:3: column "t": 2022-04-06 10:15:00 is earlier than the row before it'],
    [`${HEAD}"2022-04-06,1\n`, 'x.dat:3: cell 1 begins with a quote that does not end'],
    [`${HEAD}2022-04-06 10:45:00,"1"2\n`, 'x.dat:3: cell 2 must end at its quote, or hold quotes twice'],
  ])('%j', (text, words) => expect(() => read(text)).toThrow(words));

  test('a cell that is no number, a column that is not there', () => {
    const table = read(`${HEAD}2022-04-06 10:45:00,wet\n`);
    expect(() => numbersIn(table, 'a')).toThrow('x.dat:3: column "a" must be a number, not "wet"');
    expect(() => numbersIn(table, 'b')).toThrow('x.dat: there is no column "b"; there are t, a');
    expect(() => read(HEAD, { time: ['time'] })).toThrow('x.dat: there is no column "time"; there are t, a');
  });
});
