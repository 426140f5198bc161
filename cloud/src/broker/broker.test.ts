/** The cloud's broker against clients that no library would make: real sockets, bytes by hand. */
import { type Ack, KarezError, LIMITS, type RulesMessage, silentLogger, systemClock } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  connackOf,
  connectPacket,
  type Hello,
  openRaw,
  packet,
  publishPacket,
  type RawClient,
  subscribePacket,
} from '../testing/raw-mqtt.ts';
import { until } from '../testing/test-cloud.ts';
import { type Broker, openBroker } from './broker.ts';

let broker: Broker;
let received: { gateway: string; leaf: string; payload: string }[];
let changes: string[];
let open: RawClient[];
let checking: () => Promise<boolean>;

const RULES: RulesMessage = { v: 1, revision: 7, timeZone: null, rules: [] };

const start = (options: { drainMs?: number; loginMs?: number } = {}) => {
  // Of this broker's own: the one before may still be saying goodbye.
  const mine: string[] = [];
  changes = mine;
  return openBroker(
    {
      ...{ clock: systemClock(), logger: silentLogger },
      check: async (_farm, _gateway, password) => (await checking()) && password === 'right',
      async received(_farm, gateway, leaf, payload) {
        received.push({ gateway, leaf, payload: Buffer.from(payload).toString() });
      },
      connected: (_farm, gateway, isConnected) => mine.push(`${gateway} ${isConnected ? 'on' : 'off'}`),
      hearsRules: (farm, gateway) => broker.sendRules(farm, gateway, RULES),
    },
    { port: 0, host: '127.0.0.1', ...options },
  );
};

beforeEach(async () => {
  received = [];
  open = [];
  checking = async () => true;
  broker = await start();
});
afterEach(async () => {
  for (const client of open) client.socket.destroy();
  await broker.close();
});

const raw = async (read = true) => {
  const client = await openRaw(broker.port, read);
  open.push(client);
  return client;
};
const hello = (gateway: string, change: Partial<Hello> = {}): Hello => ({
  ...{ clientId: `farm/${gateway}`, username: `farm/${gateway}`, password: 'right', ...change },
});
async function login(gateway: string, change: Partial<Hello> = {}, read = true): Promise<RawClient> {
  const client = await raw(read);
  client.socket.write(connectPacket(hello(gateway, change)));
  if (read) expect(await connackOf(client)).toBe(0);
  else await until('the login', () => (changes.includes(`${gateway} on`) ? true : undefined));
  return client;
}
const topic = (gateway: string, leaf: string) => `karez/v1/farm/${gateway}/${leaf}`;
const ack: Ack = { v: 1, epoch: '00000001', acked: [[1, 2]], refused: [], retry: [], timeMs: 0 };

describe('a login is refused', () => {
  test.each<[string, Hello, number]>([
    ['with a wrong password', hello('gw-1', { password: 'wrong' }), 4],
    ['without a name', { clientId: 'x' }, 4],
    ['with a name that is none', hello('gw-1', { username: 'farm', clientId: 'farm' }), 4],
    ['with a name that holds a wildcard', hello('gw-1', { username: 'farm/+', clientId: 'farm/+' }), 4],
    ['under the client id of another gateway', hello('gw-1', { clientId: 'farm/gw-2' }), 2],
    ['without a client id', hello('gw-1', { clientId: '' }), 2],
    ['without keepalive', hello('gw-1', { keepaliveS: 0 }), 5],
    ['with a keepalive of an hour', hello('gw-1', { keepaliveS: 3_600 }), 5],
    [
      'with a last will for another gateway',
      hello('gw-1', { will: { topic: topic('gw-2', 'status'), payload: '{}' } }),
      5,
    ],
    ['with a last will that is a batch', hello('gw-1', { will: { topic: topic('gw-1', 'batch'), payload: '' } }), 5],
    ['with a last will for the broker itself', hello('gw-1', { will: { topic: '$SYS/x/heartbeat', payload: '' } }), 5],
  ])('%s', async (_, said, code) => {
    const client = await raw();
    client.socket.write(connectPacket(said));
    expect(await connackOf(client)).toBe(code);
    await client.closed;
    expect(changes).toEqual([]);
    expect(broker.counts.refusedLogins).toBe(1);
  });

  test('while too many passwords are being checked', async () => {
    checking = () => Promise.reject(new KarezError('BUSY', 'too many'));
    const client = await raw();
    client.socket.write(connectPacket(hello('gw-1')));
    expect(await connackOf(client)).toBe(3);
  });
});

