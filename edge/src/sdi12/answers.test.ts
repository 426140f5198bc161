import { KarezError } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { readAddress, readIdentity, readTiming, readValues } from './answers.ts';
import { crcOf } from './crc.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof KarezError ? error.code : String(error);
  }
  return 'was read';
};

describe('the CRC', () => {
  // SDI-12 v1.4, sections 4.4.8.1 and 4.4.12.3: every example that the specification prints.
  test.each([
    ['0', 'AP@'],
    ['0+3.14', 'OqZ'],
    ['0+3.14+2.718+1.414', 'Ipz'],
    ['0+1.11+2.22+3.33+4.44+5.55+6.66', 'I]q'],
    ['0+7.77+8.88+9.99', 'IvW'],
    ['0+3.14+2.718', 'IWO'],
    ['0+2.718', 'Gbc'],
    ['0+1.414', 'GtW'],
    ['1+1.23+2.34+345+4.4678', 'KoO'],
    ['0+1.234-4.56+12354-0.00045+2.223+145.5+7.7003+4328.8+9+10+11.433+12', 'Ba]'],
  ])('of %s is %s', (text, crc) => {
    expect(crcOf(text)).toBe(crc);
    const values = [...text.slice(1).matchAll(/[+-][0-9.]+/g)].map(([value]) => Number(value));
    expect(readValues(text + crc, text[0] as string, true)).toEqual(values);
  });

  test('finds every single character that changed', () => {
    const good = '0+3.14+2.718+1.414Ipz';
    for (let i = 1; i < good.length; i++) {
      const bad = `${good.slice(0, i)}${String.fromCharCode(good.charCodeAt(i) ^ 1)}${good.slice(i + 1)}`;
      expect(
        codeOf(() => readValues(bad, '0', true)),
        bad,
      ).toBe('FRAME_CHECKSUM');
    }
  });
});

describe('values', () => {
  test.each([
    ['1+1807.82+21.0+1', [1807.82, 21, 1]],
    ['1-0.5-40+0000001', [-0.5, -40, 1]],
    ['1+1.+.5', [1, 0.5]],
    ['1', []],
  ])('of %s are exact', (line, values) => expect(readValues(line, '1', false)).toEqual(values));

  test('a zero with a minus is a zero', () => expect(Object.is(readValues('1-0', '1', false)[0], -0)).toBe(true));

  test.each([
    ['1+', 'FRAME_MALFORMED'],
    ['1+1..5', 'FRAME_MALFORMED'],
    ['1+1.5.2', 'FRAME_MALFORMED'],
    ['1+12345678', 'FRAME_MALFORMED'],
    ['1 +1', 'FRAME_MALFORMED'],
    ['1+1e3', 'FRAME_MALFORMED'],
    ['11807.82+21.0', 'FRAME_MALFORMED'],
    ['2+1807.82', 'FRAME_UNEXPECTED'],
    ['+1807.82', 'FRAME_MALFORMED'],
    ['', 'FRAME_MALFORMED'],
    ['1+3.14OqZ', 'FRAME_MALFORMED'],
  ])('%j is refused: %s', (line, code) => expect(codeOf(() => readValues(line, '1', false))).toBe(code));
});

describe('the other answers', () => {
  test('timing', () => {
    expect(readTiming('00053', '0', 1)).toEqual({ seconds: 5, count: 3 });
    expect(readTiming('004512', '0', 2)).toEqual({ seconds: 45, count: 12 });
    expect(readTiming('099999', '0', 2)).toEqual({ seconds: 999, count: 99 });
    for (const line of ['0005', '000531', '0a053', '0 053', '0+3.14'])
      expect(
        codeOf(() => readTiming(line, '0', 1)),
        line,
      ).toBe('FRAME_MALFORMED');
    expect(codeOf(() => readTiming('10053', '0', 1))).toBe('FRAME_UNEXPECTED');
  });

  test('an address', () => {
    expect(readAddress('z', 'z')).toBe('z');
    expect(readAddress('7', '?')).toBe('7');
    expect(codeOf(() => readAddress('77', '7'))).toBe('FRAME_MALFORMED');
    expect(codeOf(() => readAddress('*', '?'))).toBe('FRAME_MALFORMED');
    expect(codeOf(() => readAddress('8', '7'))).toBe('FRAME_UNEXPECTED');
  });

  test('an identification', () => {
    expect(readIdentity('113METER   TER12 201T12-00082937', '1')).toEqual({
      ...{ address: '1', version: '1.3', vendor: 'METER   ', model: 'TER12 ', firmware: '201', serial: 'T12-00082937' },
    });
    expect(readIdentity('013CAMPBELLCLIM50529VUE-500002164', '0')).toMatchObject({
      ...{ vendor: 'CAMPBELL', model: 'CLIM50', firmware: '529', serial: 'VUE-500002164' },
    });
    expect(readIdentity('014AAAAAAAABBBBBB1.0', '0').serial).toBe('');
    expect(codeOf(() => readIdentity('113METER', '1'))).toBe('FRAME_MALFORMED');
    expect(codeOf(() => readIdentity('113METER   TER12 201T12-000829370000', '1'))).toBe('FRAME_MALFORMED');
  });
});
