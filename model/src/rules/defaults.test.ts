import { expect, test } from 'vitest';
import { DEFAULT_RULES } from './defaults.ts';
import { parseRule } from './parse-rule.ts';

test.each(DEFAULT_RULES.map((rule) => [rule.id, rule] as const))('%s is a whole rule', (id, rule) => {
  expect(parseRule(rule, id)).toEqual(rule);
});
