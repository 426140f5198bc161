/**
 * Each sender against a local server that speaks the service's protocol: takes what the service would take, refuses what it
 * would refuse in its words. Signatures are checked as the services' documents say, not with the senders' code.
 */
import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { virtualClock } from '@karez/model/testing';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HttpReceiver, startReceiver } from '../../testing/http-receiver.ts';
import type { Message, Outcome, Senders } from '../notice.ts';
import { makeSenders } from './senders.ts';

const NOW = Date.UTC(2026, 2, 29, 20, 12, 5, 250);
const message: Message = {
  ...{ id: 'karez-1-7', grade: 'critical', farm: 'north', atMs: NOW - 5_000 },
  subject: '警报 · 北园: 霜冻 −0.8 °C',
  body: '03-30 04:12 霜冻 −0.8 °C',
  link: 'https://farm.example/#/farm/north',
};
let http: HttpReceiver;
let senders: Senders;

beforeAll(async () => {
  http = await startReceiver();
  const hosts = { dingtalk: http.url, wecom: http.url, feishu: http.url };
  senders = makeSenders(virtualClock(NOW), undefined, hosts);
});
afterAll(() => http.close());
beforeEach(() => {
  http.received.length = 0;
  http.answer = () => ({});
});
const last = () => http.received.at(-1) as (typeof http.received)[number];
const json = () => JSON.parse(last().body) as Record<string, unknown>;

describe('webhook', () => {
  const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
  const send = () => senders.webhook({ kind: 'webhook', url: `${http.url}/alerts`, secret }, message);

  test('is signed over id, time and the very bytes of the body', async () => {
    expect(await send()).toEqual({ ok: true });
    const { headers, body, url } = last();
    expect(url.pathname).toBe('/alerts');
    expect(headers).toMatchObject({ 'webhook-id': 'karez-1-7', 'webhook-timestamp': String(Math.floor(NOW / 1000)) });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', '0123456789abcdef0123456789abcdef').update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(json()).toMatchObject({
      type: 'alert.notice',
      data: { severity: 'critical', occurredAt: '2026-03-29T20:12:00.250Z' },
    });
  });

  test.each<[number, Record<string, string>, Outcome]>([
    [500, {}, { ok: false, retry: true, reason: 'answered with HTTP 500' }],
    [429, { 'retry-after': '30' }, { ok: false, retry: true, reason: 'answered with HTTP 429', afterMs: 30_000 }],
    [404, {}, { ok: false, retry: false, reason: 'answered with HTTP 404' }],
    [302, { location: 'http://127.0.0.1:1/' }, { ok: false, retry: false, reason: 'answered with HTTP 302' }],
  ])('an answer of %i', async (status, headers, outcome) => {
    http.answer = () => ({ status, headers });
    expect(await send()).toEqual(outcome);
    expect(http.received).toHaveLength(1);
  });

  test('nobody there', async () => {
    const outcome = await senders.webhook({ kind: 'webhook', url: 'http://127.0.0.1:1/', secret }, message);
    expect(outcome).toMatchObject({ ok: false, retry: true, reason: expect.stringMatching(/ECONNREFUSED|no answer/) });
  });
});

describe('DingTalk', () => {
  const TOKEN = '0123456789abcdef';
  const SECRET = 'SEC8b1f';
  /** As the service checks: the right token, a signature within the hour, a text. */
  const robot = () => {
    const { url, body } = last();
    const timestamp = url.searchParams.get('timestamp') ?? '';
    const sign = createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64');
    if (url.pathname !== '/robot/send' || url.searchParams.get('access_token') !== TOKEN)
      return { errcode: 300005, errmsg: 'token is not exist' };
    if (url.searchParams.get('sign') !== sign || Math.abs(Number(timestamp) - NOW) > 3_600_000)
      return { errcode: 310000, errmsg: 'sign not match' };
    const { msgtype, text } = JSON.parse(body) as { msgtype: string; text: { content: string } };
    return msgtype === 'text' && text.content.length > 0
      ? { errcode: 0, errmsg: 'ok' }
      : { errcode: 40035, errmsg: '缺少参数 json' };
  };
  beforeEach(() => {
    http.answer = () => ({ body: JSON.stringify(robot()) });
  });

  test('is taken, with the whole text', async () => {
    expect(await senders.dingtalk({ kind: 'dingtalk', token: TOKEN, secret: SECRET }, message)).toEqual({ ok: true });
    expect(json()).toMatchObject({ text: { content: `${message.subject}\n${message.body}\n${message.link}` } });
  });
  test('a wrong secret is not tried again', async () => {
    const outcome = await senders.dingtalk({ kind: 'dingtalk', token: TOKEN, secret: 'SECwrong' }, message);
    expect(outcome).toEqual({ ok: false, retry: false, reason: 'refused with errcode 310000: sign not match' });
  });
  test('too many are tried later; an answer that is none as well', async () => {
    http.answer = () => ({ body: '{"errcode":130101,"errmsg":"send too fast"}' });
    expect(await senders.dingtalk({ kind: 'dingtalk', token: TOKEN }, message)).toMatchObject({
      ok: false,
      retry: true,
    });
    http.answer = () => ({ body: '<html>' });
    expect(await senders.dingtalk({ kind: 'dingtalk', token: TOKEN }, message)).toMatchObject({
      ok: false,
      retry: true,
    });
  });
});

