/** Alerts from their transitions to whoever is told: fresh and late, in any order, over failures and restarts. */
import type { Transition } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  FARM,
  FROST,
  GATEWAY_SILENT,
  MAST,
  openTestAlerts,
  somebody,
  type TestAlerts,
} from '../testing/test-alerts.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;

let at: TestAlerts;
beforeEach(async () => {
  at = await openTestAlerts();
});
afterEach(async () => {
  await at.close();
});

const now = () => at.clock.wallMs();
const pass = async (ms: number) => {
  await at.clock.advance(ms);
  await at.desk.idle();
};
const kinds = () => at.told.map(({ id }) => id.split('-').slice(-2).join(' '));
/** A silent gateway as the cloud judges it. */
const silent = async (gateway: string, change: Partial<Transition> = {}) => {
  const transition: Transition = {
    ...{ rule: 'gateway-silent', revision: at.rules.find(FARM, 'gateway-silent')?.revision as number },
    ...{ subject: gateway, anchor: 1, state: 'firing', noData: false, raised: true, late: false, reason: 'time' },
    ...{ timeMs: now(), firedMs: now(), value: 180, ...change },
  };
  at.desk.judged(FARM, [transition]);
  await at.desk.idle();
};

describe('a fresh alert', () => {
  test('is shown and told once, with the time of the reading, and told to be over', async () => {
    const firedMs = now() - 3_000;
    await at.wrote([{ seq: 1, timeMs: firedMs, value: -1.5 }]);
    const [alert] = await at.all();
    expect(alert).toMatchObject({
      ...{ rule: 'frost', severity: 'critical', subject: MAST, channel: MAST, gateway: 'gw-1', device: 'mast' },
      ...{ state: 'firing', firedMs, endedMs: null, value: -1.5, toldMs: now(), late: false, acknowledged: null },
      message: { en: 'Air temperature 200 cm of mast of gw-1: −1.5 °C' },
    });
    expect(at.told).toHaveLength(1);
    expect(at.told[0]).toMatchObject({
      ...{ grade: 'critical', atMs: firedMs, roles: ['operator'], people: [], farmTitle: 'Turpan' },
      ...{ timeZone: 'Asia/Urumqi', path: `/farm/${FARM}/alerts/${alert?.id}`, text: alert?.message },
    });
    expect(at.shown.at(-1)).toEqual(alert);
    await at.wrote([
      { seq: 9, timeMs: firedMs + MIN, state: 'recovering', value: 1.5 },
      { seq: 13, timeMs: firedMs + 2 * MIN, state: 'ok', raised: false, value: 2 },
    ]);
    expect(await at.all()).toMatchObject([
      { state: 'over', endedMs: firedMs + 2 * MIN, reason: 'reading', value: -1.5 },
    ]);
    expect(kinds()).toEqual(['told 0', 'over 0']);
    expect(at.told[1]).toMatchObject({ atMs: firedMs + 2 * MIN });
    expect(at.desk.open()).toEqual([]);
  });

  test('that comes again, and again after the cloud died while taking it, is one', async () => {
    const frost = { seq: 1, timeMs: now() };
    at.failing.set('alertsTaken', 'before');
    await at.wrote([frost]);
    expect(at.failing.size).toBe(0);
    await at.wrote([frost]);
    await at.restart();
    await pass(10_000);
    expect(await at.all()).toHaveLength(1);
    expect(kinds()).toEqual(['told 0']);
  });

  test('of another gateway with the same numbers is another', async () => {
    await at.describe('gw-2');
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await at.wrote([{ seq: 1, timeMs: now() }], 'gw-2');
    expect((await at.all()).map((a) => a.gateway)).toEqual(['gw-1', 'gw-2']);
  });

  test.each(['take', 'save', 'notices', 'noticesTold', 'tell', 'alertInbox'] as const)(
    'is neither lost nor told twice where %s fails once',
    async (method) => {
      for (const when of ['before', 'after'] as const) {
        at.failing.set(method, when);
        await at.wrote([{ seq: when === 'before' ? 1 : 21, timeMs: now() }]);
        await pass(10_000);
        expect(at.failing.size).toBe(0);
        await at.wrote([{ seq: when === 'before' ? 11 : 31, timeMs: now(), state: 'ok', raised: false }]);
        await pass(10_000);
      }
      expect(await at.all()).toMatchObject([{ state: 'over' }, { state: 'over' }]);
      expect(kinds()).toEqual(['told 0', 'over 0', 'told 0', 'over 0']);
    },
  );
});

