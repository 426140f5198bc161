/** Rules and alerts through the API, over real MQTT and real files. */
import {
  type ApiAlert,
  type ApiAlertDetail,
  type ApiAlerts,
  type ApiError,
  type ApiRule,
  type ApiRules,
  type LookBack,
  problemWords,
  type Rule,
} from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertDevice, rowsOf } from '../testing/test-alerts.ts';
import { FARM, startTestCloud, type TestCloud, until } from '../testing/test-cloud.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

const DRY: Rule = {
  ...{ id: 'dry', enabled: true, scope: {}, severity: 'warning', tell: [{ role: 'operator' }] },
  title: { en: 'Dry', zh: '干旱' },
  condition: { type: 'below', input: { quantity: 'soil.moisture' }, unit: '%', value: 20, recover: 22 },
  message: { en: '{device} {value} {unit}', zh: '{device} {value} {unit}' },
};
const SUBJECT = 'gw-1/soil-1/soil.moisture@d20';
const now = Date.now();
const HOUR = 3_600_000;

let cloud: TestCloud;
let gateway: TestGateway;
const ask = async <T>(path: string, method = 'GET', body?: unknown): Promise<{ status: number; body: T }> => {
  const response = await cloud.get(`api/v1/farms/${FARM}${path === '' ? '' : `/${path}`}`, {
    method,
    headers: {
      authorization: `Bearer ${cloud.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
};

beforeAll(async () => {
  cloud = await startTestCloud();
  gateway = await cloud.connect();
  await gateway.describe((inventory) => ({ ...inventory, devices: [...inventory.devices, alertDevice()] }));
  const hours = [30, 18, 17, 25, 26, 19, 24];
  await gateway.deliver(hours.map((value, i) => ({ seq: i + 1, timeMs: now - (10 - i) * HOUR, value })));
  await until('the rules that every farm has', async () =>
    (await ask<ApiRules>('rules')).body.rules.length === 2 ? true : undefined,
  );
});
afterAll(async () => {
  await cloud?.close();
});

describe('rules', () => {
  test('are made, changed and removed; who did what stays; gateways are handed them each time', async () => {
    const { status, body: made } = await ask<ApiRule>('rules', 'POST', DRY);
    expect(status).toBe(200);
    expect(made).toMatchObject({ rule: DRY, revision: 3, version: 1, changedBy: { name: 'token test' } });
    const handed = (revision: number) =>
      until(`revision ${revision}`, () => gateway.rules.find((r) => r.revision === revision));
    expect((await handed(3)).rules.map(({ rule, revision }) => [rule.id, revision])).toEqual([
      ['device-silent', 2],
      ['dry', 3],
    ]);
    const wetter = { ...DRY, condition: { ...DRY.condition, value: 21 } };
    expect((await ask<ApiRule>('rules/dry', 'PUT', { rule: wetter, revision: 3 })).body).toMatchObject({ revision: 4 });
    expect(await ask('rules/dry', 'PUT', { rule: DRY, revision: 3 })).toMatchObject({
      ...{ status: 409, body: { code: 'CONFLICT', where: 'body.revision' } },
    });
    expect((await handed(4)).rules.find(({ rule }) => rule.id === 'dry')?.rule).toEqual(wetter);
    expect(await ask('rules/dry?revision=3', 'DELETE')).toMatchObject({ status: 409 });
    expect(await ask('rules/dry?revision=4', 'DELETE')).toMatchObject({ status: 200 });
    expect((await handed(5)).rules).toHaveLength(1);
    const { body: versions } = await ask<ApiRule[]>('rules/dry/versions');
    expect(versions.map(({ revision, rule }) => [revision, rule])).toEqual([
      ...[[5, null] as const, [4, wetter] as const, [3, DRY] as const],
    ]);
    await gateway.say({
      rules: { revision: 5, rules: 1, subjects: 1, trouble: null, alerts: [], complete: true },
    });
    const working = await until('what the gateway works by', async () => {
      const { body } = await ask<ApiRules>('rules');
      return body.gateways[0]?.revision === 5 ? body.gateways : undefined;
    });
    expect(working).toEqual([{ gateway: 'gw-1', revision: 5, trouble: null }]);
  });

  const bad = (change: object) => ({ ...DRY, id: 'bad', ...change });
  const condition = (change: object) => bad({ condition: { ...DRY.condition, ...change } });
  test.each<[string, string, string, unknown, number, string]>([
    ['recovers before it fires', 'POST', 'rules', condition({ recover: 19 }), 400, 'body.condition.recover'],
    ['in another unit', 'POST', 'rules', condition({ unit: 'Cel' }), 400, 'body.condition.unit'],
    [
      'of nothing that there is',
      'POST',
      'rules',
      condition({ input: { quantity: 'soul' } }),
      400,
      'body.condition.input.quantity',
    ],
    ['with words for nobody', 'POST', 'rules', bad({ message: { en: 'x' } }), 400, 'body.message.zh'],
    [
      'of a device that is not there',
      'POST',
      'rules',
      bad({ scope: { devices: ['gw-1/no'] } }),
      400,
      'body.scope.devices.0',
    ],
    ['of a field that is not there', 'POST', 'rules', bad({ scope: { fields: ['no'] } }), 400, 'body.scope.fields.0'],
    ['that is no rule', 'POST', 'rules', [], 400, 'body'],
    ['with more than a rule has', 'POST', 'rules', bad({ colour: 'red' }), 400, 'body.colour'],
    ['by another id', 'PUT', 'rules/device-silent', { rule: DRY, revision: 2 }, 400, 'body.rule.id'],
    ['without the revision', 'PUT', 'rules/device-silent', { rule: DRY }, 400, 'body.revision'],
    ['that is not there', 'PUT', 'rules/nothing', { rule: DRY, revision: 1 }, 404, 'params.rule'],
    ['that was never there', 'GET', 'rules/nothing/versions', undefined, 404, 'params.rule'],
    ['over no time', 'POST', 'rules/preview', { rule: DRY, from: 5, to: 5 }, 400, 'body.to'],
    ['over a century', 'POST', 'rules/preview', { rule: DRY, from: 5, to: now }, 400, 'body.to'],
    ['from yesterday', 'POST', 'rules/preview', { rule: DRY, from: 'yesterday', to: 5 }, 400, 'body.from'],
  ])('%s are refused, and the field is named', async (_, method, path, body, status, where) => {
    const before = (await ask<ApiRules>('rules')).body.revision;
    const answer = await ask<{ where: string; message: string }>(path, method, body);
    expect([answer.status, answer.body.where, answer.body.message.length > 10]).toEqual([status, where, true]);
    expect((await ask<ApiRules>('rules')).body.revision).toBe(before);
  });

  test('are refused in words of two languages', async () => {
    const { body } = await ask<ApiError>('rules', 'POST', condition({ unit: 'Cel' }));
    expect(body).toMatchObject({ code: 'REQUEST_INVALID', problem: 'rule-unit' });
    expect(body.message).toBe('body: condition.unit must be "%", the unit of soil.moisture, not "Cel"');
    expect(problemWords(body.problem as string, body.params ?? {}, 'zh')).toBe(
      'condition.unit：须为 soil.moisture 的单位“%”，而不是“Cel”',
    );
    // From another thread too.
    const taken = await ask<ApiError>('rules', 'POST', { ...DRY, id: 'device-silent' });
    expect(taken.body).toMatchObject({ code: 'CONFLICT', problem: 'rule-there', params: { rule: 'device-silent' } });
    // And what a schema found.
    const odd = await ask<ApiError>('alerts?state=none');
    expect(odd.body).toMatchObject({ problem: 'field-wrong', params: { field: 'querystring.state' } });
  });

  test('are read as thresholds of channels, by whoever may see the farm', async () => {
    const { body: made } = await ask<ApiRule>('rules', 'POST', { ...DRY, id: 'drier' });
    const invite = await ask<{ code: string }>('invites', 'POST', { role: 'viewer' });
    const entered = await cloud.get('api/v1/welcome', {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ ...invite.body, login: 'viewer', name: 'Viewer', password: 'some long words' }),
    });
    const cookie = (entered.headers.get('set-cookie') as string).split(';')[0] as string;
    const { csrf } = (await entered.json()) as { csrf: string };
    const tokenMade = await cloud.get('api/v1/me/tokens', {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', cookie, 'x-csrf': csrf } },
      body: JSON.stringify({ name: 'boards', farm: FARM, rights: ['view'] }),
    });
    const { token } = (await tokenMade.json()) as { token: string };
    const read = (path: string, more: RequestInit = {}) =>
      cloud.get(`api/v1/farms/${FARM}/${path}`, { ...more, headers: { authorization: `Bearer ${token}` } });
    expect(await (await read('thresholds')).json()).toEqual([
      {
        ...{ channel: SUBJECT, derived: false, rule: 'drier', revision: made.revision, severity: 'warning' },
        ...{ title: DRY.title, is: 'below', unit: '%', value: 20, recover: 22, forS: 0, when: null },
      },
    ]);
    expect((await read('rules')).status).toBe(200);
    expect((await read('alerts')).status).toBe(200);
    expect((await read(`rules/drier?revision=${made.revision}`, { method: 'DELETE' })).status).toBe(403);
    await ask(`rules/drier?revision=${made.revision}`, 'DELETE');
    const { body: log } = await ask<{ who: string; action: string; subject: string }[]>('audit');
    const changes = log.filter(({ action, subject }) => action.startsWith('rule.') && subject === 'drier');
    expect(changes.map(({ who, action }) => `${who} ${action}`)).toEqual([
      'token test rule.remove',
      'token test rule.add',
    ]);
  });

  test('show what they would have said', async () => {
    const { body } = await ask<LookBack>('rules/preview', 'POST', {
      ...{ rule: { ...DRY, noDataAfterS: 7_200 }, from: now - 31 * 24 * HOUR, to: now },
    });
    expect(body).toEqual({
      ...{ fired: 2, subjects: 1, readings: 7, incomplete: null },
      occurrences: [
        { subject: SUBJECT, fromMs: now - 5 * HOUR, toMs: now - 4 * HOUR, value: 19 },
        { subject: SUBJECT, fromMs: now - 9 * HOUR, toMs: now - 7 * HOUR, value: 18 },
      ],
    });
  });

  test('to begin with are there for all', async () => {
    const response = await cloud.get('api/v1/rule-templates');
    const templates = (await response.json()) as { id: string }[];
    expect(templates.length).toBeGreaterThan(6);
  });
});

describe('alerts', () => {
  test('of a gateway are there once, live and in the list; people acknowledge and silence them', async () => {
    const { body: made } = await ask<ApiRule>('rules', 'POST', DRY);
    const live = await listen();
    const written = { revision: made.revision, anchor: 1, value: 18.5 };
    const frost = rowsOf({ seq: 20, timeMs: now, ...written });
    await gateway.deliver(frost);
    await gateway.send(frost);
    const [alert] = await until('the alert', async () => {
      const { alerts } = (await ask<ApiAlerts>('alerts')).body;
      return alerts.length > 0 ? alerts : undefined;
    });
    expect(alert).toMatchObject({
      ...{ rule: 'dry', revision: made.revision, subject: SUBJECT, device: 'soil-1', field: 'north', value: 18.5 },
      ...{ state: 'firing', firedMs: now, endedMs: null, message: { en: 'Soil 1 18.5 %' } },
    });
    const id = alert?.id as number;
    expect(await live.next('alert')).toMatchObject({ id, state: 'firing', firedMs: now });

    const acknowledged = await ask<ApiAlert>(`alerts/${id}/acknowledge`, 'POST', { note: 'sluice is open' });
    expect(acknowledged.body.acknowledged).toMatchObject({ by: { name: 'token test' }, note: 'sluice is open' });
    expect(await live.next('alert', (a) => (a as ApiAlert).acknowledged !== null)).toMatchObject({ id });
    const untilMs = Date.now() + HOUR;
    expect((await ask<ApiAlert>(`alerts/${id}/silence`, 'POST', { untilMs })).body.silencedUntilMs).toBe(untilMs);
    expect((await ask<ApiAlert>(`alerts/${id}/silence`, 'DELETE')).body.silencedUntilMs).toBeNull();

    await gateway.deliver(rowsOf({ seq: 24, timeMs: now + 1_000, ...written, state: 'ok', raised: false, value: 23 }));
    await live.next('alert', (a) => (a as ApiAlert).state === 'over');
    expect((await ask<ApiAlerts>('alerts')).body.alerts).toEqual([]);
    const { body: page } = await ask<ApiAlerts>('alerts?state=all&limit=1');
    expect(page).toMatchObject({ more: false, alerts: [{ id, endedMs: now + 1_000, reason: 'reading' }] });
    expect((await ask<ApiAlerts>(`alerts?state=all&from=${now + 2_000}`)).body.alerts).toEqual([]);

    await cloud.restart();
    const { body: detail } = await ask<ApiAlertDetail>(`alerts/${id}`);
    expect(detail.alert).toMatchObject({ id, state: 'over', acknowledged: { note: 'sluice is open' } });
    expect(detail.transitions).toMatchObject([
      { state: 'firing', timeMs: now, value: 18.5 },
      { state: 'ok', timeMs: now + 1_000, value: 23 },
    ]);
    const actions = detail.actions.map(({ what, by }) => `${what} by ${by.name}`);
    expect(actions).toEqual([
      ...[
        'told by Karez',
        'acknowledged by token test',
        'silenced by token test',
        'unsilenced by token test',
        'over by Karez',
      ],
    ]);
    live.close();
  });

  test('are no values of a device', async () => {
    const { body } = await ask<{ devices: { device: string }[] }>('');
    expect(body.devices.map(({ device }) => device)).toEqual(['soil-1']);
    const { body: latest } = await ask<{ values: object }>('latest');
    expect(JSON.stringify(latest)).not.toContain('alert');
  });

  test.each([
    ['alerts/99', 'GET', undefined, 404, 'params.alert'],
    ['alerts/no', 'GET', undefined, 400, 'params.alert'],
    ['alerts?limit=0', 'GET', undefined, 400, 'querystring.limit'],
    ['alerts/99/acknowledge', 'POST', {}, 404, 'params.alert'],
    ['alerts/1/acknowledge', 'POST', { note: 'long'.repeat(200) }, 400, 'body.note'],
    ['alerts/1/silence', 'POST', {}, 400, 'body.untilMs'],
    ['alerts/1/silence', 'POST', { untilMs: 'soon' }, 400, 'body.untilMs'],
  ])('%s %s %j is refused, and the field is named', async (path, method, body, status, where) => {
    const answer = await ask<{ where: string }>(path, method, body);
    expect([answer.status, answer.body.where]).toEqual([status, where]);
  });
});

/** Hears the farm's live events. */
async function listen() {
  const stop = new AbortController();
  const response = await cloud.get(`api/v1/farms/${FARM}/live`, {
    ...{ headers: { authorization: `Bearer ${cloud.token}` }, signal: stop.signal },
  });
  const events: { name: string; data: unknown }[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const parts = text.split('\n\n');
      text = parts.pop() as string;
      for (const part of parts) {
        const found = /^event: (\w+)\ndata: (.*)$/m.exec(part);
        if (found !== null) events.push({ name: found[1] as string, data: JSON.parse(found[2] as string) });
      }
    }
  })().catch(() => {});
  return {
    next: (name: string, isIt: (data: unknown) => boolean = () => true) =>
      until(`a live ${name}`, () => events.find((e) => e.name === name && isIt(e.data))?.data),
    async close() {
      stop.abort();
      await reading;
    },
  };
}
