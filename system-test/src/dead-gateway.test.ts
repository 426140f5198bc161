/**
 * A gateway dies with its alerts on, and the cloud is killed while the mail server refuses: one message of the gateway, none of what
 * stands behind it, each once, whatever dies in between. With real processes and a real mail server.
 */
import type { ApiAlert, ApiAlerts, ApiRules, Rule, Session } from '@karez/model';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FARM, GATEWAY, makeFarm, type TestFarm } from './farm.ts';
import { type Service, waitFor } from './process.ts';

const WARM: Rule = {
  ...{ id: 'warm', enabled: true, severity: 'warning', tell: [{ role: 'owner' }], scope: {} },
  title: { en: 'Warm', zh: '偏热' },
  condition: { type: 'above', input: { quantity: 'soil.temperature' }, unit: 'Cel', value: -30, recover: -31 },
  message: { en: 'Warm at {device}', zh: '{device}偏热' },
  remindS: 300,
};
/** Short, so that no mail breaks it over two lines. */
const SAID = { en: 'NO WORD', zh: '失联' };
const NODES = 3;

let farm: TestFarm;
let gateway: Service;
let cookie = '';
let csrf = '';
/** Mails that were taken. */
const taken: { id: string; body: string }[] = [];
let refused = 0;
let isTaking = true;
const server = new SMTPServer({
  ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false },
  onData(stream, _session, done) {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    stream.on('end', () => {
      // RFC 5321, section 4.2.3: 451 is for now.
      if (!isTaking) {
        refused++;
        done(Object.assign(new Error('try later'), { responseCode: 451 }));
        return;
      }
      const id = /^message-id: (.*)$/im.exec(text)?.[1]?.trim() ?? '';
      taken.push({ id, body: text.slice(text.indexOf('\r\n\r\n')) });
      done();
    });
  },
});

const send = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const response = await farm.api.get(path, {
    method,
    headers: { authorization: '', cookie, 'x-csrf': csrf, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
  return (await response.json()) as T;
};
const alerts = async (): Promise<ApiAlert[]> =>
  (await send<ApiAlerts>('GET', `/farms/${FARM}/alerts?state=all`)).alerts.toReversed();
const mails = (words: string) => taken.filter(({ body }) => body.includes(words)).length;

beforeAll(async () => {
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as { port: number }).port));
  });
  farm = await makeFarm({ nodes: NODES, probes: 1, cloudArgs: ['--smtp', `smtp://127.0.0.1:${port}`] });
  const cloud = await farm.startCloud();
  gateway = await farm.startGateway();
  await farm.startSim();
  await waitFor('the farm', async () => await farm.api.farm().catch(() => undefined));
  const code = new URLSearchParams((cloud.ready.welcome as string).split('?')[1]).get('code');
  const person = { code, login: 'owner', name: 'Owner', password: 'grapes of Turpan', language: 'en' };
  csrf = (await send<Session>('POST', '/welcome', person)).csrf as string;
  await send('POST', '/me/contacts', { address: { kind: 'email', to: 'owner@farm.example' }, farm: '*', from: 'info' });
  const { rules } = await send<ApiRules>('GET', `/farms/${FARM}/rules`);
  for (const { rule, revision } of rules) {
    const { condition } = rule;
    const quick =
      condition.type === 'gateway-silent' ? { ...condition, forS: 30 } : { type: 'silent', intervals: 2, leastS: 0 };
    await send('PUT', `/farms/${FARM}/rules/${rule.id}`, {
      revision,
      rule: { ...rule, condition: quick, message: SAID },
    });
  }
  await send('POST', `/farms/${FARM}/rules`, WARM);
});
afterAll(async () => {
  await farm?.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

test('what the gateway sees is told', async () => {
  await waitFor('alerts of its devices', async () => (await alerts()).filter((a) => a.rule === 'warm').length > NODES);
  await waitFor('the mail', () => mails('Warm') > 0);
});

test('once it is dead, its silence is the one alert and explains the others', async () => {
  isTaking = false;
  await gateway.kill();
  const dead = await waitFor('the alert', async () => (await alerts()).find((a) => a.rule === 'gateway-silent'));
  expect(dead).toMatchObject({ subject: GATEWAY, state: 'firing' });
  await waitFor('the mail to be refused', () => refused > 0);
  const all = await alerts();
  // Two intervals of each device are over long ago: nobody is told of its silence.
  expect(all.filter((a) => a.rule === 'device-silent')).toEqual([]);
  const behind = all.filter((a) => a.rule === 'warm');
  expect(behind.length).toBeGreaterThan(NODES);
  expect(new Set(behind.map((a) => a.inhibitedBy))).toEqual(new Set([dead.id]));
});

test('a cloud that is killed meanwhile tells of it afterwards, once', async () => {
  const before = taken.length;
  await farm.cloud().kill();
  isTaking = true;
  await farm.startCloud();
  await waitFor('the mail', () => mails('NO WORD') > 0);
  expect(taken.slice(before).map(({ body }) => body.includes('NO WORD'))).toEqual([true]);
  const all = await alerts();
  expect(all.filter((a) => a.rule === 'gateway-silent')).toMatchObject([{ state: 'firing' }]);
});

test('back again, it ends, and its devices were never an alert of their own', async () => {
  gateway = await farm.startGateway();
  await waitFor('the end', async () => (await alerts()).find((a) => a.rule === 'gateway-silent')?.state === 'over');
  await waitFor('what is on to be confirmed', async () => {
    const warm = (await alerts()).filter((a) => a.rule === 'warm');
    return warm.every((a) => a.state === 'firing' && a.inhibitedBy === null);
  });
  await waitFor('the mail that it is over', () => mails('NO WORD') > 1);
  const all = await alerts();
  expect(all.filter((a) => a.rule === 'device-silent')).toEqual([]);
  expect(all.filter((a) => a.rule === 'gateway-silent')).toHaveLength(1);
  // Every id once: nothing was told twice.
  expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
});
