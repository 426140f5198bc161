import { expect, test } from 'vitest';
import { parseRule } from '../parse-rule.ts';
import { RULE_TEMPLATES, ruleOfTemplate } from './registry.ts';

/** Paths of the numbers in a condition. */
function numbersIn(value: object, path = 'condition'): string[] {
  return Object.entries(value).flatMap(([key, v]) => {
    if (typeof v === 'number') return [`${path}.${key}`];
    return typeof v === 'object' && v !== null ? numbersIn(v as object, `${path}.${key}`) : [];
  });
}

test.each(RULE_TEMPLATES.map((t) => [t.id, t] as const))(
  '%s is a whole rule, each number with its source',
  (id, template) => {
    const rule = ruleOfTemplate(template, 'from-template');
    expect(parseRule(rule, id)).toEqual(rule);
    expect(id.startsWith(`${template.crop}/`)).toBe(true);
    expect(Object.keys(template.numbers).sort()).toEqual(numbersIn(rule.condition).sort());
    for (const [path, source] of Object.entries(template.numbers)) {
      expect(source.length, path).toBeGreaterThan(10);
      if (source !== 'at the threshold') continue;
      const { value, recover } = rule.condition as { value: number; recover: number };
      expect([path, recover]).toEqual(['condition.recover', value]);
    }
    for (const text of [rule.title, rule.message, template.stage]) {
      expect(text.en).toMatch(/^[A-Z{a-z]/);
      expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
    }
  },
);

test('ids and titles tell them apart', () => {
  expect(new Set(RULE_TEMPLATES.map((t) => t.id)).size).toBe(RULE_TEMPLATES.length);
  for (const language of ['en', 'zh'] as const)
    expect(new Set(RULE_TEMPLATES.map((t) => t.rule.title[language])).size).toBe(RULE_TEMPLATES.length);
});

test('the crops that were asked for are there', () => {
  const crops = new Set(RULE_TEMPLATES.map((t) => t.crop));
  for (const crop of ['cotton', 'maize', 'tomato-greenhouse', 'tea', 'edible-fungus', 'pear', 'seed-potato-store'])
    expect(crops).toContain(crop);
});

test('degrees Fahrenheit of a source become its tenths of a degree Celsius', () => {
  const value = (id: string) => RULE_TEMPLATES.find((t) => t.id === id)?.rule.condition;
  expect(value('pear/full-bloom-frost')).toMatchObject({ value: -2.2 });
  expect(value('pear/full-bloom-hard-frost')).toMatchObject({ value: -4.4 });
  expect(value('apple/silver-tip-frost')).toMatchObject({ value: -9.4 });
  expect(value('maize/pollination-heat')).toMatchObject({ value: 35 });
});
