import { expect, test } from 'vitest';
import { bindRule, subjectKeyOf } from './bind.ts';
import { frost, ruleOf, S, world } from './rule.fixture.ts';
import type { Condition, Rule } from './rule.ts';

const moisture: Condition = {
  ...{ type: 'below', input: { quantity: 'soil.moisture' }, unit: '%', value: 20, recover: 22 },
};
const deficit: Condition = {
  ...{ type: 'above', input: { quantity: 'air.vapour-pressure-deficit' }, unit: 'kPa', value: 2, recover: 1.8 },
};
const dew: Condition = { ...frost, input: { quantity: 'air.dew-point' } } as Condition;
const silent: Condition = { type: 'silent', intervals: 3 };
const gatewaySilent: Condition = { type: 'gateway-silent', forS: 120 };
const difference = (minus: object): Condition =>
  ({
    ...{ type: 'difference', input: { quantity: 'air.temperature' }, minus, unit: 'Cel' },
    ...{ is: 'above', value: 5, recover: 4 },
  }) as Condition;

test.each<[string, Condition, Partial<Rule>, string[]]>([
  ['all of the farm', frost, {}, ['gw-1/mast/air.temperature@h200', 'gw-2/mast/air.temperature']],
  ['one gateway', frost, { scope: { gateways: ['gw-2'] } }, ['gw-2/mast/air.temperature']],
  ['one field', moisture, { scope: { fields: ['north'] } }, ['gw-1/probe-1/soil.moisture@d10']],
  ['a crop', moisture, { scope: { crops: ['maize', 'rice'] } }, ['gw-1/probe-2/soil.moisture@d10']],
  ['a kind of device', moisture, { scope: { kinds: ['weather'] } }, []],
  ['named devices', moisture, { scope: { devices: ['gw-1/probe-2'] } }, ['gw-1/probe-2/soil.moisture@d10']],
  [
    'named channels',
    moisture,
    { scope: { channels: ['gw-1/probe-1/soil.moisture@d10'] } },
    ['gw-1/probe-1/soil.moisture@d10'],
  ],
  ['every key must fit', moisture, { scope: { fields: ['north'], crops: ['maize'] } }, []],
  ['a device in no field is in no crop', frost, { scope: { crops: ['cotton'] } }, []],
  ['switched off', frost, { enabled: false }, []],
  [
    'one place',
    { ...frost, input: { quantity: 'soil.temperature', place: 'd30' } } as Condition,
    {},
    ['gw-1/probe-1/soil.temperature@d30'],
  ],
  ['derived where both inputs are', deficit, {}, ['gw-1/mast/air.vapour-pressure-deficit@h200']],
  ['derived, or measured where it is', dew, {}, ['gw-2/mast/air.dew-point', 'gw-1/mast/air.dew-point@h200']],
  ['devices', silent, { scope: { kinds: ['soil'] } }, ['gw-1/probe-1', 'gw-1/probe-2']],
  ['gateways', gatewaySilent, {}, ['gw-1', 'gw-2']],
  ['one gateway among them', gatewaySilent, { scope: { gateways: ['gw-2'] } }, ['gw-2']],
  [
    'a difference to another quantity of the same place, measured or derived',
    difference({ quantity: 'air.dew-point' }),
    {},
    ['gw-1/mast/air.temperature@h200', 'gw-2/mast/air.temperature'],
  ],
  [
    'a difference to another place',
    {
      ...(difference({ quantity: 'soil.temperature', place: 'd30' }) as object),
      input: { quantity: 'soil.temperature', place: 'd10' },
    } as Condition,
    {},
    ['gw-1/probe-1/soil.temperature@d10'],
  ],
  [
    'a difference to one channel for all',
    difference({ channel: 'gw-1/mast/air.temperature@h200' }),
    {},
    ['gw-1/mast/air.temperature@h200', 'gw-2/mast/air.temperature'],
  ],
  ['a difference to what is not there', difference({ channel: 'gw-3/mast/air.temperature' }), {}, []],
])('%s', (_, condition, more, keys) => {
  const subjects = bindRule(ruleOf(condition, more), world);
  expect(subjects.map((s) => s.key).sort()).toEqual(keys.toSorted());
});

test('whose readings a subject needs says where it is judged', () => {
  const across = bindRule(ruleOf(difference({ channel: 'gw-1/mast/air.temperature@h200' })), world);
  expect(across.map((s) => s.gateways)).toEqual([['gw-1'], ['gw-2', 'gw-1']]);
  expect(across[1]).toMatchObject({ inputs: [8, 1], own: 1, anchor: 8 });
});

test('a subject that is derived needs all its inputs and stands under the first', () => {
  expect(bindRule(ruleOf(deficit), world)[0]).toMatchObject({ inputs: [1, 2], own: 2, anchor: 1 });
});

test('without a value for three intervals nothing is known, at least for a minute, or for what the rule says', () => {
  const gaps = (more: Partial<Rule>) => bindRule(ruleOf(moisture, more), world).map((s) => s.gapMs);
  expect(gaps({})).toEqual([180 * S, 180 * S]);
  expect(bindRule(ruleOf(frost), world)[0]?.gapMs).toBe(60 * S);
  expect(gaps({ noDataAfterS: 900 })).toEqual([900 * S, 900 * S]);
  expect(bindRule(ruleOf(silent), world)[0]?.gapMs).toBe(30 * S);
  expect(bindRule(ruleOf({ ...silent, leastS: 120 } as Condition), world)[0]?.gapMs).toBe(120 * S);
  expect(bindRule(ruleOf(gatewaySilent), world)[0]?.gapMs).toBe(120 * S);
});

test.each([
  ['its own', moisture],
  ['derived', deficit],
  ['measured or derived', dew],
  ['a device', silent],
])('a channel alone tells the subject that it stands for: %s', (_, condition) => {
  const channels = new Map(
    world.devices.flatMap(({ gateway, id, channels: all }) =>
      all.map(({ handle, quantity, place }) => [handle, { gateway, device: id, quantity, place }] as const),
    ),
  );
  const subjects = bindRule(ruleOf(condition), world);
  expect(subjects.length).toBeGreaterThan(0);
  for (const { key, anchor } of subjects)
    expect(subjectKeyOf(condition, channels.get(anchor) as NonNullable<ReturnType<typeof channels.get>>)).toBe(key);
});
