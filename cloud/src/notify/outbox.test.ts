/** The outbox in virtual time: who is told, when, how often, what survives a crash, what is told together. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContactRequest, LIMITS, type Member, silentLogger } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../testing/test-cloud.ts';
import type { Message, Notice, Outcome, Senders } from './notice.ts';
import { Outbox } from './outbox.ts';

const START = Date.parse('2026-06-01T12:00:00+06:00');
const HOUR = 3_600_000;
let folder: string;
let clock: VirtualClock;
let outbox: Outbox;
let sent: (Message & { to: string })[];
let answer: (to: string) => Outcome;
const members: Member[] = [
  { id: 1, login: 'guel', name: 'Gül', language: 'zh', role: 'owner', everyFarm: true, lastMs: null },
  { id: 2, login: 'tom', name: 'Tom', language: 'en', role: 'operator', everyFarm: false, lastMs: null },
];

const senders = {
  email: async ({ to }: { to: string }, message: Message) => {
    const outcome = answer(to);
    if (outcome.ok) sent.push({ ...message, to });
    return outcome;
  },
} as unknown as Senders;
const open = () =>
  Outbox.open(join(folder, 'outbox.db'), {
    ...{ clock, logger: silentLogger, random: { next: () => 0.5 }, senders, base: 'https://farm.example' },
    members: async () => members,
  });
const contact = (to: string, more: Partial<ContactRequest> = {}): ContactRequest => ({
  address: { kind: 'email', to },
  farm: 'north',
  from: 'info',
  ...more,
});
const notice = (id: string, more: Partial<Notice> = {}): Notice => ({
  ...{ id, farm: 'north', farmTitle: 'North', grade: 'warning', atMs: START - 1_000, timeZone: 'Asia/Urumqi' },
  ...{ text: { en: `Frost ${id}`, zh: `霜冻 ${id}` }, path: '/farm/north', people: [], roles: ['owner', 'operator'] },
  ...more,
});
/** Virtual time goes on in small steps; after each the disk's thread, which answers in order, has answered what was asked in turn. */
async function later(ms: number, steps = 20): Promise<void> {
  for (let i = 0; i < steps; i++) {
    await clock.advance(ms / steps);
    for (let asked = 0; asked < 4; asked++) await outbox.contacts(1);
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'karez-outbox-'));
  clock = virtualClock(START);
  [sent, answer] = [[], () => ({ ok: true })];
  outbox = await open();
});
afterEach(async () => {
  await outbox.close();
  rmSync(folder, { recursive: true });
});

test('everybody concerned is told once, in their language, where and from what severity they want', async () => {
  await outbox.addContact(1, contact('guel@x'));
  await outbox.addContact(2, contact('tom@x'));
  await outbox.addContact(2, contact('tom-alarms@x', { from: 'critical' }));
  await outbox.addContact(2, contact('tom-south@x', { farm: 'south' }));
  await outbox.tell(notice('a'));
  await outbox.tell(notice('a'));
  await later(2_000);
  expect(sent.map(({ to, subject }) => [to, subject]).sort()).toEqual([
    ['guel@x', '警告 · North: 霜冻 a'],
    ['tom@x', 'Warning · North: Frost a'],
  ]);
  expect(sent[0]).toMatchObject({ link: 'https://farm.example/#/farm/north', body: expect.stringContaining('11:59') });
  await outbox.tell(notice('b', { roles: ['owner'], people: [] }));
  await later(2_000);
  expect(sent.map(({ to }) => to).filter((to) => to.startsWith('tom'))).toHaveLength(1);
  expect(await outbox.contacts(2)).toMatchObject([{ shown: 'tom@x', sent: 1, waiting: 0 }, { sent: 0 }, { sent: 0 }]);
});

test('what does not arrive is tried with growing delays, across a crash, and arrives once', async () => {
  await outbox.addContact(2, contact('tom@x'));
  let tries = 0;
  answer = () => {
    tries++;
    return { ok: false, retry: true, reason: 'no answer: ECONNREFUSED' };
  };
  await outbox.tell(notice('a'));
  await later(60_000, 60);
  expect(tries).toBeGreaterThan(2);
  expect(tries).toBeLessThan(7);
  expect(await outbox.contacts(2)).toMatchObject([{ waiting: 1, sent: 0, trouble: 'no answer: ECONNREFUSED' }]);
  await outbox.close();
  answer = () => ({ ok: true });
  outbox = await open();
  await later(300_000, 60);
  expect(sent).toHaveLength(1);
  expect(await outbox.contacts(2)).toMatchObject([{ waiting: 0, sent: 1, trouble: null }]);
});

test('one address that hangs or refuses holds up nobody; a refusal for good is told and ends', async () => {
  await outbox.addContact(1, contact('guel@x'));
  await outbox.addContact(2, contact('tom@x'));
  answer = (to) => (to === 'tom@x' ? { ok: false, retry: false, reason: 'no such user' } : { ok: true });
  await outbox.tell(notice('a'));
  await later(2_000);
  expect(sent.map(({ to }) => to)).toEqual(['guel@x']);
  expect(await outbox.contacts(2)).toMatchObject([{ waiting: 0, failed: 1, trouble: 'no such user' }]);
});

