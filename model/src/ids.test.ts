import { expect, test } from 'vitest';
import { channelName, isId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { parseTopic, topicOf } from './topics.ts';

test.each(['a', 'north-1', '7', 'a'.repeat(LIMITS.idLength)])('%j is an id', (id) => expect(isId(id)).toBe(true));
test.each(['', '-a', 'a-', 'A', 'a/b', 'a+b', 'a#', 'é', 'a b', 'a'.repeat(LIMITS.idLength + 1)])('%j is no id', (id) =>
  expect(isId(id)).toBe(false),
);

test('a channel is named by device, quantity and place', () => {
  expect(channelName('soil-1', 'soil.moisture', 'd30')).toBe('soil-1/soil.moisture@d30');
  expect(channelName('mast', 'air.temperature')).toBe('mast/air.temperature');
});

test('topics are read back, and nothing else is', () => {
  expect(parseTopic(topicOf('farm', 'gw-1', 'batch'))).toEqual({ farm: 'farm', gateway: 'gw-1', leaf: 'batch' });
  for (const bad of [
    'karez/v1/farm/gw-1',
    'karez/v1/farm/gw-1/batch/x',
    'karez/v1/+/gw-1/batch',
    'karez/v1/farm/#',
    'karez/v2/farm/gw-1/batch',
    'karez/v1/farm/gw-1/nothing',
    '$SYS/a/b/c/d',
  ]) {
    expect(parseTopic(bad)).toBeUndefined();
  }
});
