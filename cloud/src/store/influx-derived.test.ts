import { QUALITY, toColumns } from '@karez/model';
import { expect, test } from 'vitest';
import { derivedLines } from './influx-derived.ts';
import type { StoreChannel } from './store.ts';

const channel = (device: string, quantity: string): StoreChannel => ({
  ...{ farm: 'f', gateway: 'g', device, quantity },
  place: 'h200',
  field: undefined,
});
const channels = new Map([
  [1, channel('mast', 'air.temperature')],
  [2, channel('mast', 'air.humidity')],
  [3, channel('wise', 'air.temperature')],
  [4, channel('wise', 'air.humidity')],
  [5, channel('wise', 'air.dew-point')],
  [6, channel('soil', 'soil.moisture')],
]);
const lines = (rows: [channel: number, timeMs: number, value: number, quality?: number][]) =>
  derivedLines({
    ...{ farm: 'f', gateway: 'g', epoch: '00000000', channels },
    readings: toColumns(
      rows.map(([channel, timeMs, value, quality = 0], i) => ({ seq: i + 1, channel, timeMs, value, quality })),
    ),
  })
    .split('\n')
    .filter((line) => line !== '');

test('dew point and deficit follow from temperature and humidity of one sample (FAO-56, example 3: e0(24.5) = 3.075 kPa)', () => {
  const found = lines([
    [1, 1_000, 24.5],
    [2, 1_000, 50],
    [6, 1_000, 3],
    [1, 2_000, 20],
  ]);
  expect(found).toHaveLength(2);
  expect(found[0]).toMatch(/^derived,device=mast,farm=f,gateway=g,place=h200 air\.dew-point=13\.39\d* 1000000001$/);
  expect(found[1]).toMatch(/ air\.vapour-pressure-deficit=1\.537\d* 1000000001$/);
});

test('not for what the device measures itself, nor from impossible or absent values', () => {
  expect(
    lines([
      [3, 1_000, 20],
      [4, 1_000, 50],
    ]).map((line) => line.split(' ')[1]),
  ).toEqual([expect.stringMatching(/^air\.vapour-pressure-deficit=/)]);
  expect(
    lines([
      [1, 1_000, 200, QUALITY.RANGE],
      [2, 1_000, 50],
    ]),
  ).toEqual([]);
  expect(
    lines([
      [1, 1_000, Number.NaN, QUALITY.ABSENT],
      [2, 1_000, 50],
    ]),
  ).toEqual([]);
  expect(lines([[6, 1_000, 3]])).toEqual([]);
});