describe('a gateway', () => {
  test('that asks for a lasting session gets a clean one, each time', async () => {
    for (let i = 0; i < 2; i++) {
      const client = await login('gw-1', { clean: false });
      client.socket.write(subscribePacket(topic('gw-1', 'ack')));
      // CONNACK without "session present", SUBACK.
      expect([...(await client.bytes(9))]).toEqual([0x20, 2, 0, 0, 0x90, 3, 0, 1, 1]);
      client.socket.destroy();
      await client.closed;
      await until('its end', () => (changes.filter((c) => c === 'gw-1 off').length === i + 1 ? true : undefined));
      // Said to nobody, and kept for nobody.
      broker.acknowledge('farm', 'gw-1', ack);
    }
    expect(broker.counts.unsentAcks).toBe(2);
  });

  test('is handed its rules as a retained message when it subscribes, and again when they change', async () => {
    const client = await login('gw-1');
    broker.sendRules('farm', 'gw-1', RULES);
    client.socket.write(subscribePacket(topic('gw-2', 'rules')));
    client.socket.write(subscribePacket(topic('gw-1', 'rules')));
    const message = JSON.stringify(RULES);
    const name = topic('gw-1', 'rules');
    // Fixed header, topic, packet identifier.
    const size = 2 + 2 + name.length + 2 + message.length;
    const bytes = await client.bytes(4 + 5 + size + 5);
    const at = bytes.indexOf(message) - (size - message.length);
    // QoS 1, retained; the refused subscription was handed nothing.
    expect(bytes[at]).toBe(0x33);
    expect(bytes.subarray(at + 4, at + 4 + name.length).toString()).toBe(name);
    broker.sendRules('farm', 'gw-1', { ...RULES, revision: 8 });
    expect((await client.bytes(4 + 10 + size * 2)).toString()).toContain('"revision":8');
    expect(client.received).toHaveLength(4 + 10 + size * 2);
  });

  test('takes over its own connection, and counts as connected throughout', async () => {
    const first = await login('gw-1');
    const second = await login('gw-1');
    await first.closed;
    second.socket.write(publishPacket(topic('gw-1', 'status'), 'here'));
    await until('a message over the second', () => (received.length > 0 ? true : undefined));
    expect(broker.depth().gateways).toBe(1);
    second.socket.destroy();
    await until('the end', () => (changes.at(-1) === 'gw-1 off' ? true : undefined));
    expect(changes.filter((c) => c === 'gw-1 off').length).toBe(changes.filter((c) => c === 'gw-1 on').length);
    expect(broker.depth().gateways).toBe(0);
  });

  test('that is silent past its keepalive is gone', async () => {
    const client = await login('gw-1', { keepaliveS: 1 });
    await client.closed;
    await until('its end', () => (changes.at(-1) === 'gw-1 off' ? true : undefined));
  });

  test.each<[string, Buffer]>([
    ['publishes for another gateway', publishPacket(topic('gw-2', 'status'), '{}')],
    ['publishes what only the cloud may', publishPacket(topic('gw-1', 'ack'), '{}')],
    ['publishes to the broker itself', publishPacket('$SYS/x/heartbeat', 'x')],
    ['publishes with QoS 2', publishPacket(topic('gw-1', 'status'), '{}', 2)],
    ['publishes a status of half a megabyte and more', publishPacket(topic('gw-1', 'status'), Buffer.alloc(600_000))],
    ['announces a packet of 200 MB', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x64])],
    ['sends what is not MQTT', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ])('that %s is cut', async (_, bytes) => {
    const client = await login('gw-1');
    client.socket.write(bytes);
    await client.closed;
    expect(received).toEqual([]);
  });

  test('leaves its last will on its own topic, and nothing retained', async () => {
    const client = await login('gw-1', { will: { topic: topic('gw-1', 'status'), payload: 'gone' } });
    const other = await login('gw-2');
    client.socket.destroy();
    await until('the will', () => (received.length > 0 ? true : undefined));
    expect(received).toEqual([{ gateway: 'gw-1', leaf: 'status', payload: 'gone' }]);
    // Retained batches and statuses would wait for whoever may subscribe: nobody, and nothing comes.
    other.socket.write(packet(0x31, Buffer.from([0, 24]), Buffer.from(topic('gw-2', 'batch')), Buffer.from('kept?')));
    await until('the batch', () => (received.length > 1 ? true : undefined));
    other.socket.write(subscribePacket(topic('gw-2', 'batch')));
    expect([...(await other.bytes(9))].slice(4)).toEqual([0x90, 3, 0, 1, 0x80]);
    expect(other.received).toHaveLength(9);
  });

  test('that goes on asking for what is not its own is cut', async () => {
    const client = await login('gw-1');
    const asks = Array.from({ length: 100 }, (_, i) => subscribePacket(`karez/v1/farm/gw-${i + 2}/ack`));
    client.socket.write(Buffer.concat(asks));
    await client.closed;
    expect(broker.counts.refusedTopics).toBeGreaterThan(20);
  });

  test('that floods is read more slowly, and loses nothing', async () => {
    const client = await login('gw-1');
    const one = publishPacket(topic('gw-1', 'status'), 'x');
    const count = LIMITS.messagesPerSecond * 3;
    client.socket.write(Buffer.concat(Array.from({ length: count }, () => one)));
    await until('all of it', () => (received.length === count ? true : undefined));
    expect(broker.counts.slowed).toBeGreaterThanOrEqual(LIMITS.messagesPerSecond * 0.5);
  });
});

