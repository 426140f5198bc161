import { QUALITY } from '@karez/model/reading';
import { expect, test } from 'vitest';
import { judgeFarm, silentSince, worstFirst } from './areas.ts';
import { detail, gateways, NOW, OLD, valuesWith } from './farm.fixture.ts';

const judge = (others: Parameters<typeof valuesWith>[0], away: string[] = []) =>
  judgeFarm(detail, valuesWith(others), gateways(away), NOW);
const states = (...args: Parameters<typeof judge>) => judge(...args).areas.map((a) => a.state);

test('all is fine: every device counts, what left the farm does not', () => {
  expect(judge({})).toMatchObject({ heard: 8, expected: 8, withinMs: 60_000, gatewaysAway: [] });
  expect(states({})).toEqual(['fresh', 'fresh', 'fresh']);
});

test('one silent probe of three does not make its field silent; three do', () => {
  expect(states({ 'gw/north-1': OLD })[0]).toBe('late');
  expect(judge({ 'gw/north-1': OLD }).areas[0]?.silent.map((s) => s.device.device)).toEqual(['north-1']);
  expect(states({ 'gw/north-1': OLD, 'gw/north-2': OLD, 'gw/north-3': null })[0]).toBe('silent');
  expect(judge({ 'gw/north-1': OLD }).heard).toBe(7);
});

test('one probe that is a moment late is no news; most of them are', () => {
  const late: [number, number, number] = [NOW - 20_000, 20, 0];
  expect(states({ 'gw/north-1': late })[0]).toBe('fresh');
  expect(states({ 'gw/north-1': late, 'gw/north-2': late })[0]).toBe('late');
});

test('a value out of range is doubtful, and so is a channel that stopped while its device speaks', () => {
  const doubts = judge({
    'gw/north-1/soil.moisture@d10': [NOW - 1_000, 120, QUALITY.RANGE],
    'gw-2/south-2/soil.moisture@d10': OLD,
  }).areas.map((a) => a.doubts.map((d) => d.why));
  expect(doubts).toEqual([['RANGE'], ['quiet'], []]);
});

test('devices behind a gateway that is away are not blamed for it', () => {
  const verdict = judge({ 'gw-2/south-1': OLD, 'gw-2/south-2': OLD, 'gw-2/south-3': OLD, 'gw/mast': OLD }, ['gw-2']);
  expect(verdict.gatewaysAway.map((g) => g.gateway)).toEqual(['gw-2']);
  const south = verdict.areas[1];
  expect([south?.state, south?.silent.length, south?.behind.length]).toEqual(['silent', 0, 3]);
  expect(verdict.areas[2]?.silent).toHaveLength(1);
});

test('a sprayer that was switched off on the ground is off; one that fell silent in flight is lost', () => {
  const farm = (armed: number) => judge({ 'gw/drone/vehicle.armed': [OLD[0], armed, 0], 'gw/drone': OLD }).areas[2];
  expect(farm(0)).toMatchObject({ state: 'fresh', silent: [] });
  expect(farm(1)?.silent.map((s) => s.device.device)).toEqual(['drone']);
});

test('worst first', () => {
  const order = (others: Parameters<typeof judge>[0]) => worstFirst(judge(others).areas).map((a) => a.id);
  expect(order({})).toEqual(['north', 'south', null]);
  expect(order({ 'gw/mast': OLD, 'gw/drone': OLD })).toEqual([null, 'north', 'south']);
  expect(
    order({ 'gw/north-1/soil.moisture@d10': [NOW, 1, QUALITY.RATE], 'gw-2/south-1': OLD }),
    'a silent probe is worse than a doubtful value',
  ).toEqual(['south', 'north', null]);
});

test('since when a device has been silent; never heard has no since', () => {
  const [first, , third] = judge({ 'gw/north-1': OLD, 'gw/north-3': null }).areas[0]?.devices ?? [];
  expect(first && silentSince(first)).toBe(OLD[0] + 32_500);
  expect(third && silentSince(third)).toBeNull();
});