test('WeCom takes the text by its key and says when it was too much', async () => {
  http.answer = ({ url }) => ({
    body: JSON.stringify(
      url.searchParams.get('key') === 'key-12345'
        ? { errcode: 0, errmsg: 'ok' }
        : { errcode: 93000, errmsg: 'invalid webhook url' },
    ),
  });
  expect(await senders.wecom({ kind: 'wecom', key: 'key-12345' }, message)).toEqual({ ok: true });
  expect(last().url.pathname).toBe('/cgi-bin/webhook/send');
  expect(json()).toMatchObject({ msgtype: 'text', text: { content: expect.stringContaining('霜冻') } });
  expect(await senders.wecom({ kind: 'wecom', key: 'key-wrong' }, message)).toMatchObject({
    retry: false,
    reason: /93000/,
  });
  http.answer = () => ({ body: '{"errcode":45009,"errmsg":"api freq out of limit"}' });
  expect(await senders.wecom({ kind: 'wecom', key: 'key-12345' }, message)).toMatchObject({ retry: true });
});

test('Feishu takes a text that is signed with time and secret as the key', async () => {
  http.answer = ({ body }) => {
    const { timestamp, sign } = JSON.parse(body) as Record<string, string>;
    const right = createHmac('sha256', `${timestamp}\nsecret-of-bot`).digest('base64');
    return {
      body: JSON.stringify(sign === right ? { code: 0, msg: 'success' } : { code: 19021, msg: 'sign match fail' }),
    };
  };
  const send = (secret: string) => senders.feishu({ kind: 'feishu', hook: 'abcd-1234', secret }, message);
  expect(await send('secret-of-bot')).toEqual({ ok: true });
  expect(last().url.pathname).toBe('/open-apis/bot/v2/hook/abcd-1234');
  expect(json()).toMatchObject({
    timestamp: String(Math.floor(NOW / 1000)),
    msg_type: 'text',
    content: { text: expect.stringContaining('霜冻') },
  });
  expect(await send('another-secret')).toMatchObject({ retry: false, reason: /19021/ });
});

test('ntfy gets title, text, priority and the way to the page', async () => {
  const send = () => senders.ntfy({ kind: 'ntfy', server: http.url, topic: 'frost', token: 'tk_12345' }, message);
  expect(await send()).toEqual({ ok: true });
  expect([last().url.pathname, last().headers.authorization]).toEqual(['/', 'Bearer tk_12345']);
  expect(json()).toEqual({
    topic: 'frost',
    title: message.subject,
    message: message.body,
    priority: 5,
    click: message.link,
  });
});

describe('e-mail', () => {
  let server: SMTPServer;
  let port: number;
  const mails: { from: string; to: string[]; raw: string }[] = [];
  let refusal: (Error & { responseCode?: number }) | undefined;

  beforeAll(async () => {
    server = new SMTPServer({
      ...{ authOptional: false, disabledCommands: ['STARTTLS'], allowInsecureAuth: true },
      onAuth({ username, password }, _session, done) {
        if (username === 'karez' && password === 'secret') done(null, { user: username });
        else done(new Error('no'));
      },
      onRcptTo: (_address, _session, done) => done(refusal),
      onData(stream, session, done) {
        let raw = '';
        stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map((r) => r.address), raw });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    port = (server.server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const mailer = (password = 'secret') =>
    makeSenders(virtualClock(NOW), {
      url: `smtp://karez:${password}@127.0.0.1:${port}`,
      from: 'Karez <karez@farm.example>',
    }).email;

  test('arrives with subject, text, link and an id of its own', async () => {
    refusal = undefined;
    expect(await mailer()({ kind: 'email', to: 'guel@example.com' }, message)).toEqual({ ok: true });
    const { from, to, raw } = mails.at(-1) as (typeof mails)[number];
    expect([from, to]).toEqual(['karez@farm.example', ['guel@example.com']]);
    expect(raw).toMatch(/^Message-ID: <karez-1-7@karez>/im);
    expect(raw).toMatch(/^Importance: High/im);
    const subject = (/^Subject: (.*(?:\r\n .*)*)/m.exec(raw)?.[1] ?? '').split(/\r\n\s/);
    const words = subject.map((part) =>
      Buffer.from(
        /=\?UTF-8\?[BQ]\?(.*)\?=/i.exec(part)?.[1] ?? '',
        part.includes('?B?') ? 'base64' : 'utf8',
      ).toString(),
    );
    expect(words.join('')).toContain('霜冻');
  });

  test.each([
    [550, false],
    [451, true],
  ])('a receiver refused with %i is tried again: %s', async (responseCode, retry) => {
    refusal = Object.assign(new Error('no such user'), { responseCode });
    expect(await mailer()({ kind: 'email', to: 'nobody@example.com' }, message)).toMatchObject({ ok: false, retry });
  });

  test('a wrong password of the mail server is not tried again', async () => {
    refusal = undefined;
    expect(await mailer('wrong')({ kind: 'email', to: 'guel@example.com' }, message)).toMatchObject({
      ok: false,
      retry: false,
    });
  });

  test('where there is no mail server, it says so', async () => {
    expect(await senders.email({ kind: 'email', to: 'guel@example.com' }, message)).toMatchObject({
      ok: false,
      retry: false,
      reason: /--smtp/,
    });
  });
});
