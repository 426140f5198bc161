import type { Inventory, Rule, WatchState } from '@karez/model';
import { expect, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alertRows } from './alert-rows.ts';

const rule = (id: string, more: Partial<Rule> = {}): Rule => ({
  ...{ id, enabled: true, scope: {}, severity: 'warning', tell: [], title: { en: id, zh: id } },
  condition: { type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 0, recover: 1 },
  message: { en: '{device} in {field}: {value} {unit}', zh: '{field}{device}：{value} {unit}' },
  ...more,
});
const catalog = {
  inventory: {
    fields: [{ id: 'west', title: 'West' }],
    devices: [
      { id: 'mast', title: 'Mast', field: 'west' },
      { id: 'box', title: 'Box' },
    ],
  } as unknown as Inventory,
} as Catalog;
const state = (rule: string, subject: string, sinceMs: number): WatchState => ({
  ...{ rule, revision: 1, subject, anchor: 1, state: 'firing', noData: false, raised: true, sinceMs },
  ...{ firedMs: sinceMs, value: -1.5 },
});

test('alerts are in words of both languages, the worst first, then the newest', () => {
  const rules = [
    rule('frost', { severity: 'critical' }),
    rule('cool'),
    rule('mute', { condition: { type: 'silent', intervals: 3 } }),
  ];
  const states = [
    state('cool', 'gw-1/mast/air.temperature@h200', 5),
    state('mute', 'gw-1/box', 9),
    state('frost', 'gw-1/mast/air.temperature@h200', 1),
    state('of-another-wording', 'gw-1/mast/air.temperature@h200', 1),
  ];
  const message = { v: 1 as const, revision: 1, timeZone: null, rules: rules.map((r) => ({ revision: 1, rule: r })) };
  const rows = alertRows({ states: () => states, message }, catalog);
  expect(rows.map(({ rule: id, about }) => [id, about.en, about.zh])).toEqual([
    ['frost', 'West · Mast · Air temperature 200 cm', 'West · Mast · 气温 200 cm'],
    ['mute', 'Box', 'Box'],
    ['cool', 'West · Mast · Air temperature 200 cm', 'West · Mast · 气温 200 cm'],
  ]);
  expect(rows[0]).toMatchObject({ subject: 'mast/air.temperature@h200', message: { en: 'Mast in West: −1.5 °C' } });
});