test('a message that nobody takes for a day is given up, and that is said', async () => {
  await outbox.addContact(2, contact('tom@x'));
  answer = () => ({ ok: false, retry: true, reason: 'busy' });
  await outbox.tell(notice('a'));
  await later((LIMITS.messageHours - 2) * HOUR, 60);
  expect(await outbox.contacts(2)).toMatchObject([{ waiting: 1 }]);
  await later(5 * HOUR, 30);
  expect(await outbox.contacts(2)).toMatchObject([{ waiting: 0, failed: 1, trouble: 'busy' }]);
});

test('in quiet hours a warning waits for the morning, together with others; an alarm passes', async () => {
  const quiet = { from: '12:00', to: '14:00', timeZone: 'Asia/Urumqi', passes: 'critical' } as const;
  await outbox.addContact(2, contact('tom@x', { quiet }));
  for (const id of ['a', 'b', 'c']) await outbox.tell(notice(id));
  await outbox.tell(notice('d', { grade: 'critical' }));
  await later(HOUR);
  expect(sent.map(({ subject }) => subject)).toEqual(['Alarm · North: Frost d']);
  await later(HOUR + 120_000, 30);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toMatchObject({
    subject: 'Warning · North: 3 messages',
    body: expect.stringMatching(/Frost a\n.*Frost b\n.*Frost c/),
  });
});

test('too much within an hour comes as one afterwards; nothing is dropped; an alarm still passes', async () => {
  await outbox.addContact(2, contact('tom@x'));
  for (let i = 0; i < LIMITS.messagesPerHour + 5; i++) {
    await outbox.tell(notice(`n${i}`));
    await later(1_000, 4);
  }
  await until('the first ones', () => (sent.length >= LIMITS.messagesPerHour ? true : undefined));
  expect(sent).toHaveLength(LIMITS.messagesPerHour);
  await outbox.tell(notice('alarm', { grade: 'critical' }));
  await later(5_000);
  expect(sent.at(-1)?.subject).toContain('Alarm');
  await later(HOUR + 120_000, 60);
  await until('the rest', () => (sent.at(-1)?.body.includes(`n${LIMITS.messagesPerHour + 4}`) ? true : undefined));
  const told = sent.map(({ body }) => body).join('\n');
  for (let i = 0; i < LIMITS.messagesPerHour + 5; i++) expect(told).toContain(`Frost n${i}`);
  expect(sent.length).toBeLessThan(LIMITS.messagesPerHour + 5);
});

test('many addresses of one person are not many times as much', async () => {
  for (const to of ['a@x', 'b@x', 'c@x', 'd@x']) await outbox.addContact(2, contact(to));
  await outbox.addContact(1, contact('guel@x'));
  const rounds = LIMITS.messagesPerPersonHour / 4 + 3;
  for (let i = 0; i < rounds; i++) {
    await outbox.tell(notice(`n${i}`));
    await later(1_000, 4);
  }
  await until('the first ones', () => (sent.filter(({ to }) => to === 'guel@x').length === rounds ? true : undefined));
  const toTom = sent.filter(({ to }) => to !== 'guel@x').length;
  expect(toTom).toBeGreaterThanOrEqual(LIMITS.messagesPerPersonHour);
  // Those of one moment go out together.
  expect(toTom).toBeLessThan(LIMITS.messagesPerPersonHour + 4);
  await later(HOUR + 120_000, 60);
  const told = sent.filter(({ to }) => to === 'd@x').map(({ body }) => body);
  for (let i = 0; i < rounds; i++) expect(told.join('\n')).toContain(`Frost n${i}`);
});

test('the test button sends at once and says how it went; others’ addresses are out of reach', async () => {
  const id = await outbox.addContact(2, contact('tom@x'));
  const tom = members[1] as Member;
  expect(await outbox.test(id, tom)).toEqual({ ok: true });
  expect(sent[0]).toMatchObject({ to: 'tom@x', subject: 'Karez: Test message' });
  answer = () => ({ ok: false, retry: false, reason: 'no such user' });
  expect(await outbox.test(id, tom)).toMatchObject({ ok: false, reason: 'no such user' });
  await expect(outbox.test(id, members[0] as Member)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(outbox.removeContact(id, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const quiet = { from: '22:00', to: '06:00', timeZone: 'Mars/Olympus', passes: 'nothing' } as const;
  await expect(async () => outbox.addContact(2, contact('x@x', { quiet }))).rejects.toMatchObject({
    where: 'body.quiet.timeZone',
  });
  for (let i = 1; i < LIMITS.contactsPerPerson; i++) await outbox.addContact(2, contact(`t${i}@x`));
  await expect(outbox.addContact(2, contact('one-more@x'))).rejects.toMatchObject({ code: 'CONFLICT' });
});
