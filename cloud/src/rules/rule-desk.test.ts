/** Rules: every wording is kept, two people do not overwrite each other, gateways are handed what concerns them. */
import { LIMITS, type Rule } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FARM, FROST, GATEWAY_SILENT, openTestAlerts, somebody, type TestAlerts } from '../testing/test-alerts.ts';
import { RuleDesk } from './rule-desk.ts';

const other = { id: 'person:2', name: 'Li' };
let at: TestAlerts;
let changed: string[];
let rules: RuleDesk;
const open = async () => {
  const desk = new RuleDesk({
    clock: at.clock,
    db: at.db,
    timeZone: () => 'Asia/Urumqi',
    changed: (f) => changed.push(f),
  });
  await desk.load();
  return desk;
};
beforeEach(async () => {
  at = await openTestAlerts();
  changed = [];
  rules = await open();
});
afterEach(async () => {
  await at.close();
});

const wet: Rule = { ...FROST, id: 'wet', scope: { gateways: ['gw-2'] } };

describe('changes', () => {
  test('make a new revision and a new version, with who and when, and every wording stays', async () => {
    const first = rules.rule(FARM, 'frost');
    expect(first).toEqual({ rule: FROST, revision: 1, version: 1, changedMs: at.clock.wallMs(), changedBy: somebody });
    await at.clock.advance(1_000);
    const milder: Rule = { ...FROST, severity: 'warning' };
    const second = await rules.replace(FARM, milder, 1, other);
    expect(second).toEqual({ rule: milder, revision: 2, version: 2, changedMs: at.clock.wallMs(), changedBy: other });
    await rules.create(FARM, wet, somebody);
    await rules.remove(FARM, 'frost', 2, somebody);
    expect(changed).toEqual([FARM, FARM, FARM]);
    expect(rules.farm(FARM)).toMatchObject({ revision: 4, rules: [{ rule: { id: 'wet' }, revision: 3, version: 1 }] });
    expect(await rules.versions(FARM, 'frost')).toMatchObject([
      { revision: 4, version: 3, rule: null, changedBy: somebody },
      { revision: 2, version: 2, rule: milder, changedBy: other },
      { revision: 1, version: 1, rule: FROST, changedBy: somebody },
    ]);
    // A transition of a gateway that still works by the first wording is understood.
    expect(await rules.wording(FARM, 1)).toEqual(FROST);
    expect(await rules.wording(FARM, 4)).toBeUndefined();
    expect((await open()).farm(FARM)).toEqual(rules.farm(FARM));
    // Made again, it goes on counting.
    expect(await rules.create(FARM, FROST, other)).toMatchObject({ revision: 5, version: 4 });
  });

  test('of what was read before somebody else changed it are refused', async () => {
    await rules.replace(FARM, { ...FROST, severity: 'info' }, 1, other);
    const late = rules.replace(FARM, { ...FROST, severity: 'warning' }, 1, somebody);
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT', where: 'body.revision', message: /Li/ });
    await expect(rules.remove(FARM, 'frost', 1, somebody)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(rules.rule(FARM, 'frost').rule.severity).toBe('info');
  });

  test('at the same time are done one after the other', async () => {
    const both = await Promise.allSettled([
      rules.replace(FARM, { ...FROST, severity: 'info' }, 1, somebody),
      rules.replace(FARM, { ...FROST, severity: 'warning' }, 1, other),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test.each<[string, () => Promise<unknown>, object]>([
    ['a rule that is there', () => rules.create(FARM, FROST, somebody), { code: 'CONFLICT', where: 'body.id' }],
    [
      'a rule that is not there',
      () => rules.remove(FARM, 'no', 1, somebody),
      { code: 'NOT_FOUND', where: 'params.rule' },
    ],
    ['one of another farm', () => rules.replace('b', FROST, 1, somebody), { code: 'NOT_FOUND' }],
  ])('%s', async (_, change, error) => {
    await expect(change()).rejects.toMatchObject(error);
    expect(changed).toEqual([]);
    expect(rules.farm(FARM).revision).toBe(1);
  });

  test('that the disk refuses change nothing', async () => {
    at.failing.set('changeRule', 'before');
    await expect(rules.create(FARM, wet, somebody)).rejects.toThrow(/on purpose/);
    expect(rules.find(FARM, 'wet')).toBeUndefined();
    await rules.create(FARM, wet, somebody);
    expect(rules.rule(FARM, 'wet').revision).toBe(2);
  });

  test('beyond what fits into one message are refused in words', async () => {
    const devices = Array.from({ length: 50 }, (_, i) => `gw-1/${'long'.repeat(6)}${i}`);
    const big = (n: number): Rule => ({ ...FROST, id: `r-${n}`, scope: { devices } });
    const one = JSON.stringify(big(10)).length;
    const fit = Math.floor((LIMITS.rulesBytes * 0.9 - JSON.stringify(FROST).length) / one);
    const room = Math.min(fit, LIMITS.rulesPerFarm - 1) - 1;
    for (let n = 0; n < room; n++) await rules.create(FARM, big(n), somebody);
    const tooMany = (async () => {
      for (let n = room; n < room + 5; n++) await rules.create(FARM, big(n), somebody);
    })();
    await expect(tooMany).rejects.toMatchObject({ code: 'CONFLICT', message: /fewer devices|delete one/ });
  });
});

describe('a gateway is handed', () => {
  test('the rules that may concern it, enabled, and no silence of gateways', async () => {
    await rules.create(FARM, wet, somebody);
    await rules.create(FARM, GATEWAY_SILENT, somebody);
    await rules.create(FARM, { ...FROST, id: 'off', enabled: false }, somebody);
    const message = rules.message(FARM, 'gw-1');
    expect(message).toEqual({ v: 1, revision: 4, timeZone: 'Asia/Urumqi', rules: [{ revision: 1, rule: FROST }] });
    expect(rules.message(FARM, 'gw-2').rules.map(({ rule }) => rule.id)).toEqual(['frost', 'wet']);
  });

  test('none, in a farm that has none', () => {
    expect(rules.message('new', 'gw-1')).toMatchObject({ revision: 0, rules: [] });
  });
});

test('a farm gets the rules that every farm has once, and those who removed them keep it so', async () => {
  await rules.addDefaults('new');
  const ids = rules.farm('new').rules.map(({ rule }) => rule.id);
  expect(ids).toEqual(['device-silent', 'gateway-silent']);
  expect(rules.rule('new', 'device-silent').changedBy).toEqual({ id: 'system', name: 'Karez' });
  await rules.remove('new', 'device-silent', rules.rule('new', 'device-silent').revision, somebody);
  changed = [];
  rules = await open();
  await rules.addDefaults('new');
  expect(changed).toEqual([]);
  expect(rules.farm('new').rules).toHaveLength(1);
});

test('where the file is an old copy, revisions go on above what gateways know', async () => {
  await rules.heardOf(FARM, 1);
  // Nor what a gateway makes up.
  await rules.heardOf(FARM, 60_000);
  expect(changed).toEqual([]);
  await rules.heardOf(FARM, 9);
  expect(changed).toEqual([FARM]);
  expect(rules.message(FARM, 'gw-1')).toMatchObject({ revision: 9, rules: [{ revision: 1 }] });
  expect((await rules.replace(FARM, { ...FROST, severity: 'info' }, 1, somebody)).revision).toBe(10);
});
