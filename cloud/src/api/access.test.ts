/**
 * Who may ask what, tried on every route that the server has: nobody, somebody of another farm, somebody without the
 * right, a request without the second secret, a page of another site. A route that is added is tried as well.
 */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPeopleDb } from '../people/open-people-db.ts';
import { People } from '../people/people.ts';
import { FARM, startTestCloud, type TestCloud, until } from '../testing/test-cloud.ts';

const PASSWORD = 'grapes of Turpan';
/** What everybody may ask. */
const OPEN = ['GET /healthz', 'GET /api/v1/session', 'POST /api/v1/session', 'POST /api/v1/welcome'];
/** What is no one farm's: answered with what the asker may see. */
const OWN = [
  'DELETE /api/v1/session',
  'GET /api/v1/farms',
  'GET /api/v1/gateways',
  'GET /api/v1/rule-templates',
  'GET /api/v1/me/tokens',
  'POST /api/v1/me/tokens',
  'PATCH /api/v1/me',
  'DELETE /api/v1/me/tokens/{token}',
  'GET /api/v1/me/contacts',
  'POST /api/v1/me/contacts',
  'DELETE /api/v1/me/contacts/{contact}',
  'POST /api/v1/me/contacts/{contact}/test',
  'GET /api/v1/me/contacts',
  'POST /api/v1/me/contacts',
  'DELETE /api/v1/me/contacts/{contact}',
  'POST /api/v1/me/contacts/{contact}/test',
];

interface Login {
  cookie: string;
  csrf: string;
}
let cloud: TestCloud;
let routes: { method: string; path: string }[];
let owner: Login;
let stranger: Login;
let viewer: Login;

