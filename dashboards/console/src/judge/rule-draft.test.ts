import type { Rule } from '@karez/model';
import { parseRule } from '@karez/model/schemas';
import { expect, test } from 'vitest';
import { detail } from './farm.fixture.ts';
import {
  CONDITION_TYPES,
  completed,
  conditionOf,
  differences,
  draftProblems,
  freeId,
  judgeable,
  newRule,
  scopeChoice,
  scopeOf,
  withQuantity,
} from './rule-draft.ts';

const frost: Rule = {
  ...newRule('air.temperature', []),
  title: { en: 'Frost', zh: '' },
  condition: { type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 0, recover: 1 },
};

test('a draft that is filled in is a rule that the server takes', () => {
  expect(draftProblems(frost)).toEqual([]);
  const rule = completed(frost);
  expect(rule.title).toEqual({ en: 'Frost', zh: 'Frost' });
  expect(parseRule(rule, 'rule')).toEqual(rule);
});

test.each(CONDITION_TYPES)(
  'a condition "%s" with its numbers is one that the server takes, or names what lacks',
  (type) => {
    const before = {
      type: 'above',
      input: { quantity: 'air.temperature' },
      unit: 'Cel',
      value: 5,
      recover: 5,
    } as const;
    const condition = conditionOf(type, 'air.temperature', before);
    const scope = {};
    const rule = completed({ ...frost, condition, scope });
    if (type === 'difference') expect(() => parseRule(rule, 'rule')).toThrow(/must differ/);
    else expect(parseRule(rule, 'rule').condition).toEqual(condition);
  },
);

test('what is wrong stands at its field', () => {
  const problems = (condition: Rule['condition']) => draftProblems({ ...frost, condition });
  expect(draftProblems(newRule('air.temperature', [])).map((p) => `${p.path} ${p.what}`)).toEqual([
    ...['title missing', 'condition.value missing', 'condition.recover missing'],
  ]);
  expect(problems({ ...frost.condition, recover: -1 } as Rule['condition'])).toEqual([
    { path: 'condition.recover', what: 'recover-above' },
  ]);
  expect(problems({ ...frost.condition, type: 'above' } as Rule['condition'])).toEqual([
    { path: 'condition.recover', what: 'recover-below' },
  ]);
  expect(problems({ ...frost.condition, value: -400 } as Rule['condition'])[0]).toMatchObject({ what: 'range' });
});

test('another quantity takes the numbers away, for they were of another unit', () => {
  const moved = withQuantity(frost.condition, 'soil.moisture');
  expect(moved).toMatchObject({ unit: '%', value: Number.NaN });
  expect(withQuantity(frost.condition, 'air.temperature')).toBe(frost.condition);
});

test('what can be judged is what is measured and what follows from it', () => {
  expect(judgeable(detail)).toContain('soil.moisture');
  expect(judgeable(detail)).not.toContain('air.dew-point');
});

test('a scope of one thing is a choice; of more it stays as it is', () => {
  expect(scopeChoice({})).toBe('farm');
  expect(scopeChoice({ fields: ['north'] })).toBe('fields:north');
  expect(scopeOf('devices:gw/a', {})).toEqual({ devices: ['gw/a'] });
  const two = { fields: ['north', 'south'] };
  expect(scopeChoice(two)).toBe('as-is');
  expect(scopeOf('as-is', two)).toBe(two);
});

test('ids are free and of plain letters', () => {
  expect(freeId('Frost!', [])).toBe('frost');
  expect(freeId('frost', ['frost', 'frost-2'])).toBe('frost-3');
  expect(freeId('霜冻', [])).toBe('rule');
});

test('what changed is named by its path', () => {
  const after = { ...frost, condition: { ...frost.condition, value: -1 }, limit: { atMost: 3, withinS: 60 } };
  expect(differences(frost, after)).toEqual([
    { path: 'condition.value', was: '0', is: '-1' },
    { path: 'limit', was: '–', is: '{"atMost":3,"withinS":60}' },
  ]);
});
