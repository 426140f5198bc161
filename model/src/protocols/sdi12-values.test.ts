import { expect, test } from 'vitest';
import { parseProfile } from '../profiles/parse-profile.ts';
import { profileOf } from '../profiles/registry.ts';
import type { Sdi12Profile } from './sdi12.ts';
import { sdi12Places, sdi12Value } from './sdi12-values.ts';

const teros = profileOf('teros-12') as Sdi12Profile;
const channel = (more: object) => ({ quantity: 'soil.raw', decimals: 1, ...more });

test('channels follow one another in what a command gives, unless they say where they stand', () => {
  const channels = [
    channel({}),
    channel({ place: 'n1' }),
    channel({ place: 'n2', command: 'C2' }),
    channel({ place: 'n3', value: 7 }),
    channel({ place: 'n4' }),
    channel({ place: 'n5', command: 'C2' }),
  ];
  expect(sdi12Places({ ...teros, channels })).toEqual([
    { command: 'C', value: 1 },
    { command: 'C', value: 2 },
    { command: 'C2', value: 1 },
    { command: 'C', value: 7 },
    { command: 'C', value: 8 },
    { command: 'C2', value: 2 },
  ]);
});

test.each([
  [2987.25, {}, 2987.25],
  [0.0000012, { decimals: 0 }, 0.0000012],
  [-0, {}, 0],
  [-9999, { absent: [-9999] }, Number.NaN],
  [100.83, { multiply: 10, decimals: 2 }, 1008.3],
  [2000, { polynomial: [1, 0.5], decimals: 1 }, 1001],
  [3, { polynomial: [0, 1], squared: true, decimals: 0 }, 9],
  [-9999, { polynomial: [0, 1], absent: [-9999], decimals: 0 }, Number.NaN],
])('%d with %j is %d', (raw, more, expected) => expect(Object.is(sdi12Value(channel(more), raw), expected)).toBe(true));

test.each([
  [
    'channels.0.value must be at most 9, as M gives no more values',
    { command: 'M', channels: [channel({ value: 10 })] },
  ],
  ['channels.0.value must be <= 99', { channels: [channel({ value: 100 })] }],
  ['channels.0.offset must be left out', { channels: [channel({ polynomial: [0, 1], offset: 1 })] }],
  ['channels.0.squared must be left out', { channels: [channel({ squared: true })] }],
  ['command must be a command of SDI-12 that gives values', { command: 'D0' }],
])('a profile from outside is checked: %s', (message, change) =>
  expect(() => parseProfile({ ...structuredClone(teros), ...change }, 'probe.yaml')).toThrow(`probe.yaml: ${message}`),
);