describe('after an outage', () => {
  test('what began and ended meanwhile is history, told to nobody, whichever half comes first', async () => {
    const began = { seq: 1, timeMs: now() - 5 * HOUR };
    const ended = { seq: 5, timeMs: now() - 2 * HOUR, state: 'ok', raised: false } as const;
    // The newest readings come first.
    await at.wrote([ended]);
    await at.wrote([began]);
    expect(await at.all()).toMatchObject([
      { state: 'over', firedMs: began.timeMs, endedMs: ended.timeMs, toldMs: null, late: false },
    ]);
    await at.wrote([{ ...began, seq: 11, timeMs: now() - 50 * MIN }]);
    expect(at.told).toEqual([]);
    await at.wrote([{ ...ended, seq: 15, timeMs: now() - 40 * MIN }]);
    await at.says([]);
    expect(await at.all()).toMatchObject([{ state: 'over' }, { state: 'over', endedMs: now() - 40 * MIN }]);
    expect(at.told).toEqual([]);
  });

  test('what goes on is known from the status before its transition comes, told once, with its true time', async () => {
    const firedMs = now() - 5 * HOUR;
    await at.says([{ firedMs }], { waiting: 40_000 });
    const [first] = await at.all();
    expect(first).toMatchObject({ firedMs, state: 'firing', toldMs: now(), value: null });
    expect(at.told).toMatchObject([{ atMs: firedMs }]);
    await at.wrote([{ seq: 1, timeMs: firedMs, value: -2.5 }]);
    await at.says([{ firedMs }]);
    expect(await at.all()).toMatchObject([{ id: first?.id, firedMs, value: -2.5 }]);
    expect(kinds()).toEqual(['told 0']);
  });

  test('what goes on is told once the gateway says so, where its transition comes before', async () => {
    await at.wrote([{ seq: 1, timeMs: now() - 5 * HOUR }]);
    expect(at.told).toEqual([]);
    await at.says([{ firedMs: now() - 5 * HOUR }]);
    expect(kinds()).toEqual(['told 0']);
    expect(await at.all()).toHaveLength(1);
  });

  test('late readings of before make history only, beside what goes on', async () => {
    await at.wrote([
      { seq: 1, timeMs: now() },
      { seq: 5, timeMs: now() - 9 * HOUR, late: true, raised: false },
      { seq: 9, timeMs: now() - 8 * HOUR, late: true, raised: false, state: 'ok' },
    ]);
    expect(await at.all()).toMatchObject([
      { state: 'over', late: true, firedMs: now() - 9 * HOUR, endedMs: now() - 8 * HOUR, toldMs: null },
      { state: 'firing', late: false },
    ]);
    expect(kinds()).toEqual(['told 0']);
  });

  test('a gateway that has nothing on and nothing waiting ends what is on here', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await pass(MIN);
    await at.says([], { waiting: 4 });
    expect(at.desk.open()).toHaveLength(1);
    await at.says([], { waiting: 0 });
    expect(await at.all()).toMatchObject([{ state: 'over', endedMs: now(), reason: 'reconciled' }]);
    expect(kinds()).toEqual(['told 0', 'over 0']);
    // Its own word counts for more, whenever it comes.
    await at.wrote([{ seq: 5, timeMs: now() - 30_000, state: 'ok', raised: false }]);
    expect(await at.all()).toMatchObject([{ state: 'over', endedMs: now() - 30_000, reason: 'reading' }]);
    expect(kinds()).toEqual(['told 0', 'over 0']);
  });

  test('a status that was written before it fired ends nothing', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await at.says([], { timeMs: now() - 1 });
    expect(at.desk.open()).toHaveLength(1);
  });

  test('a gateway with a new journal ends what the one before said', async () => {
    await at.wrote([{ seq: 1, timeMs: now() - MIN }]);
    await at.describe('gw-1', '00000002');
    await at.wrote([{ seq: 1, timeMs: now() }], 'gw-1', '00000002');
    expect(await at.all()).toMatchObject([{ state: 'over', reason: 'anew', endedMs: now() }, { state: 'firing' }]);
  });
});

