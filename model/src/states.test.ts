import { expect, test } from 'vitest';
import { QUANTITIES, type QuantityId } from './quantities.ts';
import { STATES, stateName } from './states.ts';

test.each(Object.entries(STATES))('%s has a word for each number of its range', (id, states) => {
  const { min, max, unit, decimals, aggregate } = QUANTITIES[id as QuantityId];
  if (id !== 'vehicle.mode') expect([min, max]).toEqual([0, states.length - 1]);
  expect([unit, decimals, aggregate]).toEqual(['1', 0, 'last']);
  for (const language of ['en', 'zh'] as const)
    expect(new Set(states.map((state) => state[language])).size).toBe(states.length);
});

test('what is no state has none', () => {
  expect(stateName('gnss.fix', 6)?.en).toBe('RTK fixed');
  expect(stateName('gnss.fix', 9)).toBeUndefined();
  expect(stateName('gnss.fix', 0.5)).toBeUndefined();
  expect(stateName('soil.moisture', 1)).toBeUndefined();
  expect(stateName('constructor', 1)).toBeUndefined();
});
