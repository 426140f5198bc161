import { type Calibration, profileOf } from '@karez/model';
import { checker, Calibration as Schema } from '@karez/model/schemas';
import { describe, expect, test } from 'vitest';
import type { Fail } from '../config/differ.ts';
import { checkCalibrations } from './check-calibration.ts';

const PROBE = profileOf('seeed-mtec-02');
const fail: Fail = (key, expected) => {
  throw new Error(`${key} ${expected}`);
};
const check = (...calibrations: Calibration[]) => checkCalibrations(calibrations, PROBE, 'd', fail);
const schema = checker(Schema, 'CONFIG_INVALID');

test.each<[Calibration[]]>([
  [[{ channel: 'soil.moisture', offset: 1 }]],
  [[{ channel: 'soil.moisture', of: 'soil.permittivity', curve: 'topp-1980', scale: 1.1, note: 'oven, 12 samples' }]],
  [[{ channel: 'soil.raw', of: 'soil.ec' }]],
  [
    [
      {
        channel: 'soil.ec',
        points: [
          [0, 0],
          [1_413, 1_380],
        ],
      },
      {
        channel: 'soil.ec',
        from: '2026-06-01',
        points: [
          [0, 0],
          [1_413, 1_300],
        ],
      },
    ],
  ],
])('%j is a calibration', (calibrations) => {
  for (const calibration of calibrations) schema.parse(calibration, 'it');
  check(...calibrations);
});

describe('is refused by its key', () => {
  test.each<[Calibration[], string]>([
    [[{ channel: 'soil.ph', offset: 1 }], 'd.calibration.0.channel must be one of soil.temperature, soil.moisture, '],
    [[{ channel: 'soil.wet', of: 'soil.ec' }], 'd.calibration.0.channel must be an id of the quantity table'],
    [[{ channel: 'soil.moisture', of: 'soil.raw', scale: 1 }], 'd.calibration.0.of must be one of soil.temperature'],
    [[{ channel: 'soil.moisture' }], 'd.calibration.0 must have one of offset, scale, points'],
    [
      [
        {
          channel: 'soil.moisture',
          polynomial: [1],
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
      'd.calibration.0.points must stand alone; polynomial and points stand together',
    ],
    [
      [
        {
          channel: 'soil.moisture',
          points: [
            [3, 0],
            [3, 1],
          ],
        },
      ],
      'd.calibration.0.points must be two different measured values, not 3 twice',
    ],
    [[{ channel: 'soil.moisture', curve: 'top-1980' }], 'd.calibration.0.curve must be one of topp-1980, '],
    [[{ channel: 'soil.moisture', curve: 'constructor' }], 'd.calibration.0.curve must be one of topp-1980, '],
    [[{ channel: 'soil.moisture', curve: 'topp-1980' }], 'd.calibration.0.of must be soil.permittivity, of which'],
    [
      [{ channel: 'soil.ec', of: 'soil.permittivity', curve: 'topp-1980' }],
      'd.calibration.0.channel must be soil.moisture, to which',
    ],
    [[{ channel: 'soil.ec', offset: 1, from: '2026-13-01' }], 'd.calibration.0.from must be a time that exists'],
    [
      [
        { channel: 'soil.ec', offset: 1 },
        { channel: 'soil.ec', offset: 2 },
      ],
      'd.calibration.1.from must differ from that of the other calibrations of soil.ec',
    ],
  ])('%j', (calibrations, reason) => expect(() => check(...calibrations)).toThrow(reason));

  test.each([
    [{ channel: 'moisture', offset: 1 }, 'it: channel must be a channel'],
    [{ channel: 'soil.ec', offset: '1' }, 'it: offset must be number'],
    [{ channel: 'soil.ec', factor: 1 }, 'it: factor is not a known key'],
    [{ channel: 'soil.ec', from: 'yesterday', offset: 1 }, 'it: from must be a UTC time like'],
    [{ channel: 'soil.ec', points: [[1, 2]] }, 'it: points must not have fewer than 2 items'],
  ])('%j', (value, reason) => expect(() => schema.parse(value, 'it')).toThrow(reason));
});
