import type { ModbusProfile } from '@karez/model';
import { profileOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { channelsWithin, groupRegisters, registerValue } from './registers.ts';

const base = profileOf('cwt-soil-7in1') as ModbusProfile;
type Channel = ModbusProfile['channels'][number];
const at = (register: number, more: Partial<Channel> = {}): Channel => ({
  quantity: 'soil.raw',
  register,
  type: 'uint16',
  decimals: 0,
  ...more,
});
const groups = (channels: Channel[], more: Partial<ModbusProfile> = {}) =>
  groupRegisters({ ...base, channels, ...more }).map((g) => [g.register, g.count, g.channels]);

describe('registers are grouped into the fewest requests', () => {
  test('a whole probe is one request', () => expect(groups(base.channels)).toEqual([[0, 7, [0, 1, 2, 3, 4, 5, 6]]]));
  test('in the order of the map, whatever the order of the profile', () =>
    expect(groups([at(5), at(3), at(4)])).toEqual([[3, 3, [1, 2, 0]]]));
  test('small gaps are read along, large ones are not', () => {
    expect(groups([at(0), at(9)])).toEqual([[0, 10, [0, 1]]]);
    expect(groups([at(0), at(10)])).toEqual([
      [0, 1, [0]],
      [10, 1, [1]],
    ]);
    expect(groups([at(0), at(2)], { maxGap: 0 })).toEqual([
      [0, 1, [0]],
      [2, 1, [1]],
    ]);
  });
  test('never more than the device answers', () => {
    const many = Array.from({ length: 300 }, (_, i) => at(i));
    expect(groups(many).map(([, count]) => count)).toEqual([125, 125, 50]);
    expect(groups(many.slice(0, 10), { maxRegisters: 4 }).map(([, count]) => count)).toEqual([4, 4, 2]);
  });
  test('a 32-bit value is never cut in two', () => {
    const wide = [at(0, { type: 'uint32' }), at(2, { type: 'float32' }), at(4, { type: 'int32' })];
    expect(groups(wide, { maxRegisters: 3 }).map(([register, count]) => [register, count])).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
    ]);
  });
  test('the same register twice, and a register inside a wide one, are read once', () =>
    expect(groups([at(0, { type: 'uint32' }), at(1), at(1)])).toEqual([[0, 2, [0, 1, 2]]]));
});

describe('a value is read from its bytes', () => {
  const read = (channel: Channel, ...bytes: number[]) =>
    registerValue(channel, { register: 0 }, Uint8Array.from(bytes));
  test.each([
    ['uint16', {}, [0xff, 0xff], 65_535],
    ['int16', {}, [0xff, 0x9b], -101],
    ['int16', { divide: 1, decimals: 1 }, [0xff, 0x9b], -10.1],
    ['int16', {}, [0x80, 0x00], -32_768],
    ['uint32', {}, [0x00, 0x01, 0x00, 0x02], 65_538],
    ['uint32', { words: 'low-first' }, [0x00, 0x02, 0x00, 0x01], 65_538],
    ['uint32', {}, [0xff, 0xff, 0xff, 0xff], 4_294_967_295],
    ['int32', {}, [0xff, 0xff, 0xff, 0xfe], -2],
    ['int32', { words: 'low-first' }, [0xff, 0xfe, 0xff, 0xff], -2],
    ['float32', { decimals: 3 }, [0x41, 0xbc, 0x00, 0x00], 23.5],
    ['float32', { decimals: 3, words: 'low-first' }, [0x00, 0x00, 0x41, 0xbc], 23.5],
  ] as const)('%s %j', (type, more, bytes, expected) => {
    expect(read(at(0, { type, ...more } as Partial<Channel>), ...bytes)).toBe(expected);
  });
  test.each([
    ['a marker', at(0, { type: 'int16', absent: [-32_768, 32_767] }), [0x7f, 0xff]],
    ['a marker of 32 bits', at(0, { type: 'uint32', absent: [4_294_967_295] }), [0xff, 0xff, 0xff, 0xff]],
    ['no number', at(0, { type: 'float32' }), [0x7f, 0xc0, 0, 0]],
    ['infinity', at(0, { type: 'float32' }), [0x7f, 0x80, 0, 0]],
  ] as const)('%s is absent', (_, channel, bytes) => expect(read(channel, ...bytes)).toBeNaN());
  test('by its place in the group', () =>
    expect(registerValue(at(12), { register: 10 }, Uint8Array.from([0, 1, 0, 2, 0, 3]))).toBe(3));
});

