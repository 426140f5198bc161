import { describe, expect, test } from 'vitest';
import { readAddress, readTiming, readValues } from './answers.ts';
import { findAnswer, whyNone } from './lines.ts';

const values = (heard: string, hasCrc = false) =>
  findAnswer(heard, '0', hasCrc, (line) => readValues(line, '0', hasCrc))?.answer;

describe('an answer is found', () => {
  test.each([
    ['by itself', '0+3.14+2.7\r\n'],
    ['behind the echo of the command', '0D0!0+3.14+2.7\r\n'],
    ['behind what a break reads as', '\x00\x00\xff0+3.14+2.7\r\n'],
    ['behind a late answer of another sensor', '3+1.1\r\n0+3.14+2.7\r\n'],
    ['behind half of one', '+1.1+2\r\n0+3.14+2.7\r\n'],
    ['behind rubbish and a line end', '\x7f{}9\x80\n0+3.14+2.7\r\n'],
    ['with a line feed alone', '0+3.14+2.7\n'],
  ])('%s', (_, heard) => expect(values(heard)).toEqual([3.14, 2.7]));

  test('in the middle of rubbish where a CRC proves it', () => {
    expect(values('0+1+20x0+3.14OqZ\r\n', true)).toEqual([3.14]);
    expect(values('00+3.14OqZ\r\n', true)).toEqual([3.14]);
  });
});

describe('none is found', () => {
  test.each([
    ['while the line has not ended', '0+3.14'],
    ['in rubbish glued to it, without a CRC', 'x0+3.14\r\n'],
    ['with a character lost from the address on', '+3.14\r\n'],
    ['with noise inside', '0+3\x80.14\r\n'],
    ['in an answer of another', '1+3.14\r\n'],
  ])('%s', (_, heard) => expect(values(heard)).toBeUndefined());

  test('with a wrong CRC', () => expect(values('0+3.15OqZ\r\n', true)).toBeUndefined());
});

describe('why not', () => {
  const why = (heard: string) => {
    const { code, message } = whyNone(heard, '0', (line) => readTiming(line, '0', 1));
    return `${code}: ${message}`;
  };
  test.each([
    ['', 'DEVICE_TIMEOUT: address 0 does not answer'],
    ['0M!', 'DEVICE_TIMEOUT: address 0 does not answer: only our own command came back'],
    ['0M!000', 'FRAME_TOO_SHORT: address 0: "000" has no line end'],
    ['10013\r\n', 'FRAME_UNEXPECTED: address 0: address 1 answered instead of 0'],
    ['0+3\r\n', 'FRAME_MALFORMED: address 0: "0+3" is not the address, three digits of seconds and 1 of a count'],
  ])('%j: %s', (heard, expected) => expect(why(heard)).toBe(expected));

  test('with a CRC', () => {
    const error = whyNone('0+3.14OqY\r\n', '0', (line) => readValues(line, '0', true));
    expect(error).toMatchObject({ code: 'FRAME_CHECKSUM', message: 'address 0: CRC OqY, expected OqZ' });
  });

  test('an acknowledgement that is something else', () =>
    expect(whyNone('0+1\r\n', '0', (line) => readAddress(line, '0')).code).toBe('FRAME_MALFORMED'));
});
