/** A LoRaWAN profile from outside is told what is wrong with its layout, by key. */
import { expect, test } from 'vitest';
import { parseProfile } from '../profiles/parse-profile.ts';
import { profileOf } from '../profiles/registry.ts';

const own = (id: string, change: object) => ({ ...structuredClone(profileOf(id)), ...change });
const channel = (from: object[]) => ({ channels: [{ quantity: 'soil.moisture', decimals: 1, from }] });

test.each([
  ['decentlab-trs12', channel([{ sensor: 2 }]), 'channels.0.from.0.sensor must be from 0 to 1'],
  ['decentlab-trs12', channel([{}]), 'channels.0.from.0.sensor must be from 0 to 1'],
  [
    'decentlab-trs12',
    channel([{ sensor: 0, word: 3 }]),
    'channels.0.from.0.word must be below 3, the words of sensor 0',
  ],
  [
    'decentlab-trs12',
    channel([{ sensor: 0, formula: 'x3' }]),
    'channels.0.from.0.formula must name words below x3, not x3',
  ],
  [
    'decentlab-trs12',
    channel([{ sensor: 0, formula: 'x +' }]),
    'channels.0.from.0.formula must be a formula: expected a number, x or ( at character 4, not the end',
  ],
  ['decentlab-trs12', channel([{ sensor: 0, unit: 'kPa' }]), 'channels.0.from.0.unit must be one of 1, m3/m3, %'],
  ['dragino-lse01', channel([{ at: 10, type: 'uint16' }]), 'channels.0.from.0.at must leave room for 2 bytes in 11'],
  ['dragino-lse01', channel([{ at: 1 }]), 'channels.0.from.0.type is missing'],
  [
    'dragino-lse01',
    channel([{ at: 1, type: 'uint8', when: [{ at: 11, type: 'uint8', is: [1] }] }]),
    'channels.0.from.0.when.0.at must leave room for 1 bytes in 11',
  ],
  [
    'milesight-em300-th',
    channel([{ record: '0999', type: 'uint8' }]),
    'channels.0.from.0.record must stand in layout.sizes',
  ],
  [
    'milesight-em300-th',
    channel([{ record: '03', type: 'uint8' }]),
    'channels.0.from.0.record must be a key of 2 bytes',
  ],
  ['milesight-em300-th', channel([{ type: 'uint8' }]), 'channels.0.from.0.record is missing'],
  [
    'milesight-em300-th',
    channel([{ record: '0468', type: 'uint16' }]),
    'channels.0.from.0.at must leave room for 2 bytes in the 1 of record 0468',
  ],
  ['dragino-lse01', { codec: 'x.js' }, 'codec must be left out where there is a layout'],
  ['dragino-lse01', { layout: undefined }, 'channels.0.from needs a layout'],
  [
    'dragino-lse01',
    { channels: [{ quantity: 'soil.moisture', decimals: 1 }] },
    'channels.0 must have one of from, radio and path, not none',
  ],
  [
    'dragino-lse01',
    { channels: [{ quantity: 'soil.moisture', decimals: 1, path: 'vwc' }] },
    'channels.0.path must be left out where there is a layout',
  ],
])('%s with %j: %s', (id, change, message) => {
  const profile = Object.fromEntries(Object.entries(own(id, change)).filter(([, value]) => value !== undefined));
  expect(() => parseProfile(profile, 'own.yaml')).toThrow(`own.yaml: ${message}`);
});

test('one with a codec, and one that takes what the network’s server decoded, are right', () => {
  const { layout: _, ...head } = structuredClone(profileOf('dragino-lse01')) as unknown as Record<string, unknown>;
  const channels = [{ quantity: 'soil.moisture', decimals: 2, path: 'water_SOIL' }];
  expect(parseProfile({ ...head, channels, numbersAsText: true }, 'x').protocol).toBe('lorawan');
  expect(parseProfile({ ...head, channels, codec: 'lse01.js' }, 'x').protocol).toBe('lorawan');
});
