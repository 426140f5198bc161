import { profileOf, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { mutated } from '../testing/mutate.ts';
import { crc16 } from './crc.ts';
import { encodeRead, findReply, readReply } from './frame.ts';
import { noReply } from './no-reply.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((p) => [...p]));
const sealed = (...bytes: number[]) => {
  const crc = crc16(Uint8Array.from(bytes), 0, bytes.length);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
};
const REQUEST = { address: 1, function: 3, register: 0, count: 7 } as const;
const REPLY = hex('01030E016000F101A200400012000C003FA0FD');
const DATA = REPLY.slice(3, -2);

test.each([
  [REQUEST, '0103000000070408'],
  [{ address: 1, function: 3, register: 0, count: 4 } as const, '0103000000044409'],
  // MODBUS Application Protocol V1.1b3, sections 6.1 and 6.2: coils 20 to 38, inputs 197 to 218.
  [{ address: 1, function: 1, register: 0x13, count: 0x13 } as const, '0101001300138c02'],
  [{ address: 1, function: 2, register: 0xc4, count: 0x16 } as const, '010200c40016b839'],
])('a request is written as published', (request, expected) => {
  expect(encodeRead(request)).toEqual(hex(expected));
});

test.each([
  ['', 'FRAME_TOO_SHORT', /0 bytes/],
  ['0103', 'FRAME_TOO_SHORT', /2 bytes/],
  ['0103000000070408', 'FRAME_UNEXPECTED', /a request/],
  ['010300000007440C', 'FRAME_CHECKSUM', /CRC 440c, expected 0408; .*request/],
  ['01030E016000F101A200400012000C003F0408', 'FRAME_CHECKSUM', /CRC 0408, expected a0fd/],
  ['01030E016000F101A200400012000C003FA0', 'FRAME_TOO_SHORT', /18 bytes; .* 19/],
  ['01030E016000F101A200400012000C003FA0FD00', 'FRAME_TOO_LONG', /20 bytes; .* 19/],
  ['018302C0F1', 'DEVICE_EXCEPTION', /address 1 refuses: illegal register address/],
  ['0110000000014000', 'FRAME_MALFORMED', /function 16/],
])('%s is refused with %s', (bytes, code, reason) => {
  expect(() => readReply(hex(bytes))).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(reason) }),
  );
});

test('an odd byte count is no register reply, though its CRC is right', () => {
  expect(() => readReply(sealed(1, 3, 3, 1, 2, 3))).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
});

describe('a reply is found', () => {
  const other = hex('0203020001 3d84');
  test.each([
    ['alone', REPLY],
    ['behind noise', join(hex('00ff01'), REPLY)],
    ['behind the echo of the request', join(encodeRead(REQUEST), REPLY)],
    ['behind the late answer of another', join(sealed(2, 3, 2, 0, 1), REPLY)],
    [
      'behind one with a wrong CRC',
      join(
        REPLY.map((b, i) => (i === 18 ? b ^ 1 : b)),
        REPLY,
      ),
    ],
    ['behind its own beginning', join(REPLY.slice(0, 10), REPLY)],
    ['before rubbish', join(REPLY, hex('0103'))],
  ])('%s', (_, bytes) => {
    expect(findReply(bytes, REQUEST)).toEqual(DATA);
    for (let end = 0; end < bytes.length; end++) {
      const found = findReply(bytes.subarray(0, end), REQUEST);
      if (found !== undefined) expect(found).toEqual(DATA);
    }
  });

  test.each([
    ['of another address', sealed(2, ...REPLY.slice(1, -2))],
    ['of another function', sealed(1, 4, ...REPLY.slice(2, -2))],
    ['of another length', sealed(1, 3, 2, 0, 1)],
    ['to somebody else', other],
    ['that is an exception of another address', sealed(2, 0x83, 2)],
  ])('but not one %s', (_, bytes) => expect(findReply(bytes, REQUEST)).toBeUndefined());

  test('an exception is told in words', () => {
    expect(() => findReply(join(hex('00'), sealed(1, 0x83, 6)), REQUEST)).toThrow(
      expect.objectContaining({ code: 'DEVICE_EXCEPTION', message: 'address 1 refuses: device busy' }),
    );
  });
});

test('coils and inputs answer with as many bytes as their bits need (sections 6.1 and 6.2)', () => {
  const coils = { address: 1, function: 1, register: 0x13, count: 0x13 } as const;
  expect(findReply(sealed(1, 1, 3, 0xcd, 0x6b, 0x05), coils)).toEqual(hex('cd6b05'));
  expect(findReply(sealed(1, 1, 2, 0xcd, 0x6b), coils)).toBeUndefined();
  const inputs = { address: 1, function: 2, register: 0xc4, count: 0x16 } as const;
  expect(findReply(sealed(1, 2, 3, 0xac, 0xdb, 0x35), inputs)).toEqual(hex('acdb35'));
  expect(readReply(sealed(1, 2, 3, 0xac, 0xdb, 0x35)).data).toEqual(hex('acdb35'));
});

describe('no reply is explained', () => {
  test.each([
    ['nothing', new Uint8Array(0), 'DEVICE_TIMEOUT', /address 1 does not answer$/],
    ['the echo alone', encodeRead(REQUEST), 'DEVICE_TIMEOUT', /only our own request/],
    ['another address', sealed(5, 3, 2, 0, 1), 'FRAME_UNEXPECTED', /address 5 answered instead/],
    ['other registers', sealed(1, 3, 2, 0, 1), 'FRAME_UNEXPECTED', /1 register by function 3 instead of 7/],
    ['half of it', REPLY.slice(0, 9), 'FRAME_TOO_SHORT', /9 bytes of 19/],
    ['half of it behind the echo', join(encodeRead(REQUEST), REPLY.slice(0, 9)), 'FRAME_TOO_SHORT', /9 bytes of 19/],
    ['noise', hex('00ffee0011'), 'FRAME_CHECKSUM', /5 bytes, but no whole reply/],
  ])('%s', (_, heard, code, reason) => {
    expect(noReply(REQUEST, heard)).toMatchObject({ code, message: expect.stringMatching(reason) });
  });
});

test('20,000 damaged replies: what is taken is right by its CRC, and the good one behind is always found', () => {
  const random = seededRandom(20_260_602);
  const frames = ['cwt-soil-7in1', 'dfrobot-sen0604', 'dfrobot-sen0641'].map((id) =>
    hex(profileOf(id).frames[0]?.hex as string),
  );
  let damagedTaken = 0;
  for (let i = 0; i < 20_000; i++) {
    const good = frames[i % frames.length] as Uint8Array;
    const request = { address: 1, function: 3, register: 0, count: (good[2] as number) / 2 } as const;
    const bad = mutated(good, random);
    const data = good.slice(3, -2);
    const found = findReply(join(bad, good), request);
    expect(found).toBeDefined();
    // Else the damage left, or made, another reply with a right CRC.
    if (!Buffer.from(found as Uint8Array).equals(data)) {
      const sum = sealed(1, 3, (found as Uint8Array).length, ...(found as Uint8Array));
      expect(Buffer.from(bad).indexOf(sum)).toBeGreaterThanOrEqual(0);
      damagedTaken++;
    }
    expect(() => noReply(request, bad)).not.toThrow();
    try {
      readReply(bad);
    } catch (error) {
      expect(error).toMatchObject({ name: 'KarezError' });
    }
  }
  expect(damagedTaken).toBeLessThan(5);
});
