import { expect, test } from 'vitest';
import { type About, messageOfRule } from './message.ts';
import { frost, ruleOf } from './rule.fixture.ts';
import type { Condition } from './rule.ts';

const about: About = { device: 'Mast', field: 'North orchard', channel: 'Air temperature 200 cm', value: -0.83 };
const say = (text: string, condition: Condition = frost, more: Partial<About> = {}) =>
  messageOfRule(ruleOf(condition, { message: { en: text, zh: `${text}。` } }), 'en', { ...about, ...more });

test.each<[string, string, Partial<About>]>([
  ['{channel}', 'Air temperature 200 cm', {}],
  ['Frost in {field}: {value} {unit}, below {limit} {unit}', 'Frost in North orchard: −0.8 °C, below 0.0 °C', {}],
  ['{value}', '0.0', { value: -0.001 }],
  ['{value}', '0.0', { value: 0 }],
  ['{value}', '–', { value: Number.NaN }],
  ['{field}', 'Mast', { field: null }],
  ['{device} $& {device}', 'Mast $& Mast', {}],
])('%s is "%s"', (text, words, more) => {
  expect(say(text, frost, more)).toBe(words);
});

test('what a value contains is never filled in again', () => {
  expect(say('{device}', frost, { device: '{value}' })).toBe('{value}');
});

test('a rate has its unit an hour, silence has none', () => {
  const rate = { ...frost, type: 'rate', unit: 'Cel/h', direction: 'falling', overMin: 60, value: 3, recover: 2 };
  expect(say('{limit} {unit}', rate as Condition)).toBe('3.0 °C/h');
  expect(say('{limit}|{unit}', { type: 'silent', intervals: 3 })).toBe('3|');
});

test('each language has its own text', () => {
  expect(messageOfRule(ruleOf(frost), 'zh', about)).toBe('Air temperature 200 cm：−0.8 °C');
});
