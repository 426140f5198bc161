import { expect, test } from 'vitest';
import { TOPIC_FILTER, topicFilter } from './topic-filter.ts';

test.each([
  ['a/b', 'a/b', []],
  ['a/+/c', 'a/b/c', ['b']],
  ['a/+/+', 'a/b/c', ['b', 'c']],
  ['a/#', 'a/b/c', ['b', 'c']],
  ['a/#', 'a', []],
  ['+/tele/#', 'x/tele/SENSOR', ['x', 'SENSOR']],
  ['#', 'a/b', ['a', 'b']],
  ['+', '', ['']],
  ['a/+', 'a/', ['']],
])('%s means %s', (filter, topic, wild) => expect(topicFilter(filter)(topic)).toEqual(wild));

test.each([
  ['a/b', 'a/b/c'],
  ['a/b/c', 'a/b'],
  ['a/+', 'a/b/c'],
  ['a/+', 'a'],
  ['a/#', 'b/a'],
  ['#', '$SYS/x'],
  ['+/x', '$SYS/x'],
])('%s does not mean %s', (filter, topic) => expect(topicFilter(filter)(topic)).toBeUndefined());

test.each([
  ['a/b', true],
  ['a/+/#', true],
  ['#', true],
  ['a/b#', false],
  ['a/#/b', false],
  ['a+/b', false],
  ['a b', false],
])('%s is a filter: %s', (filter, is) => expect(new RegExp(TOPIC_FILTER).test(filter)).toBe(is));