describe('bits, masks and other orders', () => {
  const read = (channel: Channel, ...bytes: number[]) =>
    registerValue(channel, { register: 0 }, Uint8Array.from(bytes));
  test.each([
    ['uint16', { bytes: 'low-first' }, [0x34, 0x12], 0x1234],
    ['int16', { bytes: 'low-first' }, [0x9b, 0xff], -101],
    ['uint32', { bytes: 'low-first' }, [0x34, 0x12, 0x78, 0x56], 0x1234_5678],
    ['uint32', { bytes: 'low-first', words: 'low-first' }, [0x78, 0x56, 0x34, 0x12], 0x1234_5678],
    ['float32', { decimals: 3, bytes: 'low-first', words: 'low-first' }, [0, 0, 0xbc, 0x41], 23.5],
    ['float64', { decimals: 3 }, [0x40, 0x37, 0x80, 0, 0, 0, 0, 0], 23.5],
    ['float64', { decimals: 3, words: 'low-first' }, [0, 0, 0, 0, 0x80, 0, 0x40, 0x37], 23.5],
    ['uint64', {}, [0, 0, 0, 1, 0, 0, 0, 2], 4_294_967_298],
    ['uint64', { words: 'low-first' }, [0, 2, 0, 0, 0, 1, 0, 0], 4_294_967_298],
    ['int64', {}, [255, 255, 255, 255, 255, 255, 255, 254], -2],
    ['uint16', { mask: 0xf0 }, [0xab, 0xcd], 0xc],
    ['uint16', { mask: 0xff00 }, [0xab, 0xcd], 0xab],
    ['uint16', { mask: 0x8000 }, [0x80, 0], 1],
    ['uint32', { mask: 0x8000_0000 }, [0x80, 0, 0, 0], 1],
    ['uint32', { mask: 0xffff_ffff }, [0xff, 0xff, 0xff, 0xfe], 4_294_967_294],
  ] as const)('%s %j', (type, more, bytes, expected) => {
    expect(read(at(0, { type, ...more } as Partial<Channel>), ...bytes)).toBe(expected);
  });

  test('coils and inputs are read by their number, the lowest bit first', () => {
    const coil = (register: number) => at(register, { type: 'bit' });
    const data = Uint8Array.from([0b1000_0010, 0b1]);
    const values = [20, 21, 27, 28, 29].map((register) => registerValue(coil(register), { register: 20 }, data));
    expect(values).toEqual([0, 1, 1, 1, 0]);
  });

  test('the device says how many decimals a value has; nonsense there is refused', () => {
    const level = at(4, { type: 'int16', decimalsRegister: 3, decimals: 3 });
    const value = (decimals: number) =>
      registerValue(level, { register: 3 }, Uint8Array.from([0, decimals, 0xff, 0x38]));
    expect([0, 1, 3].map(value)).toEqual([-200, -20, -0.2]);
    expect(() => value(77)).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
    const inMetres = at(4, { type: 'int16', decimals: 4, unitRegister: { register: 3, factors: { 16: 1, 17: 0.01 } } });
    const metres = (unit: number) => registerValue(inMetres, { register: 3 }, Uint8Array.from([0, unit, 0, 26]));
    expect([16, 17].map(metres)).toEqual([26, 0.26]);
    expect(() => metres(1)).toThrow('register 3 says unit 1, where 16, 17 are known');
  });
});

describe('several kinds of reads in one profile', () => {
  const mixed = [
    at(3, { function: 4, type: 'float32' }),
    at(0),
    at(9, { function: 1, type: 'bit' }),
    at(2, { function: 1, type: 'bit' }),
    at(4, { type: 'int16', decimalsRegister: 1 }),
  ];
  test('each function is asked by itself, a value with the register that says its decimals', () => {
    const profile = { ...base, channels: mixed };
    expect(groupRegisters(profile)).toEqual([
      { function: 1, register: 2, count: 8, channels: [3, 2] },
      { function: 3, register: 0, count: 5, channels: [1, 4] },
      { function: 4, register: 3, count: 2, channels: [0] },
    ]);
    expect(channelsWithin(profile, { function: 3, register: 0, count: 4 })).toEqual([1]);
    expect(channelsWithin(profile, { function: 3, register: 0, count: 5 })).toEqual([1, 4]);
    expect(channelsWithin(profile, { function: 4, register: 0, count: 5 })).toEqual([0]);
  });
  test('more coils fit in one request than registers', () => {
    const coils = Array.from({ length: 2_100 }, (_, i) => at(i, { function: 1, type: 'bit' }));
    expect(groups(coils).map(([, count]) => count)).toEqual([2_000, 100]);
  });
});
