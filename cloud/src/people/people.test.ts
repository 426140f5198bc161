/** People without HTTP: links that work once, tokens and sessions that end, guesses that get slower, the last owner. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EVERY_FARM, LIMITS } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPeopleDb } from './open-people-db.ts';
import { type Asker, allowed, People } from './people.ts';

const DAY_MS = 86_400_000;
const FROM = '192.0.2.1';
const PASSWORD = 'grapes of Turpan';
let folder: string;
let clock: VirtualClock;
let people: People;
/** Days go by without anything that has to happen in them. */
const later = (ms: number) => clock.advance(ms);
const asker = async (secret: string) => (await people.askerOfSession(secret)) as Asker;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'karez-people-'));
  clock = virtualClock(Date.UTC(2026, 5, 1));
  people = new People(await openPeopleDb(join(folder, 'people.db')), clock);
});
afterEach(async () => {
  await people.close();
  rmSync(folder, { recursive: true });
});

async function firstOwner(): Promise<Asker> {
  const code = (await people.firstCode()) as string;
  return asker(await people.welcome({ code, login: 'Ayse', name: 'Ayşe', password: PASSWORD }, FROM));
}
async function member(
  owner: Asker,
  farm: string,
  role: 'viewer' | 'owner' | 'agronomist',
  login: string,
): Promise<Asker> {
  const code = await people.invite(owner, farm, { role }, FROM);
  return asker(await people.welcome({ code, login, name: login, password: PASSWORD }, FROM));
}

test('the first owner comes by a link that works once, and only while nobody exists', async () => {
  const old = (await people.firstCode()) as string;
  const code = (await people.firstCode()) as string;
  const request = { login: 'ayse', name: 'Ayşe', password: PASSWORD };
  await expect(people.welcome({ ...request, code: old }, FROM)).rejects.toMatchObject({
    code: 'LOGIN_REFUSED',
    where: 'body.code',
  });
  await expect(people.welcome({ password: PASSWORD, code }, FROM)).rejects.toMatchObject({ where: 'body.login' });
  expect(await people.isEmpty()).toBe(true);
  const owner = await asker(await people.welcome({ ...request, code }, FROM));
  expect(owner).toMatchObject({ who: 'ayse', roles: { [EVERY_FARM]: 'owner' } });
  await expect(people.welcome({ ...request, code, login: 'other' }, FROM)).rejects.toMatchObject({
    code: 'LOGIN_REFUSED',
  });
  expect(await people.firstCode()).toBeUndefined();
});

test('a name is the same in any case; a wrong password is refused as a wrong name is', async () => {
  await firstOwner();
  expect(await asker(await people.login('AYSE', PASSWORD, FROM))).toMatchObject({ who: 'ayse' });
  const refusals = await Promise.all(
    [people.login('ayse', 'wrong', FROM), people.login('nobody', PASSWORD, FROM)].map((p) =>
      p.catch((e: Error) => e.message),
    ),
  );
  expect(new Set(refusals)).toEqual(new Set(['name and password do not belong together']));
});

test('guesses get slower for the name, whoever it is, and a right password after the wait clears it', async () => {
  await firstOwner();
  const wrong = (login = 'ayse') => people.login(login, 'wrong', FROM).catch((e) => e.code);
  for (let i = 0; i < LIMITS.freeTries; i++) expect(await wrong()).toBe('LOGIN_REFUSED');
  expect(await wrong()).toBe('TOO_MANY_TRIES');
  await expect(people.login('ayse', PASSWORD, FROM)).rejects.toThrow(/try again in 1 s/);
  await later(1_000);
  expect(await wrong()).toBe('LOGIN_REFUSED');
  await expect(people.login('ayse', PASSWORD, FROM)).rejects.toThrow(/try again in 2 s/);
  await later(2_000);
  expect(await people.login('ayse', PASSWORD, FROM)).toMatch(/./);
  expect(await wrong()).toBe('LOGIN_REFUSED');
});

test('a session ends at logout, when it was idle too long, and with a new password', async () => {
  await firstOwner();
  const [first, second, third] = [
    await people.login('ayse', PASSWORD, FROM),
    await people.login('ayse', PASSWORD, FROM),
    await people.login('ayse', PASSWORD, FROM),
  ];
  await people.logout(first, 'ayse', FROM);
  expect(await people.askerOfSession(first)).toBeUndefined();
  const owner = await asker(second);
  await expect(people.setMe(owner, { password: 'something new', oldPassword: 'wrong' }, FROM)).rejects.toMatchObject({
    where: 'body.oldPassword',
  });
  await later(1_000);
  await people.setMe(owner, { password: 'something new', oldPassword: PASSWORD }, FROM);
  expect([await people.askerOfSession(second), await people.askerOfSession(third)]).toEqual([undefined, undefined]);
  const fresh = await people.login('ayse', 'something new', FROM);
  await later((LIMITS.sessionIdleDays - 1) * DAY_MS);
  expect(await asker(fresh)).toMatchObject({ who: 'ayse' });
  await later((LIMITS.sessionIdleDays - 1) * DAY_MS);
  expect(await asker(fresh)).toMatchObject({ who: 'ayse' });
  await later((LIMITS.sessionIdleDays + 1) * DAY_MS);
  expect(await people.askerOfSession(fresh)).toBeUndefined();
});

