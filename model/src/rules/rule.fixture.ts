/** Rules and a farm for tests. */
import type { World } from './bind.ts';
import type { Condition, RevisedRule, Rule } from './rule.ts';

export const START_MS = Date.UTC(2026, 3, 10, 18);
export const S = 1_000;

export const frost: Condition = {
  ...{ type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 0, recover: 1 },
};

/** A rule with this condition and whatever else. */
export function ruleOf(condition: Condition, more: Partial<Rule> = {}): Rule {
  return {
    ...{ id: 'rule', title: { en: 'Rule', zh: '规则' }, enabled: true, scope: {}, condition, severity: 'warning' },
    message: { en: '{channel}: {value} {unit}', zh: '{channel}：{value} {unit}' },
    ...{ tell: [{ role: 'operator' }], ...more },
  };
}

export const revised = (rule: Rule, revision = 1): RevisedRule => ({ revision, rule });

/** Two gateways: a mast and two soil probes at one, another mast at the other. Handles are 1, 2, 3 … in this order. */
export const world: World = {
  devices: [
    {
      ...{ gateway: 'gw-1', id: 'mast', kind: 'weather', intervalMs: 10 * S },
      channels: [
        { handle: 1, quantity: 'air.temperature', place: 'h200' },
        { handle: 2, quantity: 'air.humidity', place: 'h200' },
        { handle: 3, quantity: 'wind.speed', place: 'h200' },
      ],
    },
    {
      ...{ gateway: 'gw-1', id: 'probe-1', kind: 'soil', field: 'north', crop: 'cotton', intervalMs: 60 * S },
      channels: [
        { handle: 4, quantity: 'soil.moisture', place: 'd10' },
        { handle: 5, quantity: 'soil.temperature', place: 'd10' },
        { handle: 6, quantity: 'soil.temperature', place: 'd30' },
      ],
    },
    {
      ...{ gateway: 'gw-1', id: 'probe-2', kind: 'soil', field: 'south', crop: 'maize', intervalMs: 60 * S },
      channels: [{ handle: 7, quantity: 'soil.moisture', place: 'd10' }],
    },
    {
      ...{ gateway: 'gw-2', id: 'mast', kind: 'weather', intervalMs: 10 * S },
      channels: [
        { handle: 8, quantity: 'air.temperature' },
        { handle: 9, quantity: 'air.dew-point' },
      ],
    },
  ],
  gateways: [
    { gateway: 'gw-1', handle: 101 },
    { gateway: 'gw-2', handle: 102 },
  ],
};
