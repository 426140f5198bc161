import { seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { mutated } from '../testing/mutate.ts';
import { framingOf } from './framing.ts';
import { noTcpReply } from './no-reply.ts';
import { encodeTcpRead, findTcpReply, readTcpReply } from './tcp-frame.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((p) => [...p]));
const REQUEST = { address: 5, function: 3, register: 4, count: 2 } as const;
const reply = (transaction: number, ...rest: number[]) =>
  Uint8Array.of(transaction >> 8, transaction & 255, 0, 0, 0, rest.length, ...rest);
const GOOD = reply(0x0102, 5, 3, 4, 0, 6, 0, 5);
const DATA = hex('00060005');

test('a request is a header with its number and length, then unit, function, register and count', () => {
  // The example of the messaging guide V1.0b, section 4.2: one register, 5 by number, of unit 0xff.
  const example = { address: 0xff, function: 3, register: 4, count: 1 } as const;
  expect(encodeTcpRead(0x1501, example)).toEqual(hex('1501 0000 0006 ff 03 0004 0001'));
  expect(findTcpReply(hex('1501 0000 0005 ff 03 02 0005'), 0x1501, example)).toEqual(hex('0005'));
});

describe('a reply is found', () => {
  test.each([
    ['alone', GOOD],
    ['behind a late one', join(reply(0x0101, 5, 3, 4, 9, 9, 9, 9), GOOD)],
    ['behind rubbish', join(hex('01020304'), GOOD)],
    ['behind a header that asks for more than there is', join(hex('0102 0000 00fe 05 03 fb'), GOOD)],
    ['behind another protocol', join(hex('0102 0001 0007 0503040001'), GOOD)],
    ['before rubbish', join(GOOD, hex('ffff'))],
  ])('%s', (_, bytes) => {
    expect(findTcpReply(bytes, 0x0102, REQUEST)).toEqual(DATA);
    for (let end = 0; end < bytes.length; end++) {
      const found = findTcpReply(bytes.subarray(0, end), 0x0102, REQUEST);
      if (found !== undefined) expect(found).toEqual(DATA);
    }
  });
  test.each([
    ['of another transaction', reply(0x0103, 5, 3, 4, 0, 6, 0, 5)],
    ['of another unit', reply(0x0102, 6, 3, 4, 0, 6, 0, 5)],
    ['of another function', reply(0x0102, 5, 4, 4, 0, 6, 0, 5)],
    ['of another length', reply(0x0102, 5, 3, 2, 0, 6)],
    ['whose byte count and length differ', hex('0102 0000 0007 05 03 05 0006 0005')],
  ])('but not one %s', (_, bytes) => expect(findTcpReply(bytes, 0x0102, REQUEST)).toBeUndefined());

  test('exceptions are told in words; that of a gateway whose device is silent is a time-out', () => {
    expect(() => findTcpReply(reply(0x0102, 5, 0x83, 2), 0x0102, REQUEST)).toThrow(
      expect.objectContaining({ code: 'DEVICE_EXCEPTION', message: 'address 5 refuses: illegal register address' }),
    );
    expect(() => findTcpReply(reply(0x0102, 5, 0x83, 11), 0x0102, REQUEST)).toThrow(
      expect.objectContaining({ code: 'DEVICE_TIMEOUT', message: 'the gateway says that address 5 does not answer' }),
    );
  });
});

test.each([
  ['nothing', new Uint8Array(0), 'DEVICE_TIMEOUT', /does not answer$/],
  ['a late answer', reply(0x0101, 5, 3, 4, 0, 6, 0, 5), 'DEVICE_TIMEOUT', /only a late answer/],
  ['another unit', reply(0x0102, 6, 3, 4, 0, 6, 0, 5), 'FRAME_UNEXPECTED', /address 6 answered instead/],
  ['other registers', reply(0x0102, 5, 3, 2, 0, 6), 'FRAME_UNEXPECTED', /1 register by function 3 instead of 2 by 3/],
  ['RTU', hex('0103020344B887'), 'FRAME_MALFORMED', /7 bytes that are no Modbus TCP but RTU/],
  ['noise', hex('ff00ff'), 'FRAME_MALFORMED', /3 bytes that are no Modbus TCP$/],
])('no reply is explained: %s', (_, heard, code, reason) => {
  expect(noTcpReply(REQUEST, 0x0102, heard)).toMatchObject({ code, message: expect.stringMatching(reason) });
});

test.each([
  ['0102 0000 0007 05 03 04 0006', 'FRAME_TOO_SHORT', /11 bytes; the length 7 in the header asks for 13/],
  ['0102 0000 0005 05 03 04 0006', 'FRAME_MALFORMED', /byte count does not fit/],
  ['0102 0000 0006 05 03 03 000600', 'FRAME_MALFORMED', /byte count 3/],
  ['0102 0000 0003 05 83 02', 'DEVICE_EXCEPTION', /refuses: illegal register/],
  ['0102 0000 0004 05 10 01 00', 'FRAME_MALFORMED', /function 16/],
])('%s alone is refused with %s', (bytes, code, reason) => {
  expect(() => readTcpReply(hex(bytes))).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(reason) }),
  );
});

test('requests are numbered, so that an answer that comes late is not taken for the next one', () => {
  const framing = framingOf('tcp');
  const first = framing.encode(REQUEST);
  const late = reply((first[0] as number) * 256 + (first[1] as number), 5, 3, 4, 0, 1, 0, 2);
  expect(framing.find(REQUEST, late)).toEqual(hex('00010002'));
  framing.encode(REQUEST);
  expect(framing.find(REQUEST, late)).toBeUndefined();
  for (let i = 0; i < 70_000; i++) framing.encode(REQUEST);
  expect(framing.encode(REQUEST)).toHaveLength(12);
});

test('20,000 damaged replies: the good one behind is always found, and nothing else breaks', () => {
  const random = seededRandom(20_260_701);
  for (let i = 0; i < 20_000; i++) {
    const bad = mutated(GOOD, random);
    // Header and counts are all that guards a frame of Modbus TCP: a damaged value in a sound frame cannot be told.
    const found = findTcpReply(join(bad, GOOD), 0x0102, REQUEST);
    expect(found).toHaveLength(4);
    expect(() => noTcpReply(REQUEST, 0x0102, bad)).not.toThrow();
    try {
      readTcpReply(bad);
    } catch (error) {
      expect(error).toMatchObject({ name: 'KarezError' });
    }
  }
});