test('a role counts from the next question on; the last owner stays', async () => {
  const owner = await firstOwner();
  const lin = await member(owner, 'north', 'viewer', 'lin');
  expect([allowed(lin, 'view', 'north'), allowed(lin, 'rules', 'north'), allowed(lin, 'view', 'south')]).toEqual([
    true,
    false,
    false,
  ]);
  let changes = 0;
  const stop = people.onChange(() => changes++);
  const secret = await people.login('lin', PASSWORD, FROM);
  await people.setRole(owner, 'north', lin.person?.id as number, 'agronomist', FROM);
  expect([allowed(await asker(secret), 'rules', 'north'), changes]).toEqual([true, 1]);
  await people.setRole(owner, 'north', lin.person?.id as number, null, FROM);
  expect(allowed(await asker(secret), 'view', 'north')).toBe(false);
  stop();
  await expect(people.setRole(owner, EVERY_FARM, owner.person?.id as number, null, FROM)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await expect(people.setRole(owner, 'north', 99, 'viewer', FROM)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a token may no more than its person, ends when said, and is kept only as a digest', async () => {
  const owner = await firstOwner();
  const lin = await member(owner, 'north', 'viewer', 'lin');
  await expect(people.addToken(lin, { name: 'x', farm: 'north', rights: ['rules'] }, FROM)).rejects.toMatchObject({
    where: 'body.rights',
  });
  await expect(people.addToken(lin, { name: 'x', farm: EVERY_FARM, rights: ['view'] }, FROM)).rejects.toMatchObject({
    code: 'NOT_AUTHORISED',
  });
  const token = await people.addToken(lin, { name: 'grafana', farm: 'north', rights: ['view'], days: 2 }, FROM);
  const bearer = async () => (await people.askerOfToken(token)) as Asker;
  expect(allowed(await bearer(), 'view', 'north')).toBe(true);
  expect(allowed(await bearer(), 'view', 'south')).toBe(false);
  await people.setRole(owner, 'north', lin.person?.id as number, null, FROM);
  expect(allowed(await bearer(), 'view', 'north')).toBe(false);
  await people.setRole(owner, 'north', lin.person?.id as number, 'viewer', FROM).catch(() => {});
  await later(3 * DAY_MS);
  expect(await people.askerOfToken(token)).toBeUndefined();
  const db = new DatabaseSync(join(folder, 'people.db'), { readOnly: true });
  const kept =
    JSON.stringify(db.prepare('SELECT * FROM token').all()) + JSON.stringify(db.prepare('SELECT * FROM person').all());
  db.close();
  expect(kept).not.toContain(token.slice(10, 30));
  expect(kept).not.toContain(PASSWORD);
  expect(kept).toContain('scrypt$15$8$3$');
});

test('somebody who has forgotten the password sets another by a link; what was open ends', async () => {
  const owner = await firstOwner();
  const lin = await member(owner, 'north', 'viewer', 'lin');
  const open = await people.login('lin', PASSWORD, FROM);
  const code = await people.resetLink('LIN', 'system');
  const again = await asker(await people.welcome({ code, password: 'another one!' }, FROM));
  expect(again.person).toEqual(lin.person);
  expect(again.roles).toEqual({ north: 'viewer' });
  expect(await people.askerOfSession(open)).toBeUndefined();
  await expect(people.resetLink('nobody', 'system')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what was done is written down for good', async () => {
  const owner = await firstOwner();
  await member(owner, 'north', 'viewer', 'lin');
  await people.login('lin', 'wrong', FROM).catch(() => {});
  const log = await people.audited('north', undefined);
  expect(log.map(({ who, action }) => `${who} ${action}`)).toEqual([
    ...['lin login.refused', 'lin login', 'lin welcome', 'ayse invite', 'ayse login', 'ayse welcome', 'system invite'],
  ]);
  expect(log[0]).toMatchObject({ address: FROM, atMs: Date.UTC(2026, 5, 1) });
  const db = new DatabaseSync(join(folder, 'people.db'));
  expect(() => db.exec("UPDATE audit SET who = 'x'")).toThrow(/not changed/);
  expect(() => db.exec('DELETE FROM audit')).toThrow(/not changed/);
  db.close();
});
