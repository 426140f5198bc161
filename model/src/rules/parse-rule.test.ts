import { expect, test } from 'vitest';
import { parseRule, parseRulesMessage } from './parse-rule.ts';
import { frost, revised, ruleOf } from './rule.fixture.ts';
import type { Condition } from './rule.ts';

/** A plain copy with one key set, or removed where the value is undefined. */
function changed(path: string, value: unknown, base: unknown = ruleOf(frost)): unknown {
  const copy = structuredClone(base) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() as string;
  const at = keys.reduce((o, key) => {
    o[key] ??= {};
    return o[key] as Record<string, unknown>;
  }, copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const difference: Condition = {
  ...{ type: 'difference', input: { quantity: 'air.temperature' }, minus: { quantity: 'air.dew-point' } },
  ...{ unit: 'Cel', is: 'below', value: 1, recover: 2 },
};
const rate: Condition = {
  ...{
    type: 'rate',
    input: { quantity: 'air.temperature' },
    unit: 'Cel/h',
    direction: 'falling',
    value: 3,
    recover: 1,
  },
  overMin: 60,
};
const silent: Condition = { type: 'silent', intervals: 3 };

test.each<[string, unknown]>([
  ['below', ruleOf(frost)],
  ['a difference', ruleOf(difference)],
  [
    'a difference to one channel',
    ruleOf({ ...difference, minus: { channel: 'gw-1/mast/air.temperature@h200' } } as Condition),
  ],
  ['a rate', ruleOf(rate)],
  ['silence', ruleOf(silent)],
  ['a silent gateway', ruleOf({ type: 'gateway-silent', forS: 60 })],
  ['standing still', ruleOf({ type: 'stuck', input: { quantity: 'soil.ph' }, unit: '[pH]', tolerance: 0, forMin: 60 })],
  ['a threshold of 0, recovery at it', changed('condition.recover', 0)],
  ['the edge of what there is', changed('condition', { ...frost, value: -60, recover: 65 })],
  ['a quantity that is derived', changed('condition.input.quantity', 'air.dew-point')],
  [
    'everything that may be said',
    ruleOf(frost, {
      ...{
        crop: 'pear',
        stage: 'bloom',
        template: 'orchard-frost/bloom',
        believe: 'all',
        noDataAfterS: 600,
        remindS: 900,
      },
      scope: {
        ...{ gateways: ['gw-1'], fields: ['north'], crops: ['梨'], kinds: ['weather'], devices: ['gw-1/mast'] },
        channels: ['gw-1/mast/air.temperature@h200'],
      },
      when: { hours: { from: '20:00', to: '08:00' }, season: { from: '03-01', to: '05-31' } },
      ...{ limit: { atMost: 2, withinS: 3600 }, escalate: [{ afterS: 900, tell: [{ person: 7 }] }], tell: [] },
    }),
  ],
])('takes %s', (_, rule) => {
  expect(parseRule(rule, 'body')).toEqual(rule);
});

test.each<[string, unknown, string]>([
  ['no object', 3, ' must be object'],
  ['a bad id', changed('id', 'No Good'), 'id must be lower-case letters'],
  ['no Chinese title', changed('title.zh', undefined), 'title.zh is missing'],
  ['an empty message', changed('message.en', ''), 'message.en must not have fewer than 1'],
  ['a key that nobody knows', changed('colour', 'red'), 'colour is not known here'],
  ['a severity that is none', changed('severity', 'loud'), 'severity must be "info" or "warning" or "critical"'],
  ['a condition of no kind', changed('condition.type', 'near'), 'condition.type must be "above" or'],
  [
    'a quantity that is none',
    changed('condition.input.quantity', 'air.colour'),
    'condition.input.quantity must be an id of the quantity table',
  ],
  [
    'a quantity of the prototype',
    changed('condition.input.quantity', 'constructor'),
    'condition.input.quantity must be an id',
  ],
  [
    'a quantity of alerts themselves',
    changed('condition.input.quantity', 'alert.state'),
    'condition.input.quantity must be an id',
  ],
  ['no unit', changed('condition.unit', undefined), 'condition.unit is missing'],
  [
    'another unit',
    changed('condition.unit', '[degF]'),
    'condition.unit must be "Cel", the unit of air.temperature, not "[degF]"',
  ],
  ['a rate without its hour', changed('condition.unit', 'Cel', ruleOf(rate)), 'condition.unit must be "Cel/h"'],
  ['no recovery value', changed('condition.recover', undefined), 'condition.recover is missing'],
  ['a threshold that is no number', changed('condition.value', 'zero'), 'condition.value must be number'],
  ['a threshold that is NaN', changed('condition.value', Number.NaN), 'condition.value must be number'],
  ['a threshold beyond nature', changed('condition.value', -61), 'condition.value must be from -60 to 65 Cel, not -61'],
  ['a recovery value beyond nature', changed('condition.recover', 66), 'condition.recover must be from -60 to 65 Cel'],
  [
    'a recovery value on the wrong side, below',
    changed('condition.recover', -0.5),
    'condition.recover must be at least the threshold (0), not -0.5',
  ],
  [
    'a recovery value on the wrong side, above',
    ruleOf({ ...frost, type: 'above', recover: 1 } as Condition),
    'condition.recover must be at most the threshold (0)',
  ],
  [
    'a rate that recovers beyond',
    changed('condition.recover', 4, ruleOf(rate)),
    'condition.recover must be at most the threshold (3)',
  ],
  ['a rate of nothing', changed('condition.value', 0, ruleOf(rate)), 'condition.value must be > 0'],
  ['a rate over half a minute', changed('condition.overMin', 0.5, ruleOf(rate)), 'condition.overMin must be'],
  [
    'a difference larger than the range',
    changed('condition.recover', 126, ruleOf(difference)),
    'condition.recover must be from -125 to 125',
  ],
  [
    'a size below zero',
    ruleOf({ ...difference, absolute: true, value: -1 } as Condition),
    'condition.value must be from 0 to 125',
  ],
  [
    'a difference of other units',
    changed('condition.minus.quantity', 'air.humidity', ruleOf(difference)),
    'condition.minus.quantity must have the unit "Cel"',
  ],
  [
    'a difference to itself',
    changed('condition.minus.quantity', 'air.temperature', ruleOf(difference)),
    'condition.minus must differ from the input',
  ],
  [
    'a channel that is no name',
    changed('condition.minus', { channel: 'mast' }, ruleOf(difference)),
    'condition.minus.channel must be gateway/device/quantity',
  ],
  ['one interval of silence', changed('condition.intervals', 1, ruleOf(silent)), 'condition.intervals must be >= 2'],
  ['longer than a month', changed('condition.forS', 3_000_000), 'condition.forS must be <= 2678400'],
  [
    'a time that is none',
    changed('when', { hours: { from: '24:00', to: '01:00' } }),
    'when.hours.from must be a time of day like 05:30',
  ],
  [
    'hours of no length',
    changed('when', { hours: { from: '10:00', to: '10:00' } }),
    'when.hours must begin and end at different times',
  ],
  [
    'a day that is none',
    changed('when', { season: { from: '13-01', to: '01-01' } }),
    'when.season.from must be a day of the year',
  ],
  ['a scope without a name', changed('scope.fields', []), 'scope.fields must not have fewer than 1'],
  ['a device without its gateway', changed('scope.devices', ['mast']), 'scope.devices.0 must be gateway/device'],
  [
    'channels of another quantity',
    changed('scope.channels', ['gw-1/mast/air.humidity']),
    'scope.channels.0 must be of air.temperature',
  ],
  [
    'channels of what has none',
    changed('scope.channels', ['gw-1/mast/air.humidity'], ruleOf(silent)),
    'scope.channels has no meaning for a condition "silent"',
  ],
  [
    'a word that is never filled in',
    changed('message.zh', '{温度}'),
    'message.zh may use {value}, {unit}, {limit}, {device}, {field}, {channel}, not {温度}',
  ],
  ['a role that is none', changed('tell', [{ role: 'king' }]), 'tell.0.role must be'],
  ['a reminder every second', changed('remindS', 1), 'remindS must be >= 300'],
  [
    'four steps of escalation',
    changed('escalate', Array(4).fill({ afterS: 60, tell: [] })),
    'escalate must not have more than 3',
  ],
])('refuses %s', (_, rule, message) => {
  expect(() => parseRule(rule, 'body')).toThrow(`body: ${message}`.replace(':  ', ': the whole value '));
});

test('an error says which field', () => {
  try {
    parseRule(changed('condition.value', -100), 'body');
  } catch (error) {
    expect(error).toMatchObject({ code: 'REQUEST_INVALID', where: 'condition.value' });
    return;
  }
  throw new Error('it was taken');
});

test('a gateway leaves out a rule that it cannot use, says so, and uses the others', () => {
  const rules = [
    revised(ruleOf(frost)),
    { revision: 2, rule: changed('condition.type', 'smell', ruleOf(frost, { id: 'new' })) },
  ];
  const { message, problems } = parseRulesMessage({ v: 1, revision: 2, timeZone: 'Asia/Urumqi', rules });
  expect(message.rules.map((r) => r.rule.id)).toEqual(['rule']);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^new: rules.1.rule: condition.type must be/);
});

test.each<[string, unknown, string]>([
  ['of another version', { v: 2, revision: 1, timeZone: null, rules: [] }, 'rules: v must be 1'],
  ['without rules', { v: 1, revision: 1, timeZone: null }, 'rules: rules is missing'],
  ['that is none', null, 'rules: the whole value must be object'],
  ['with a revision that is none', { v: 1, revision: -1, timeZone: null, rules: [] }, 'rules: revision must be >= 0'],
  ['with what is no rule', { v: 1, revision: 1, timeZone: null, rules: 'all' }, 'rules: rules must be array'],
])('a message %s is refused', (_, value, message) => {
  expect(() => parseRulesMessage(value)).toThrow(message);
});
