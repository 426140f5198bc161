import type { ApiDevice, LatestValue, Series } from '@karez/model';
import { expect, test } from 'vitest';
import type { DeviceVerdict } from './areas.ts';
import { droneState, fieldAt, positionOf, trackOf } from './drone.ts';
import type { State } from './state.ts';

const QUANTITIES = ['position.latitude', 'position.longitude', 'position.height', 'sprayer.flow', 'sprayer.pump'];
const device = (quantities = QUANTITIES): ApiDevice => ({
  ...{ id: 'g/d', gateway: 'g', device: 'd', title: 'D', profile: 'p', kind: 'sprayer', field: null, position: null },
  ...{ intervalMs: 1_000, active: true },
  channels: quantities.map((quantity) => ({ id: quantity, quantity, place: null, decimals: 1 })),
});
const verdict = (state: State, quantities?: string[]): DeviceVerdict => ({
  ...{ device: device(quantities), state, lastMs: 0, doubts: [], behindGateway: false },
});
const values =
  (given: Record<string, number>) =>
  (id: string): LatestValue | undefined =>
    given[id] === undefined ? undefined : [0, given[id], 0];

test.each([
  ['absent', {}, 'off'],
  ['silent', { 'position.height': 3 }, 'lost'],
  ['fresh', { 'position.height': 0.1, 'sprayer.flow': 2 }, 'ground'],
  ['fresh', { 'position.height': 3, 'sprayer.flow': 0 }, 'flying'],
  ['late', { 'position.height': 3, 'sprayer.flow': 2 }, 'spraying'],
  // The meter is right where the pump runs dry.
  ['fresh', { 'position.height': 3, 'sprayer.flow': 0, 'sprayer.pump': 80 }, 'flying'],
] as const)('%s %o: %s', (state, given, expected) => {
  expect(droneState(verdict(state), values(given))).toBe(expected);
});

test('without a flow meter the pump says it', () => {
  const given = values({ 'position.height': 3, 'sprayer.pump': 80 });
  expect(droneState(verdict('fresh', ['position.height', 'sprayer.pump']), given)).toBe('spraying');
});

test('a position needs both; zero is one', () => {
  expect(positionOf(device(), values({ 'position.latitude': 0, 'position.longitude': 0 }))).toEqual([0, 0]);
  expect(positionOf(device(), values({ 'position.latitude': 44 }))).toBeNull();
});

test('the field below', () => {
  const l: [number, number][] = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 4],
    [2, 2],
    [0, 2],
  ];
  const fields = [{ id: 'l', title: 'L', outline: l }];
  expect(fieldAt([1, 1], fields)?.id).toBe('l');
  expect(fieldAt([3, 3], fields)?.id).toBe('l');
  expect(fieldAt([1, 3], fields)).toBeUndefined();
});

const series = (timeMs: number[], mean: (number | null)[]): Series => ({
  ...{ id: 'c', stepMs: 0, timeMs, mean, lo: mean, hi: mean },
  ...{ n: timeMs.map(() => 1), quality: timeMs.map(() => 0) },
});

test('the track breaks where nothing was heard, and is thick where it sprayed', () => {
  const times = [0, 1, 2, 3, 20, 21];
  const pieces = trackOf(
    series(times, [0, 1, 2, 3, 4, 4]),
    series(times, [5, 5, 5, 5, 5, 5]),
    { series: series([0, 2, 3], [0, 2, 0]), quantity: 'sprayer.flow' },
    5,
  );
  expect(pieces).toEqual([
    {
      spraying: false,
      points: [
        [5, 0],
        [5, 1],
      ],
    },
    {
      spraying: true,
      points: [
        [5, 1],
        [5, 2],
      ],
    },
    {
      spraying: false,
      points: [
        [5, 2],
        [5, 3],
      ],
    },
    { spraying: false, points: [[5, 4]] },
  ]);
});

test('an old word of the pump does not count', () => {
  const pieces = trackOf(
    series([100, 101], [0, 1]),
    series([100, 101], [0, 1]),
    {
      series: series([0], [9]),
      quantity: 'sprayer.flow',
    },
    5,
  );
  expect(pieces.map((p) => p.spraying)).toEqual([false]);
});
