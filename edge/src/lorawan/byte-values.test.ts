/** Layouts, each kind with frames that are right and frames that are not. Every profile's own frames are read in edge/src/decode. */
import { type LorawanProfile, profileOf, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { byChannel } from '../decode/decoded-frame.ts';
import { LORAWAN_IDS } from '../testing/lorawan-ids.ts';
import { readBytes } from './byte-values.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const profile = (id: string) => profileOf(id) as LorawanProfile;
const read = (id: string, hex: string) => readBytes(profile(id), bytesOf(hex));
const samples = (id: string, hex: string) =>
  read(id, hex).samples.map(({ channels, values, ...time }) => ({
    ...byChannel(profile(id), channels, values),
    ...time,
  }));

describe('a frame of flags and words', () => {
  test('has what its flags say, in any combination', () => {
    expect(samples('decentlab-trs12', '0210d300020c80')).toEqual([{ 'battery.voltage': 3.2 }]);
    expect(samples('decentlab-trs12', '0210d300010000813dffff')).toEqual([
      { 'soil.permittivity': null, 'soil.moisture': null, 'soil.temperature': 31.7, 'soil.ec': null },
    ]);
    expect(samples('decentlab-trs12', '0210d30000')).toEqual([]);
  });
  test.each(['0000', 'ffff'])('of which a word of %s is no sensor, never a number', (word) => {
    for (const [id, words] of [
      ['decentlab-smtp', 16],
      ['decentlab-tp', 16],
      ['decentlab-atm41', 17],
      ['decentlab-atm22', 8],
      ['decentlab-cws', 6],
    ] as const)
      for (const value of Object.values(samples(id, `0200010001${word.repeat(words)}`)[0] as object))
        expect(value, id).toBeNull();
  });
  test.each([
    ['0110d300020c80', /^it begins with 01, frames of this device begin with 02/],
    ['', /^it begins with nothing/],
    ['0210d3', /^3 bytes; its head takes 5/],
    ['0210d3000346be813d', /^9 bytes; sensor 0 ends at 11/],
    ['0210d300020c80ff', /^8 bytes; its flags account for 7/],
    ['0210d300040c80', /^its flags are 100, this device has 2 sensors/],
  ])('%s is refused', (hex, message) => expect(() => read('decentlab-trs12', hex)).toThrow(message));
});

describe('a frame of fixed places', () => {
  test('tells a probe that is not there from one below zero', () => {
    expect(samples('dragino-lse01', 'ce297fff07a5ff7e00c890')).toEqual([
      expect.objectContaining({ 'probe.temperature': null, 'soil.temperature': -1.3, 'soil.ec': 200 }),
    ]);
    expect(samples('dragino-lse01', 'ce29ff3fffffffffffff90')).toEqual([
      {
        ...{ 'soil.moisture': null, 'soil.temperature': null, 'soil.ec': null },
        ...{ 'probe.temperature': -19.3, 'battery.voltage': 3.625 },
      },
    ]);
  });
  test('may be cut where the external sensor would stand', () =>
    expect(samples('dragino-lht65n', 'cbf60b0d037600')).toEqual([
      { 'air.temperature': 28.29, 'air.humidity': 88.6, 'battery.voltage': 3.062 },
    ]));
  test('with the external sensor pulled says so', () =>
    expect(samples('dragino-lht65n', 'cbf60b0d0376810add7fff')[0]).toMatchObject({ 'probe.temperature': null }));
  test('with the device’s own time has it', () =>
    expect(samples('dragino-lht65n', '0add0b0d03760962d52a87')).toEqual([
      { 'air.temperature': 28.29, 'air.humidity': 88.6, 'probe.temperature': 27.81, timeMs: 1_658_137_223_000 },
    ]));
  test('of several times its length is its datalog, each sample with its own time', () =>
    expect(samples('dragino-lht65n', '0add0b0d03764162d52a870ade0b0e03774162d52fff')).toEqual([
      {
        ...{ 'air.temperature': 28.29, 'air.humidity': 88.6, 'probe.temperature': 27.81 },
        ...{ timeMs: 1_658_137_223_000, historical: true },
      },
      {
        ...{ 'air.temperature': 28.3, 'air.humidity': 88.7, 'probe.temperature': 27.82 },
        ...{ timeMs: 1_658_138_623_000, historical: true },
      },
    ]));
  test.each([
    ['dragino-lse01', 'ce2900f107a5', /^6 bytes; frames of this device have 11/],
    ['dragino-lse01', 'ce2900f107a5099b6e289000', /^12 bytes; frames of this device have 11, or several times as many/],
    ['dragino-lht65n', 'cbf60b0d0376', /^6 bytes; frames of this device have 11/],
  ])('%s %s is refused', (id, hex, message) => expect(() => read(id, hex)).toThrow(message));
});

describe('a frame of records', () => {
  test('is read in any order; the more precise of two records of a value stands', () =>
    expect(samples('milesight-em500-smtc', '04ca7b16046873017564')).toEqual([
      { 'soil.moisture': 57.55, 'battery.level': 100 },
    ]));
  test('of a probe that failed has no numbers; −0.1 °C beside good values is one', () => {
    expect(samples('milesight-em500-smtc', '0367ffff04caffff057ffdff')).toEqual([
      { 'soil.moisture': null, 'soil.temperature': null, 'soil.ec': null },
    ]);
    expect(samples('milesight-em500-smtc', '0367ffff04ca7b16057ff000')).toEqual([
      { 'soil.moisture': 57.55, 'soil.temperature': -0.1, 'soil.ec': 240 },
    ]);
  });
  test('from the device’s memory are samples of their own', () =>
    expect(samples('milesight-em300-mcs', '01755c20ce9e74466310015d0120ce9e79466311015d00')).toEqual([
      { 'battery.level': 92 },
      {
        ...{ 'air.temperature': 27.2, 'air.humidity': 46.5, 'device.contact': 1 },
        ...{ timeMs: 1_665_561_758_000, historical: true },
      },
      {
        ...{ 'air.temperature': 27.3, 'air.humidity': 46.5, 'device.contact': 0 },
        ...{ timeMs: 1_665_563_038_000, historical: true },
      },
    ]));
  test('in which the device only tells of itself has no readings', () => {
    expect(read('milesight-em500-smtc', 'ff0bffff0101ff166710b32620711912ff090100ff0a0101ff0f00')).toEqual({
      samples: [],
      unread: [],
    });
    expect(
      read(
        'sensecap-s2104',
        '010100010100010102006a01001501030030f1f72c010400090c13140105007f4d0000010600000000004cbe',
      ),
    ).toEqual({ samples: [], unread: [] });
  });
  test('with one that nobody knows is read up to there, and it is named', () =>
    expect(read('elsys-ers', '0100e2ee01020229')).toMatchObject({
      samples: [{ values: [22.6] }],
      unread: ['record ee at byte 3 and what follows it'],
    }));
  test('of several alike has them in turn', () =>
    expect(samples('elsys-elt', '1900d71900e1')).toEqual([
      { 'probe.temperature@n2': 21.5, 'probe.temperature@n3': 22.5 },
    ]));
  test.each([
    ['sensecap-s2105', '0106105c5d000001071048a30000010c10b4000000dd0a', 'CRC dd0a, expected 1822'],
    ['sensecap-s2104', '010610245e0000010710bcb10000a3d8', 'CRC a3d8, expected a3d9'],
    ['sensecap-s2104', '01', '1 bytes; its checksum takes 2'],
    ['milesight-em300-th', '0367', '2 bytes; record 0367 ends at 4'],
    ['milesight-em300-th', '01756403', '4 bytes; a record begins at 3 and has no whole key'],
    ['elsys-ers', '0100', '2 bytes; record 01 ends at 3'],
  ])('%s %s: %s', (id, hex, message) => expect(() => read(id, hex)).toThrow(message));
});

test('20,000 damaged frames of every device: each is read or refused in words, and no value is infinite', () => {
  const random = seededRandom(20_261_004);
  const below = (n: number) => Math.floor(random.next() * n);
  let refused = 0;
  const ids = LORAWAN_IDS;
  for (let i = 0; i < 20_000; i++) {
    const of = profile(ids[i % ids.length] as string);
    const bytes = bytesOf(of.frames[below(of.frames.length)]?.hex as string);
    let damaged = bytes;
    for (let times = 1 + below(3); times > 0; times--) {
      const at = below(damaged.length + 1);
      const scrap = Uint8Array.from({ length: below(4) }, () => below(256));
      damaged = Uint8Array.of(...damaged.subarray(0, at), ...scrap, ...damaged.subarray(at + below(4)));
    }
    try {
      for (const { values, channels } of readBytes(of, damaged).samples) {
        expect(values.length).toBe(channels.length);
        for (const value of values) expect(Math.abs(value)).not.toBe(Number.POSITIVE_INFINITY);
      }
    } catch (error) {
      expect(error).toMatchObject({ name: 'KarezError', code: expect.stringMatching(/^FRAME_/) });
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1_000);
});
