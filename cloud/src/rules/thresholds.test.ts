import type { ApiRule, Condition, FarmDetail, Rule } from '@karez/model';
import { expect, test } from 'vitest';
import { thresholdsOf } from './thresholds.ts';

const device = (id: string, field: string | null, quantities: string[]) => ({
  ...{ id: `gw-1/${id}`, gateway: 'gw-1', device: id, kind: 'weather', field, intervalMs: 10_000, active: true },
  channels: quantities.map((quantity) => ({ id: `gw-1/${id}/${quantity}`, quantity, place: null })),
});
const farm = {
  fields: [{ id: 'north', title: 'North', crop: 'tea', outline: [] }],
  devices: [
    device('mast', 'north', ['air.temperature', 'air.humidity']),
    device('other', null, ['air.temperature']),
    { ...device('gone', null, ['air.temperature']), active: false },
  ],
} as unknown as FarmDetail;
const below: Condition = {
  ...{ type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 0, recover: 1, forS: 60 },
};
const ruled = (id: string, more: Partial<Rule>): ApiRule => ({
  ...{ revision: 3, version: 1, changedMs: 0, changedBy: { id: 'system', name: 'Karez' } },
  rule: {
    ...{ id, enabled: true, scope: {}, condition: below, severity: 'critical', tell: [] },
    ...{ title: { en: id, zh: id }, message: { en: 'x', zh: 'x' }, ...more },
  },
});
const told = (rules: ApiRule[]) => thresholdsOf(rules, farm).map((t) => `${t.rule} ${t.channel} ${t.is} ${t.value}`);

test('a rule counts for each channel in its scope', () => {
  expect(told([ruled('frost', {})])).toEqual([
    'frost gw-1/mast/air.temperature below 0',
    'frost gw-1/other/air.temperature below 0',
  ]);
  expect(told([ruled('tea', { scope: { crops: ['tea'] } })])).toEqual(['tea gw-1/mast/air.temperature below 0']);
});

test('a derived quantity says that it is one, and everything needed to draw it is there', () => {
  const condition: Condition = {
    ...{ type: 'above', input: { quantity: 'air.vapour-pressure-deficit' }, unit: 'kPa', value: 1.5, recover: 1.2 },
  };
  const when = { hours: { from: '08:00', to: '20:00' } };
  expect(thresholdsOf([ruled('dry', { condition, when, severity: 'info' })], farm)).toEqual([
    {
      ...{ channel: 'gw-1/mast/air.vapour-pressure-deficit', derived: true, rule: 'dry', revision: 3 },
      ...{ severity: 'info', title: { en: 'dry', zh: 'dry' }, is: 'above', unit: 'kPa', value: 1.5, recover: 1.2 },
      ...{ forS: 0, when },
    },
  ]);
});

test('what is switched off, or no line beside values, is none', () => {
  const silent: Condition = { type: 'silent', intervals: 5 };
  expect(told([ruled('off', { enabled: false }), ruled('silent', { condition: silent })])).toEqual([]);
});
