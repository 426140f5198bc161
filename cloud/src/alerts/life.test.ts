/** What is done about an alert, as a table: its state, what is known, and the step. */
import type { Rule } from '@karez/model';
import { expect, test } from 'vitest';
import { type AlertLife, type AlertRow, NEW_LIFE } from './alert-row.ts';
import { type LifeContext, nextStep } from './life.ts';

const NOW = Date.UTC(2026, 5, 1);
const MIN = 60_000;
const rule = {
  tell: [{ role: 'operator' }],
  remindS: 1_800,
  escalate: [
    { afterS: 600, tell: [{ role: 'agronomist' }] },
    { afterS: 1_200, tell: [{ person: 7 }] },
  ],
} as Rule;
const alert = (more: Partial<AlertRow>, life: Partial<AlertLife>): AlertRow => ({
  ...{
    id: 1,
    farm: 'f',
    rule: 'frost',
    subject: 'gw/mast/air.temperature',
    by: 'gw',
    epoch: '00000001',
    seq: 5,
    revision: 1,
  },
  ...{
    firedMs: NOW,
    endedMs: null,
    reason: null,
    state: 'firing',
    noData: false,
    raisedMs: NOW,
    late: false,
    value: -1,
  },
  ...more,
  life: { ...NEW_LIFE, ...life },
});
const told = { toldMs: NOW - 5 * MIN, lastToldMs: NOW - 5 * MIN };
const acknowledged = { acknowledged: { by: { id: 'a', name: 'A' }, atMs: NOW, note: null } };
const isConfirmed = { isConfirmed: true };
const over = { state: 'over', endedMs: NOW, reason: 'reading' } as const;

type Case = [
  name: string,
  alert: Partial<AlertRow>,
  life: Partial<AlertLife>,
  context: Partial<LifeContext>,
  step: string,
];
test.each<Case>([
  ['fresh: told', {}, {}, {}, 'told: operator'],
  ['a minute old: told', { raisedMs: NOW - MIN }, {}, {}, 'told: operator'],
  ['its rule is gone or switched off: told to nobody', {}, {}, { isInForce: false }, ''],
  ['older, not confirmed: waits', { raisedMs: NOW - MIN - 1 }, {}, {}, ''],
  ['older, confirmed: told', { raisedMs: NOW - 600 * MIN }, {}, { isConfirmed: true }, 'told: operator'],
  ['never raised by who judged it: history', { raisedMs: null }, {}, { isConfirmed: true }, ''],
  ['of late readings: history', { late: true }, {}, { isConfirmed: true }, ''],
  ['over before anybody was told: history', over, {}, { isConfirmed: true }, ''],
  ['recovering before anybody was told: waits', { state: 'recovering' }, {}, {}, ''],
  ['silenced: told to nobody', {}, {}, { silencedUntilMs: NOW + 1 }, ''],
  ['the silence is over: told', {}, {}, { silencedUntilMs: NOW }, 'told: operator'],
  ['explained by another: told to nobody', {}, { inhibitedBy: 9 }, {}, ''],
  ['told: nothing more for now', {}, told, {}, ''],
  ['told and without data: nothing more', { noData: true }, told, {}, ''],
  [
    'nobody acknowledged in time: the next are told',
    {},
    { toldMs: NOW - 10 * MIN, lastToldMs: NOW },
    isConfirmed,
    'escalated: agronomist',
  ],
  ['and not twice', {}, { toldMs: NOW - 10 * MIN, lastToldMs: NOW, escalated: 1 }, isConfirmed, ''],
  ['and then the next', {}, { toldMs: NOW - 20 * MIN, lastToldMs: NOW, escalated: 1 }, isConfirmed, 'escalated: 7'],
  ['no steps are left', {}, { toldMs: NOW - 200 * MIN, lastToldMs: NOW, escalated: 2 }, isConfirmed, ''],
  [
    'reminded, with those who were told since',
    {},
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 30 * MIN, escalated: 2 },
    isConfirmed,
    'reminded: operator agronomist 7',
  ],
  [
    'acknowledged: neither next nor reminded',
    {},
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 40 * MIN, ...acknowledged },
    isConfirmed,
    '',
  ],
  [
    'its gateway does not say that it is on: neither',
    {},
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 40 * MIN },
    {},
    '',
  ],
  [
    'its rule is switched off: neither',
    {},
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 40 * MIN },
    { ...isConfirmed, isInForce: false },
    '',
  ],
  [
    'silenced: neither',
    {},
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 40 * MIN },
    { ...isConfirmed, silencedUntilMs: NOW + 1 },
    '',
  ],
  [
    'explained by another: neither',
    {},
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 40 * MIN, inhibitedBy: 9 },
    isConfirmed,
    '',
  ],
  [
    'recovering: neither',
    { state: 'recovering' },
    { toldMs: NOW - 40 * MIN, lastToldMs: NOW - 40 * MIN },
    isConfirmed,
    '',
  ],
  ['over: said to who was told', over, { ...told, escalated: 1 }, {}, 'over: operator agronomist'],
  ['over, though acknowledged: said', over, { ...told, ...acknowledged }, {}, 'over: operator'],
  ['over: said once', over, { ...told, isOverTold: true }, {}, ''],
  ['over while silenced: written down, said to nobody', over, told, { silencedUntilMs: NOW + 1 }, 'over: '],
  ['over because the rule was changed: said to nobody', { ...over, reason: 'rule' }, told, {}, 'over: '],
])('%s', (_, more, life, context, expected) => {
  const row = alert(more, life);
  const step = nextStep(row, rule, {
    nowMs: NOW,
    isInForce: true,
    isConfirmed: false,
    silencedUntilMs: null,
    ...context,
  });
  const names = step?.tell.map((t) => ('role' in t ? t.role : t.person)).join(' ');
  expect(step === undefined ? '' : `${step.kind}: ${names}`).toBe(expected);
  // Done once, it is not to be done again at the same moment, unless there is another step.
  if (step === undefined) return;
  const again = nextStep({ ...row, life: step.life }, rule, {
    nowMs: NOW,
    isInForce: true,
    isConfirmed: false,
    silencedUntilMs: null,
    ...context,
  });
  expect(again?.kind).not.toBe(step.kind);
});
