import { expect, test } from 'vitest';
import { channelKey, scaleRaw } from '../profile.ts';
import { parseProfile } from './parse-profile.ts';
import { PROFILES, profileOf } from './registry.ts';

test.each(PROFILES.map((p) => [p.id, p] as const))('%s is a whole record', (id, profile) => {
  expect(parseProfile(structuredClone(profile), id).id).toBe(id);
  const keys = profile.channels.map(channelKey);
  expect(new Set(keys).size).toBe(keys.length);
  for (const frame of profile.frames) {
    expect(frame.hex ?? frame.json ?? frame.text).toBeDefined();
    for (const key of Object.keys(frame.values)) expect(keys).toContain(key);
  }
});

test('ids are unique, and an unknown one lists what there is', () => {
  expect(new Set(PROFILES.map((p) => p.id)).size).toBe(PROFILES.length);
  expect(() => profileOf('nothing')).toThrow(/no device profile "nothing"; there are cwt-soil-7in1/);
});

test('a quantity that does not exist is named by its key', () => {
  const wrong = {
    ...structuredClone(profileOf('dfrobot-sen0641')),
    channels: [{ quantity: 'soil.magic', register: 0, type: 'uint16', decimals: 0 }],
  };
  expect(() => parseProfile(wrong, 'probe.yaml')).toThrow(
    'probe.yaml: channels.0.quantity must be an id of the quantity table',
  );
});

test.each([
  [
    'channels.1 must differ',
    {
      channels: [
        { quantity: 'soil.ph', register: 0, type: 'uint16', decimals: 0 },
        { quantity: 'soil.ph', register: 1, type: 'uint16', decimals: 0 },
      ],
    },
  ],
  [
    'channels.0.register must leave room',
    { channels: [{ quantity: 'soil.ph', register: 65_535, type: 'float32', decimals: 0 }] },
  ],
  [
    'maxRegisters must be at least 2',
    { maxRegisters: 1, channels: [{ quantity: 'soil.ph', register: 0, type: 'int32', decimals: 0 }] },
  ],
  [
    'channels.0.register must be <= 65535',
    { channels: [{ quantity: 'soil.ph', register: 65_536, type: 'uint16', decimals: 0 }] },
  ],
  [
    'channels.0.type must be bit',
    { function: 2, channels: [{ quantity: 'soil.ph', register: 0, type: 'uint16', decimals: 0 }] },
  ],
  [
    'channels.0.type must be a type of registers',
    { channels: [{ quantity: 'soil.ph', register: 0, type: 'bit', decimals: 0 }] },
  ],
  [
    'channels.0.mask must be left out',
    { channels: [{ quantity: 'soil.ph', register: 0, type: 'int16', mask: 1, decimals: 0 }] },
  ],
  [
    'channels.0.mask must be at most 65535',
    { channels: [{ quantity: 'soil.ph', register: 0, type: 'uint16', mask: 65_536, decimals: 0 }] },
  ],
  [
    'channels.0 must have its decimalsRegister and unitRegister within 125 registers',
    { channels: [{ quantity: 'soil.ph', register: 0, type: 'int16', decimalsRegister: 125, decimals: 0 }] },
  ],
  ['frames must not have fewer than 1 items', { frames: [] }],
  ['protocol must be one of modbus, davis, mavlink, mqtt-json, nmea', { protocol: 'can' }],
])('a profile from outside is checked: %s', (message, change) => {
  expect(() => parseProfile({ ...structuredClone(profileOf('dfrobot-sen0641')), ...change }, 'probe.yaml')).toThrow(
    `probe.yaml: ${message}`,
  );
});

test.each([
  ['channels.0.unit must be one of Cel, [degF], K to become Cel, not "F"', { quantity: 'air.temperature', unit: 'F' }],
  [
    'channels.0.unit must be left out: soil.ph has the unit [pH], into which nothing converts',
    { quantity: 'soil.ph', unit: '1' },
  ],
  ['channels.0.path must be a path such as', { path: 'soil..vwc' }],
  ['channels.0.path must be a path such as', { path: 'soil[' }],
])('a JSON profile from outside is checked: %s', (message, change) => {
  const channel = { quantity: 'air.temperature', path: 'v', decimals: 1, ...change };
  const wrong = { ...structuredClone(profileOf('wifi-soil-node')), channels: [channel] };
  expect(() => parseProfile(wrong, 'node.yaml')).toThrow(`node.yaml: ${message}`);
});

test.each(['bat', 'a.b[0].c', 'soil[d=10].vwc', 'a[name=left probe].x', '["a.b"].c', '[0].x', '$.ts', '$.a[1]["b c"]'])(
  '%s is a path',
  (path) => {
    const channel = { quantity: 'air.temperature', path, decimals: 1 };
    expect(
      parseProfile({ ...structuredClone(profileOf('wifi-soil-node')), channels: [channel] }, 'x').channels,
    ).toEqual([channel]);
  },
);

test.each([
  [22.55, { quantity: 'air.temperature', unit: '[degF]', decimals: 2 }, -5.25],
  [241, { divide: 1, decimals: 1 }, 24.1],
  [-101, { divide: 1, decimals: 1 }, -10.1],
  [0, { decimals: 0 }, 0],
  [-0.04, { decimals: 1 }, 0],
  [-32768, { decimals: 1, absent: [-32768] }, Number.NaN],
  [Number.POSITIVE_INFINITY, { decimals: 1 }, Number.NaN],
  [721, { multiply: 5 / 9, divide: 1, offset: -160 / 9, decimals: 2 }, 22.28],
  [443000000, { divide: 7, decimals: 7 }, 44.3],
])('raw %d with %j is %d', (raw, channel, expected) => {
  expect(Object.is(scaleRaw(raw, channel), expected)).toBe(true);
});
