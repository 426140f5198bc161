import type { ApiDevice, LatestValue } from '@karez/model';
import { expect, test } from 'vitest';
import { depthOf, groupsThatMatter, sectionsOf, summarise } from './groups.ts';

const NOW = 1_000_000_000;
const device = (
  id: string,
  channels: [quantity: string, place?: string][],
  kind: ApiDevice['kind'] = 'soil',
): ApiDevice => ({
  ...{ id: `g/${id}`, gateway: 'g', device: id, title: id, profile: 'p', kind, field: 'f', position: null },
  ...{ intervalMs: 10_000, active: true },
  channels: channels.map(([quantity, place]) => ({
    id: `g/${id}/${quantity}${place === undefined ? '' : `@${place}`}`,
    ...{ quantity, place: place ?? null, decimals: 1 },
  })),
});

const nodes = ['a', 'b', 'c'].map((id) =>
  device(id, [
    ['battery.voltage'],
    ['soil.temperature', 'd30'],
    ['soil.moisture', 'd30'],
    ['soil.moisture', 'd10'],
    ['radio.rssi'],
  ]),
);

test('soil by depth, then air, sprayer, equipment; quantities in the order of the table', () => {
  const sections = sectionsOf([
    device('drone', [['tank.volume'], ['battery.level'], ['position.latitude']], 'sprayer'),
    device('mast', [['wind.speed'], ['air.temperature', 'h200']], 'weather'),
    ...nodes,
  ]);
  expect(sections.map((s) => s.key)).toEqual(['soil-10', 'soil-30', 'air', 'sprayer', 'device']);
  expect(sections[1]?.groups.map((g) => g.quantity)).toEqual(['soil.moisture', 'soil.temperature']);
  expect(sections[1]?.groups[0]?.channels).toHaveLength(3);
  expect(sections[3]?.more.map((g) => g.quantity)).toEqual(['position.latitude']);
  expect(sections[4]?.more.map((g) => g.quantity)).toEqual(['radio.rssi']);
});

test('a group is summed up by its sound values; the rest is counted', () => {
  const group = sectionsOf(nodes)[0]?.groups[0];
  const given: Record<string, LatestValue> = {
    'g/a/soil.moisture@d10': [NOW - 1_000, 30, 0],
    'g/b/soil.moisture@d10': [NOW - 20_000, 34, 0],
    'g/c/soil.moisture@d10': [NOW - 1_000, 99, 2],
  };
  expect(summarise(group?.channels ?? [], (id) => given[id], NOW)).toEqual({
    ...{
      value: 32,
      lo: 30,
      hi: 34,
      sound: 2,
      count: 3,
      state: 'fresh',
      oldestMs: NOW - 20_000,
      suspects: 1,
      silent: 0,
    },
  });
});

test('where nothing is sound the last known values are given, with their state; nothing gives nothing', () => {
  const channels = sectionsOf(nodes)[0]?.groups[0]?.channels ?? [];
  const old = summarise(channels.slice(0, 1), () => [NOW - 3_600_000, 0, 0], NOW);
  expect(old).toMatchObject({ value: 0, state: 'silent', oldestMs: NOW - 3_600_000 });
  expect(summarise(channels, () => undefined, NOW)).toMatchObject({ value: null, count: 0, oldestMs: null });
});

test('a card shows what matters for the crop', () => {
  const sections = sectionsOf(nodes);
  expect(groupsThatMatter(sections, 'cotton', false).map((g) => `${g.quantity}@${g.place}`)).toEqual([
    ...['soil.moisture@d10', 'soil.moisture@d30', 'soil.temperature@d30'],
  ]);
  const orchard = sectionsOf([...nodes, device('mast', [['air.temperature']], 'weather')]);
  expect(groupsThatMatter(orchard, 'pear', false)[0]?.quantity).toBe('air.temperature');
});

test('depths are read from places', () => {
  expect([depthOf('d30'), depthOf('h200'), depthOf(null)]).toEqual([30, null, null]);
});
