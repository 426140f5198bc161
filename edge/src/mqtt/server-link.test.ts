/** The gateway as a subscriber, against a real broker: what is acknowledged when, and what comes again. */
import { createServer, type Socket } from 'node:net';
import { KarezError, LIMITS, seededRandom, silentLogger, systemClock } from '@karez/model';
import { Aedes } from 'aedes';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { type FakeReader, fakeReader } from '../testing/fake-reader.ts';
import { linkToServer, type ServerLink } from './server-link.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

interface Server {
  aedes: Aedes;
  url: string;
  /** Message ids whose PUBACK came. */
  acked: number[];
  connections: () => number;
  say(text: string, qos?: 0 | 1): Promise<void>;
}

async function server(password?: string): Promise<Server> {
  const aedes = await Aedes.createBroker();
  const acked: number[] = [];
  let connections = 0;
  if (password !== undefined)
    aedes.authenticate = (_client, _user, given, done) => {
      const error = Object.assign(new Error('no'), { returnCode: 4 });
      if (given?.toString() === password) done(null, true);
      else done(error as Parameters<typeof done>[0], null);
    };
  aedes.on('clientReady', () => {
    connections++;
  });
  aedes.on('ack', (packet) => {
    if (packet?.cmd === 'publish') acked.push(packet.messageId as number);
  });
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  endings.push(async () => {
    const closed = new Promise((resolve) => listener.close(resolve));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return {
    ...{ aedes, acked, connections: () => connections },
    url: `mqtt://127.0.0.1:${(listener.address() as { port: number }).port}`,
    say: (text, qos = 1) =>
      new Promise((resolve, reject) =>
        aedes.publish(
          { cmd: 'publish', topic: 'a/b', payload: Buffer.from(text), qos, retain: false, dup: false },
          (error) => (error ? reject(error) : resolve()),
        ),
      ),
  };
}

/** Time that does not make tests wait for the second try. */
const clock = { ...systemClock(), after: (ms: number, run: () => void) => systemClock().after(Math.min(ms, 20), run) };

function link(url: string, reader: FakeReader, more: object = {}, intake = fakeIntake()): ServerLink {
  const options = { url, user: 'karez', password: undefined, clientId: 'karez-gw-1', ca: undefined, ...more };
  const started = linkToServer(options, reader, intake, { clock, random: seededRandom(1), logger: silentLogger });
  endings.push(() => started.stop());
  return started;
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a message of QoS 1', () => {
  test('is acknowledged once it is taken, and the others do not wait for it', async () => {
    const { url, acked, say } = await server();
    const reader = fakeReader({});
    reader.stall = (text) => text === 'first';
    link(url, reader);
    await until(() => reader.publish !== undefined);
    await say('first');
    for (let i = 0; i < 20; i++) await say(`next ${i}`);
    await until(() => acked.length === 20);
    expect(reader.taken).toHaveLength(20);
    expect(reader.taken).not.toContain('a/b first');
    reader.waiting.get('first')?.();
    await until(() => acked.length === 21);
    expect(new Set(acked).size).toBe(21);
  });

  test('that the journal does not take comes again over a new connection, and what was taken does not', async () => {
    const { url, connections, say, acked } = await server();
    const reader = fakeReader();
    let refusals = 0;
    reader.refuse = (text) => {
      if (text !== 'x' || refusals++ > 2) return undefined;
      return new KarezError('JOURNAL_FULL', 'the journal is full');
    };
    const started = link(url, reader);
    await until(() => reader.publish !== undefined);
    await say('taken');
    await until(() => acked.length === 1);
    await say('x');
    await until(() => reader.taken.includes('a/b x'));
    await until(() => acked.length === 2);
    expect(reader.taken).toEqual(['a/b taken', 'a/b x']);
    expect(connections()).toBeGreaterThan(2);
    await until(() => started.trouble === null);
  });

  test('that came while the gateway was away is kept by the server', async () => {
    const { url, say } = await server();
    const reader = fakeReader();
    const first = link(url, reader);
    await until(() => reader.publish !== undefined);
    await first.stop();
    expect(reader.publish).toBeUndefined();
    await say('meanwhile');
    link(url, reader);
    await until(() => reader.taken.length === 1);
    expect(reader.taken).toEqual(['a/b meanwhile']);
  });

  test('is read only while no more than so many are under way', async () => {
    const { url, say } = await server();
    const reader = fakeReader();
    reader.stall = () => true;
    link(url, reader);
    await until(() => reader.publish !== undefined);
    for (let i = 0; i < LIMITS.sourceMessagesUnderWay + 50; i++) await say(`${i}`);
    await until(() => reader.waiting.size >= LIMITS.sourceMessagesUnderWay);
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(reader.waiting.size).toBeLessThan(LIMITS.sourceMessagesUnderWay + 10);
    reader.stall = () => false;
    for (const go of reader.waiting.values()) go();
    await until(() => reader.taken.length === LIMITS.sourceMessagesUnderWay + 50);
  });
});

test('a message of QoS 0 that the journal does not take is counted as refused', async () => {
  const { url, say } = await server();
  const reader = fakeReader({ qos: 0, isLasting: false });
  reader.refuse = () => new KarezError('JOURNAL_FULL', 'the journal is full');
  const intake = fakeIntake();
  link(url, reader, {}, intake);
  await until(() => reader.publish !== undefined);
  await say('x', 0);
  await until(() => intake.rejected.length === 1);
  expect(intake.rejected).toMatchObject([{ source: 'a/b', code: 'JOURNAL_FULL' }]);
});

test('the reader may answer, and nothing is sent once it is gone', async () => {
  const { url, aedes } = await server();
  const reader = fakeReader();
  const started = link(url, reader);
  await until(() => reader.publish !== undefined);
  const heard: string[] = [];
  aedes.subscribe(
    'down',
    (packet, done) => {
      heard.push(packet.payload.toString());
      done();
    },
    () => {},
  );
  await reader.publish?.('down', Buffer.from('hello'), { qos: 1, retain: false });
  await until(() => heard.length === 1);
  expect(heard).toEqual(['hello']);
  await started.stop();
  expect(reader.publish).toBeUndefined();
});

describe('what is wrong is said in words', () => {
  test('a wrong password; a right one mends it', async () => {
    const { url } = await server('secret-password');
    const reader = fakeReader();
    const wrong = link(url, reader, { password: 'guess' });
    await until(() => wrong.trouble?.includes('refuses') === true);
    expect(wrong.trouble).toBe('the server refuses our user name or password');
    await wrong.stop();
    const right = link(url, reader, { password: 'secret-password' });
    await until(() => right.trouble === null);
  });
  test('nobody there', async () => {
    const gone = link('mqtt://127.0.0.1:1', fakeReader());
    await until(() => gone.trouble?.includes('nobody') === true);
    expect(gone.trouble).toBe('nobody answers at the server’s address');
  });
  test('a topic that it may not hear', async () => {
    const { url, aedes } = await server();
    aedes.authorizeSubscribe = (_client, _subscription, done) => done(null, null);
    const deaf = link(url, fakeReader());
    await until(() => deaf.trouble?.includes('subscription') === true);
    expect(deaf.trouble).toBe('the server refuses our subscription to a/#');
  });
});