describe('a gateway that reads nothing', () => {
  test('is cut after a while, and neither fills memory nor holds up others', async () => {
    await broker.close();
    broker = await start({ drainMs: 2_000 });
    const frozen = await Promise.all(['gw-1', 'gw-2', 'gw-3'].map((gateway) => login(gateway, {}, false)));
    for (const [i, client] of frozen.entries()) client.socket.write(subscribePacket(topic(`gw-${i + 1}`, 'ack')));
    const reading = await login('gw-9');
    reading.socket.write(subscribePacket(topic('gw-9', 'ack')));
    await reading.bytes(9);
    const big: Ack = { ...ack, acked: Array.from({ length: 2_000 }, (_, i) => [i * 2 + 1, i * 2 + 1]) };
    const size = JSON.stringify(big).length;
    let sent = 0;
    // Until the kernel's buffers and ours are full for all three, so that something must give way.
    await until('acknowledgements to be left unsent', () => {
      for (let n = 0; n < 50; n++, sent++) for (let i = 1; i <= 3; i++) broker.acknowledge('farm', `gw-${i}`, big);
      return broker.counts.unsentAcks > 150 ? true : undefined;
    });
    expect(sent * size).toBeGreaterThan(1_000_000);
    // Two hundred at once: more than the broker's emitter has places for.
    for (let n = 0; n < 200; n++) broker.acknowledge('farm', 'gw-9', ack);
    await reading.bytes(9 + 200 * 100);
    expect(changes.filter((c) => c.endsWith('off'))).toEqual([]);
    await until('all three to be cut', () => (broker.depth().gateways === 1 ? true : undefined));
    expect(changes.filter((c) => c.endsWith('off')).sort()).toEqual(['gw-1 off', 'gw-2 off', 'gw-3 off']);
    expect(broker.depth().gateways).toBe(1);
  });
});

describe('strangers', () => {
  test('that say nothing are cut', async () => {
    await broker.close();
    broker = await start({ loginMs: 50 });
    const client = await raw();
    await client.closed;
    await until('nobody to be there', () => (broker.depth().sockets === 0 ? true : undefined));
    expect(broker.depth()).toEqual({ sockets: 0, strangers: 0, gateways: 0 });
  });

  test('may not announce large packets', async () => {
    const client = await raw();
    // 1 MB: right for an inventory, too much for somebody unknown.
    client.socket.write(Buffer.from([0x10, 0x80, 0x80, 0x40]));
    await client.closed;
    expect(broker.counts.tooLarge).toBe(1);
  });

  test('give way, oldest first, when there are too many; gateways stay', async () => {
    const gateway = await login('gw-1');
    const crowd: RawClient[] = [];
    for (let i = 0; i < LIMITS.brokerStrangers + 5; i++) crowd.push(await raw());
    await Promise.all(crowd.slice(0, 5).map((client) => client.closed));
    expect(broker.counts.strangersCut).toBe(5);
    expect(broker.depth()).toMatchObject({ strangers: LIMITS.brokerStrangers, gateways: 1 });
    const late = await login('gw-2');
    gateway.socket.write(publishPacket(topic('gw-1', 'status'), 'still here'));
    await until('a message', () => (received.length > 0 ? true : undefined));
    expect(late.socket.destroyed).toBe(false);
  });
});
