import { type ModbusProfile, profileOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { decodeModbus } from './decode-frame.ts';

const SOIL = profileOf('cwt-soil-7in1') as ModbusProfile;
const REQUEST = '0103000000070408';
const REPLY = '01030E016000F101A200400012000C003FA0FD';
const VALUES = { 'soil.moisture': 35.2, 'soil.temperature': 24.1, 'soil.ec': 418 };

describe('a reply says what it holds', () => {
  test('by its length, or by the request before it', () => {
    for (const text of [REPLY, REQUEST + REPLY]) expect(decodeModbus(SOIL, text).values).toMatchObject(VALUES);
  });
  test('a request for other registers gives those of the profile that lie in them', () => {
    expect(decodeModbus(SOIL, '010300020001 25ca 01030201a2 386d').values).toEqual({ 'soil.ec': 418 });
  });
  test('over Modbus TCP, with and without its request', () => {
    const reply = '0007 0000 0011 09 03 0E 016000F101A200400012000C003F';
    for (const text of [reply, `0007 0000 0006 09 03 0000 0007 ${reply}`])
      expect(decodeModbus(SOIL, text)).toMatchObject({ values: VALUES, details: { address: 9 } });
  });
});

test.each([
  [`0203000000070 43b ${REPLY}`, /address 1 and function 3 answer a request to address 2/],
  ['010300020002 65cb 01030201a2 386d', /1 register where 2 were asked for/],
  ['010300140001 c40e 01030201a2 386d', /has nothing in what was read: function 3, 1 from 20/],
  ['01030201a2 386d', /1 register; cwt-soil-7in1 is read 7 at a time \(put the request before/],
  ['0007 0000 0012 09 03 0E 016000F101A200400012000C003F', /23 bytes; the length 18 in the header asks for 24/],
])('%s is refused', (text, reason) => {
  expect(() => decodeModbus(SOIL, text)).toThrow(reason);
});
