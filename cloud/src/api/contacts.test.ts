/** One's own addresses through the API: what is wrong with one is said of the kind that was meant. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCloud, type TestCloud } from '../testing/test-cloud.ts';

const PASSWORD = 'grapes of Turpan';
let cloud: TestCloud;
const headers: Record<string, string> = { 'content-type': 'application/json' };
const post = async (path: string, body: object) => {
  const response = await cloud.get(`api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (cookie !== undefined) headers.cookie = cookie;
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const add = (address: object, more: object = {}) => post('me/contacts', { address, farm: '*', from: 'info', ...more });

beforeAll(async () => {
  cloud = await startTestCloud();
  const code = new URLSearchParams(cloud.cloud.welcome?.split('?')[1]).get('code');
  const { body } = await post('welcome', { code, login: 'owner', name: 'Owner', password: PASSWORD });
  headers['x-csrf'] = body.csrf as string;
});
afterAll(() => cloud?.close());

const webhook = { kind: 'webhook', url: 'https://farm.example/hook' };
test.each<[string, object, string, string]>([
  ['none', {}, 'field-missing', 'body.address.kind'],
  ['of no kind', { kind: 'pigeon' }, 'field-wrong', 'body.address.kind'],
  ['a webhook without a secret', webhook, 'field-missing', 'body.address.secret'],
  ['a webhook with a poor secret', { ...webhook, secret: 'short' }, 'field-wrong', 'body.address.secret'],
  [
    'a topic of ntfy without the topic',
    { kind: 'ntfy', server: 'https://ntfy.sh' },
    'field-missing',
    'body.address.topic',
  ],
  ['an e-mail that is none', { kind: 'email', to: 'nobody' }, 'field-wrong', 'body.address.to'],
  ['an e-mail with a colour', { kind: 'email', to: 'a@b.example', colour: 1 }, 'field-unknown', 'body.address.colour'],
])('an address that is %s is refused, and its field is named', async (_, address, problem, where) => {
  expect(await add(address)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', problem, where } });
});

test('a time zone that is none is refused; what is right is kept, its secret never shown', async () => {
  const quiet = { from: '22:00', to: '06:00', timeZone: 'Mars/Olympus', passes: 'critical' };
  const email = { kind: 'email', to: 'a@b.example' };
  expect(await add(email, { quiet })).toMatchObject({ status: 400, body: { problem: 'time-zone-unknown' } });
  expect((await add(email, { quiet: { ...quiet, timeZone: 'Asia/Urumqi' } })).status).toBe(200);
  const secret = `whsec_${'A'.repeat(40)}`;
  expect((await add({ ...webhook, secret })).status).toBe(200);
  const shown = await (await cloud.get('api/v1/me/contacts', { headers: { cookie: headers.cookie as string } })).text();
  expect(JSON.parse(shown)).toMatchObject([{ shown: 'a@b.example' }, { shown: 'https://farm.example' }]);
  expect(shown).not.toContain('AAAA');
});
