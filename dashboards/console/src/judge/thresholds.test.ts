import type { Rule } from '@karez/model';
import { expect, test } from 'vitest';
import { detail } from './farm.fixture.ts';
import { newRule } from './rule-draft.ts';
import { thresholdsOf } from './thresholds.ts';

const dry = (changes: Partial<Rule>): Rule => ({
  ...newRule('soil.moisture', []),
  condition: { type: 'below', input: { quantity: 'soil.moisture' }, unit: '%', value: 12, recover: 14 },
  ...changes,
});
const NORTH = 'gw/north-1/soil.moisture@d10';
const found = (rule: Rule, shown = [NORTH]) =>
  thresholdsOf([rule], shown, detail).map(({ value, recover }) => [value, recover]);

test('a rule’s threshold is drawn where the rule watches', () => {
  expect(found(dry({}))).toEqual([[12, 14]]);
  expect(found(dry({ scope: { fields: ['north'] } }))).toEqual([[12, 14]]);
  expect(found(dry({ scope: { crops: ['cotton'] } }))).toEqual([[12, 14]]);
});

test('and nowhere else', () => {
  expect(found(dry({ scope: { fields: ['south'] } }))).toEqual([]);
  expect(found(dry({ enabled: false }))).toEqual([]);
  expect(found(dry({}), ['gw/north-1/battery.voltage'])).toEqual([]);
  expect(found(dry({ condition: { type: 'silent', intervals: 5 } }))).toEqual([]);
});
