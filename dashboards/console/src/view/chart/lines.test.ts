import type { ApiDevice, FarmDetail } from '@karez/model';
import { expect, test } from 'vitest';
import { areaOf, colours, comparable, toggled } from './lines.ts';

const device = (id: string, field: string | null, active = true): ApiDevice => ({
  ...{ id: `g/${id}`, gateway: 'g', device: id, title: id, profile: 'p', kind: 'soil', field, position: null },
  ...{ intervalMs: 10_000, active },
  channels: [
    { id: `g/${id}/soil.moisture@d10`, quantity: 'soil.moisture', place: 'd10', decimals: 1 },
    { id: `g/${id}/soil.moisture@d30`, quantity: 'soil.moisture', place: 'd30', decimals: 1 },
  ],
});
const detail: FarmDetail = {
  ...{ id: 'f', title: 'F', timeZone: null, gateways: ['g'] },
  fields: [{ id: 'north', title: 'North', outline: [] }],
  devices: [device('a', 'south'), device('b', 'north'), device('c', 'north'), device('gone', 'north', false)],
};

test('what measures the same at the same place compares, the own field first; what is gone only if asked for', () => {
  const ids = (wanted: string[]) => comparable(detail, wanted).map((c) => c.device.device);
  expect(ids(['g/b/soil.moisture@d10'])).toEqual(['b', 'c', 'a']);
  expect(ids(['g/gone/soil.moisture@d10'])).toEqual(['b', 'c', 'gone', 'a']);
  expect(ids(['g/nothing/soil.moisture@d10'])).toEqual([]);
});

test('a channel keeps its colour whatever else is shown, and no two share one', () => {
  const all = Array.from({ length: 12 }, (_, i) => ({ id: String.fromCharCode(97 + i) }));
  expect(colours(all, ['c']).get('c')).toBe(2);
  expect(colours(all, ['c', 'a', 'b']).get('c')).toBe(2);
  const eight = colours(all, ['a', 'b', 'c', 'd', 'i', 'j', 'k', 'l']);
  expect(new Set(eight.values()).size).toBe(8);
});

test('at least one line and at most eight', () => {
  expect(toggled(['a'], 'a')).toBeUndefined();
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled([...'abcdefgh'], 'i')).toBeUndefined();
});

test('the way back leads to the field, to the whole farm where there is none', () => {
  expect(areaOf(detail.devices[1], detail)).toBe('north');
  expect(areaOf(detail.devices[0], detail)).toBeNull();
  expect(areaOf(undefined, detail)).toBeNull();
});