describe('people', () => {
  test('are told again, and others too, until somebody acknowledges', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await at.says([{}]);
    await pass(9 * MIN);
    expect(kinds()).toEqual(['told 0']);
    await pass(2 * MIN);
    expect(kinds()).toEqual(['told 0', 'escalated 1']);
    expect(at.told[1]).toMatchObject({ roles: ['owner'] });
    await pass(31 * MIN);
    expect(kinds()).toEqual(['told 0', 'escalated 1', 'reminded 1']);
    expect(at.told[2]).toMatchObject({ roles: ['operator', 'owner'] });
    const [alert] = await at.all();
    const after = await at.desk.acknowledge(FARM, alert?.id as number, somebody, 'on my way');
    expect(after.acknowledged).toEqual({ by: somebody, atMs: now(), note: 'on my way' });
    // Whoever is second changes nothing.
    const again = await at.desk.acknowledge(FARM, alert?.id as number, { id: 'person:2', name: 'Other' }, null);
    expect(again.acknowledged?.by).toEqual(somebody);
    await pass(3 * HOUR);
    expect(kinds()).toHaveLength(3);
    await at.wrote([{ seq: 5, timeMs: now(), state: 'ok', raised: false }]);
    expect(at.told[3]).toMatchObject({ roles: ['operator', 'owner'], grade: 'critical' });
    const actions = await at.db.actions(alert?.id as number);
    expect(actions.map(({ what, by }) => `${what} ${by.name}`)).toEqual([
      ...['told Karez', 'escalated Karez', 'reminded Karez', 'acknowledged Aygul', 'over Karez'],
    ]);
  });

  test('are told of nothing while it is silenced, and of what is still on afterwards', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await at.says([{}]);
    const [alert] = await at.all();
    const untilMs = now() + 2 * HOUR;
    const silenced = await at.desk.silence(FARM, alert?.id as number, untilMs, somebody, null);
    expect(silenced.silencedUntilMs).toBe(untilMs);
    await pass(HOUR);
    await at.wrote([{ seq: 5, timeMs: now(), state: 'ok', raised: false }]);
    await at.wrote([{ seq: 9, timeMs: now() }]);
    await at.says([{}]);
    expect(kinds()).toEqual(['told 0']);
    expect((await at.all())[1]).toMatchObject({ state: 'firing', toldMs: null, silencedUntilMs: untilMs });
    // Kept over a restart, and confirmed anew by the gateway.
    await at.restart();
    await pass(HOUR - MIN);
    expect(kinds()).toEqual(['told 0']);
    await at.says([{}]);
    await pass(2 * MIN);
    expect(kinds()).toEqual(['told 0', 'told 0']);
    expect((await at.all())[1]).toMatchObject({ toldMs: expect.any(Number), silencedUntilMs: null });
  });

  test('end a silence', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await at.says([{}]);
    const id = (await at.all())[0]?.id as number;
    await at.desk.silence(FARM, id, now() + HOUR, somebody, null);
    await pass(11 * MIN);
    expect(kinds()).toEqual(['told 0']);
    await at.desk.silence(FARM, id, null, somebody, null);
    expect(kinds()).toEqual(['told 0', 'escalated 1']);
  });

  test.each([0, -HOUR, 40 * 24 * HOUR])('cannot silence for %i ms', async (ms) => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    const id = (await at.all())[0]?.id as number;
    const trying = at.desk.silence(FARM, id, now() + ms, somebody, null);
    await expect(trying).rejects.toMatchObject({ code: 'REQUEST_INVALID', where: 'body.untilMs' });
  });

  test('cannot acknowledge what is not there, or is another farm’s', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    const id = (await at.all())[0]?.id as number;
    await expect(at.desk.acknowledge(FARM, 99, somebody, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(at.desk.acknowledge('other', id, somebody, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('go on being told after a restart, from where it was', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await pass(5 * MIN);
    await at.restart();
    await at.says([{}]);
    expect(kinds()).toEqual(['told 0']);
    await pass(6 * MIN);
    expect(kinds()).toEqual(['told 0', 'escalated 1']);
  });
});

describe('a gateway that is silent', () => {
  beforeEach(async () => {
    await at.rules.create(FARM, GATEWAY_SILENT, somebody);
  });

  test('is one alert, and explains what else there is of it', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await at.says([{}]);
    await pass(3 * MIN);
    await silent('gw-1');
    const [frost, dead] = await at.all();
    expect(dead).toMatchObject({ subject: 'gw-1', channel: null, message: { en: 'Gateway gw-1 is silent' } });
    expect(frost?.inhibitedBy).toBe(dead?.id);
    await pass(20 * MIN);
    // Neither reminders nor escalation of what nobody can see now.
    expect(kinds()).toEqual(['told 0', 'told 0']);
    await silent('gw-1', { state: 'ok', raised: false, value: Number.NaN });
    expect((await at.all())[0]?.inhibitedBy).toBeNull();
    expect(kinds()).toEqual(['told 0', 'told 0', 'over 0']);
    // Only now the gateway says that the frost goes on.
    await at.says([{}]);
    await pass(10_000);
    expect(kinds()).toEqual(['told 0', 'told 0', 'over 0', 'escalated 1']);
  });

  test('explains nothing while it is heard, though it is said to be on because it flapped', async () => {
    await at.wrote([{ seq: 1, timeMs: now() }]);
    await silent('gw-1');
    expect((await at.all())[0]?.inhibitedBy).not.toBeNull();
    at.registry.heard(FARM, 'gw-1', now());
    // A new one, while the gateway's own is held.
    await at.wrote([
      { seq: 5, timeMs: now(), state: 'ok', raised: false },
      { seq: 9, timeMs: now() },
    ]);
    await at.says([{}]);
    const all = await at.all();
    expect(all.map(({ rule, state, inhibitedBy }) => [rule, state, inhibitedBy])).toEqual([
      ...[['frost', 'over', null] as const, ['gateway-silent', 'firing', null] as const],
      ['frost', 'firing', null],
    ]);
    expect(kinds()).toEqual(['told 0', 'told 0', 'over 0', 'told 0']);
    // Silent again for as long as the rule says, it explains what is on.
    await pass(4 * MIN);
    expect((await at.all()).at(-1)?.inhibitedBy).toBe(all[1]?.id);
  });

  test('is told of after a failure of the disk and after a restart, once', async () => {
    at.failing.set('takeOwn', 'before');
    await silent('gw-1');
    expect(at.told).toEqual([]);
    await pass(10_000);
    expect(kinds()).toEqual(['told 0']);
    await at.restart();
    await pass(10_000);
    expect(kinds()).toEqual(['told 0']);
    expect(at.desk.open()).toMatchObject([{ by: '@cloud', subject: 'gw-1' }]);
  });
});

test('what means nothing is counted, and harms nothing else', async () => {
  await at.wrote([
    { seq: 1, timeMs: now(), revision: 99 },
    { seq: 5, timeMs: now(), anchor: 77 },
    { seq: 9, timeMs: now() },
  ]);
  expect(at.desk.counts).toMatchObject({ transitions: 1, unreadable: 2 });
  expect(await at.all()).toHaveLength(1);
  expect(await at.vault.alertInbox(10)).toEqual([]);
});

test('an alert whose rule is removed is over, and nobody is told', async () => {
  await at.wrote([{ seq: 1, timeMs: now() }]);
  const { revision } = at.rules.rule(FARM, 'frost');
  await at.rules.remove(FARM, 'frost', revision, somebody);
  at.desk.ruleGone(FARM, 'frost');
  await at.desk.idle();
  expect(await at.all()).toMatchObject([{ state: 'over', reason: 'rule', title: FROST.title }]);
  // A gateway that has not heard of it yet brings it back neither by its status nor by its transitions.
  await pass(MIN);
  await at.says([{ revision }]);
  await at.wrote([{ seq: 5, timeMs: now(), revision }]);
  expect(kinds()).toEqual(['told 0']);
});

test('what a look back finds is written down once', async () => {
  const found = { subject: MAST, anchor: 1, fromMs: now() - HOUR, toMs: now() - MIN, value: -1 };
  const { revision } = at.rules.rule(FARM, 'frost');
  await at.desk.found(FARM, FROST, revision, [found, { ...found, fromMs: now() - MIN / 2, toMs: null }]);
  await at.desk.found(FARM, FROST, revision, [{ ...found, fromMs: now() - 2 * HOUR }]);
  expect(await at.all()).toMatchObject([{ late: true, firedMs: found.fromMs, endedMs: found.toMs, toldMs: null }]);
  expect(at.told).toEqual([]);
});