/** A path with something in place of its parameters. */
const filled = (path: string) =>
  path
    .replace('{farm}', FARM)
    .replace('{gateway}', 'gw-1')
    .replace(/\{\w+\}/g, '1');
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
  cloud.get(filled(path).slice(1), {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const as = ({ cookie, csrf }: Login) => ({ cookie, 'x-csrf': csrf });

async function enter(path: string, body: object): Promise<Login> {
  const response = await ask('POST', path, {}, body);
  expect(response.status).toBe(200);
  const { csrf } = (await response.json()) as { csrf: string };
  return { cookie: (response.headers.get('set-cookie') as string).split(';')[0] as string, csrf };
}
async function invited(farm: string, role: string, login: string): Promise<Login> {
  const invite = await ask('POST', `/api/v1/farms/${farm}/invites`, as(owner), { role });
  const { code } = (await invite.json()) as { code: string };
  return enter('/api/v1/welcome', { code, login, name: login, password: PASSWORD });
}

beforeAll(async () => {
  cloud = await startTestCloud();
  await (await cloud.connect()).describe();
  await until('the farm', async () => ((await cloud.get(`api/v1/farms/${FARM}`)).ok ? true : undefined));
  const { paths } = (await (await cloud.get('docs/json')).json()) as { paths: Record<string, object> };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((m) => ({ method: m.toUpperCase(), path })),
  );
  const code = new URLSearchParams(cloud.cloud.welcome?.split('?')[1]).get('code') as string;
  owner = await enter('/api/v1/welcome', { code, login: 'owner', name: 'Owner', password: PASSWORD });
  stranger = await invited('elsewhere', 'owner', 'stranger');
  viewer = await invited(FARM, 'viewer', 'viewer');
});
afterAll(async () => {
  await cloud?.close();
});

const named = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

test('the routes are those that there are', () => {
  expect(routes.length).toBeGreaterThan(20);
  for (const name of [...OPEN, ...OWN]) expect(routes.map(named)).toContain(name);
});

test('nobody is answered without a login', async () => {
  const answered: string[] = [];
  for (const { method, path } of routes) {
    if (OPEN.includes(named({ method, path }))) continue;
    const { status } = await ask(method, path);
    if (status !== 401) answered.push(`${method} ${path}: ${status}`);
  }
  expect(answered).toEqual([]);
  expect((await cloud.get('metrics', {})).status).toBe(401);
});

test('no route of a farm answers an owner of another, or says that the farm exists', async () => {
  const answered: string[] = [];
  for (const { method, path } of routes) {
    if ([...OPEN, ...OWN].includes(named({ method, path }))) continue;
    expect(path, 'a route that is no one farm’s belongs into the list above').toContain('{farm}');
    const response = await ask(method, path, as(stranger));
    const words = await response.text();
    if (response.status !== 404 || !words.includes(`there is no farm`))
      answered.push(`${method} ${path}: ${response.status} ${words}`);
  }
  expect(answered).toEqual([]);
});

test('lists hold only what the asker may see', async () => {
  for (const path of ['/api/v1/farms', '/api/v1/gateways']) {
    expect(await (await ask('GET', path, as(stranger))).json()).toEqual([]);
    expect(await (await ask('GET', path, as(viewer))).json()).toHaveLength(1);
  }
  expect((await cloud.get('metrics', { headers: as(viewer) })).status).toBe(403);
  expect((await cloud.get('metrics', { headers: as(owner) })).status).toBe(200);
});

test('a viewer sees the farm and changes nothing', async () => {
  const answers = await Promise.all(
    routes
      .filter((route) => ![...OPEN, ...OWN].includes(named(route)) && !route.path.endsWith('/live'))
      .map(async ({ method, path }) => ({ method, status: (await ask(method, path, as(viewer))).status })),
  );
  const changes = answers.filter(({ method }) => method !== 'GET');
  expect(changes.length).toBeGreaterThan(2);
  expect(new Set(changes.map(({ status }) => status))).toEqual(new Set([403]));
  expect((await ask('GET', '/api/v1/farms/{farm}', as(viewer))).status).toBe(200);
});

describe('a change needs the second secret and a page of this server', () => {
  const invite = (headers: Record<string, string>) =>
    ask('POST', '/api/v1/farms/{farm}/invites', headers, { role: 'viewer' });
  test.each<[string, () => Record<string, string>, number, string | undefined]>([
    ['both right', () => as(owner), 200, undefined],
    ['no secret', () => ({ cookie: owner.cookie }), 403, 'x-csrf'],
    ['another session’s secret', () => ({ cookie: owner.cookie, 'x-csrf': viewer.csrf }), 403, 'x-csrf'],
    ['another site', () => ({ ...as(owner), origin: 'https://evil.example' }), 403, 'origin'],
    ['an origin that hides', () => ({ ...as(owner), origin: 'null' }), 403, 'origin'],
    ['this site', () => ({ ...as(owner), origin: cloud.cloud.http.slice(0, -1) }), 200, undefined],
    ['a token, which no page sends by itself', () => ({ authorization: `Bearer ${cloud.token}` }), 200, undefined],
    ['a token that is none', () => ({ authorization: 'Bearer karez_none' }), 401, 'authorization'],
  ])('%s', async (_, headers, status, where) => {
    const response = await invite(headers());
    expect(response.status).toBe(status);
    if (where !== undefined) expect(await response.json()).toMatchObject({ where });
  });

  test('logging in from another site is refused as well', async () => {
    const body = { login: 'owner', password: PASSWORD };
    expect((await ask('POST', '/api/v1/session', { origin: 'https://evil.example' }, body)).status).toBe(403);
  });
});

test('the cookie is out of reach of scripts and other sites; logging out ends it', async () => {
  const response = await ask('POST', '/api/v1/session', {}, { login: 'viewer', password: PASSWORD });
  const cookie = response.headers.get('set-cookie') as string;
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
  const { csrf } = (await response.json()) as { csrf: string };
  const login = { cookie: cookie.split(';')[0] as string, csrf };
  expect((await ask('GET', '/api/v1/farms/{farm}', as(login))).status).toBe(200);
  expect((await ask('DELETE', '/api/v1/session', as(login))).status).toBe(200);
  expect((await ask('GET', '/api/v1/farms/{farm}', as(login))).status).toBe(401);
});

test('live events end when a role is taken', async () => {
  const { hostname, port } = new URL(cloud.cloud.http);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.write(
    `GET /api/v1/farms/${FARM}/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${viewer.cookie}\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.resume();
  const members = (await (await ask('GET', '/api/v1/farms/{farm}/people', as(owner))).json()) as {
    id: number;
    login: string;
  }[];
  const { id } = members.find(({ login }) => login === 'viewer') as { id: number };
  const closed = once(socket, 'close');
  expect((await ask('PUT', `/api/v1/farms/{farm}/people/${id}`, as(owner), { role: null })).status).toBe(200);
  await closed;
  expect((await ask('GET', '/api/v1/farms/{farm}', as(viewer))).status).toBe(404);
});

test('what another process changed counts within seconds', async () => {
  const people = new People(await openPeopleDb(join(cloud.folder, 'people.db')), systemClock());
  const code = await people.resetLink('owner', 'system');
  await people.close();
  await enter('/api/v1/welcome', { code, password: 'another one!' });
  expect((await ask('GET', '/api/v1/farms/{farm}', as(owner))).status).toBe(401);
});
