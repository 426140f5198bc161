/** What boards are told of a farm: outlines, devices with their state, thresholds; at once when it changes. */
import { DEFAULT_RULES, type FarmDetail, type GatewayStatus, type Rule, type Severity } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { beforeEach, expect, test } from 'vitest';
import { startFarmNotes } from './farm-notes.ts';
import type { Note } from './note.ts';

const START_MS = Date.UTC(2026, 5, 1);
const LOOK_MS = 15_000;
const device = (id: string, more: object = {}) => ({
  ...{ id: `gw-1/${id}`, gateway: 'gw-1', device: id, title: id, profile: 'p', kind: 'soil', field: 'north' },
  ...{ position: [86.05, 44.3] as [number, number], intervalMs: 10_000, active: true },
  channels: [{ id: `gw-1/${id}/soil.moisture@d10`, quantity: 'soil.moisture', place: 'd10', decimals: 1 }],
  ...more,
});
const farm = {
  ...{ id: 'farm', title: 'Farm', timeZone: null, gateways: ['gw-1'] },
  fields: [
    {
      ...{ id: 'north', title: 'North' },
      outline: [
        [86, 44],
        [86.1, 44],
        [86.1, 44.1],
      ],
    },
  ],
  devices: [device('a'), device('b'), device('roaming', { field: null, position: null })],
} as unknown as FarmDetail;
const DRY: Rule = {
  ...{ id: 'dry', enabled: true, scope: {}, severity: 'warning', tell: [] },
  ...{ title: { en: 'Dry', zh: '干' }, message: { en: 'dry', zh: '干' } },
  condition: { type: 'below', input: { quantity: 'soil.moisture' }, unit: '%', value: 18, recover: 20 },
};

let clock: ReturnType<typeof virtualClock>;
let notes: Note[];
let rules: Rule[];
let alerts: { subject: string; severity: Severity }[];
let said: { id: string; lastMs: number | null; trouble: string | null }[];
let online: boolean;

beforeEach(() => {
  clock = virtualClock(START_MS);
  notes = [];
  rules = [DRY, ...DEFAULT_RULES];
  alerts = [];
  online = true;
  said = ['a', 'b', 'roaming'].map((id) => ({ id, lastMs: START_MS + 1_000, trouble: null }));
  startFarmNotes({
    clock,
    take: (note) => notes.push(note),
    registry: {
      farms: () => [{ id: 'farm' }],
      farm: () => farm,
      state: () => ({ online, status: { devices: said } as unknown as GatewayStatus }),
    },
    rules: () => rules,
    alerts: () => alerts,
  });
});

const of = (measurement: string) => notes.filter((note) => note.measurement === measurement);
const stateOf = (id: string) => of('device').findLast(({ tags }) => tags.device === id)?.fields.state;

test('a farm is told once, and again after a while', async () => {
  await clock.advance(LOOK_MS);
  expect(of('field')).toMatchObject([
    {
      tags: { farm: 'farm', field: 'north' },
      fields: { title: 'North', outline: '[[86,44],[86.1,44],[86.1,44.1]]' },
      timeMs: START_MS + LOOK_MS,
    },
  ]);
  expect(of('device').map(({ tags }) => tags)).toEqual([
    { farm: 'farm', gateway: 'gw-1', device: 'a', field: 'north' },
    { farm: 'farm', gateway: 'gw-1', device: 'b', field: 'north' },
    { farm: 'farm', gateway: 'gw-1', device: 'roaming' },
  ]);
  expect(of('device')[0]?.fields).toMatchObject({ latitude: 44.3, longitude: 86.05, state: 'ok' });
  expect(of('device')[2]?.fields.latitude).toBeUndefined();
  const first = notes.length;
  await clock.advance(2 * LOOK_MS);
  expect(notes).toHaveLength(first);
  said = said.map((one) => ({ ...one, lastMs: clock.wallMs() + 600_000 }));
  await clock.advance(600_000);
  expect(of('device')).toHaveLength(6);
  expect(of('field')).toHaveLength(1);
});

test('the worst that there is about a device is its state', async () => {
  await clock.advance(LOOK_MS);
  said[0] = { id: 'a', lastMs: START_MS, trouble: 'no answer' };
  await clock.advance(LOOK_MS);
  expect(stateOf('a')).toBe('trouble');
  await clock.advance(90_000);
  expect(stateOf('a')).toBe('silent');
  expect(stateOf('b')).toBe('silent');
  alerts = [{ subject: 'gw-1/a/soil.moisture@d10', severity: 'warning' }];
  await clock.advance(LOOK_MS);
  expect(stateOf('a')).toBe('warning');
  alerts = [...alerts, { subject: 'gw-1/a', severity: 'critical' }];
  await clock.advance(LOOK_MS);
  expect(stateOf('a')).toBe('critical');
  alerts = [];
  online = false;
  await clock.advance(LOOK_MS);
  expect(stateOf('a')).toBe('unknown');
});

test('a threshold is told for each field in which its rule watches anything, no longer than the rule does', async () => {
  await clock.advance(LOOK_MS);
  const tags = { farm: 'farm', rule: 'dry', quantity: 'soil.moisture', side: 'below' };
  expect(of('threshold').map((note) => note.tags)).toEqual([{ ...tags, field: 'north' }, tags]);
  expect(of('threshold')[0]?.fields).toEqual({ value: 18, recover: 20, title: 'Dry', severity: 'warning' });
  rules = [{ ...DRY, condition: { ...DRY.condition, value: 17 } as Rule['condition'] }];
  await clock.advance(LOOK_MS);
  expect(of('threshold').at(-1)?.fields.value).toBe(17);
  rules = [{ ...DRY, enabled: false }];
  const before = of('threshold').length;
  await clock.advance(1_200_000);
  expect(of('threshold')).toHaveLength(before);
});
