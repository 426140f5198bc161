/** A node's side of the promise: in virtual time against a wilful link, and against a real broker. */
import { createServer, type Server, type Socket } from 'node:net';
import { seededRandom, silentLogger, systemClock } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { Aedes } from 'aedes';
import { describe, expect, test, vi } from 'vitest';
import { ACK_TIMEOUT_MS, KeepingSender, type NodeLinkEvents } from './keeping-sender.ts';
import { type NodeMessage, soilNodePacket } from './message.ts';
import { mqttLink } from './mqtt-link.ts';

const message = (n: number): NodeMessage => ({ n, t: 1_767_225_600_000 + n * 1_000, soil: [], bat: 4, rssi: -60 });

/** A link that the test plays. */
function stage(flashMessages = 100) {
  const clock = virtualClock();
  const acked: number[] = [];
  const sent: { n: number; t: number; ack: () => void }[] = [];
  let events: NodeLinkEvents | undefined;
  let opened = 0;
  const node = new KeepingSender<NodeMessage>(
    'node-1',
    flashMessages,
    (e) => {
      events = e;
      opened++;
      return {
        publish: (message, ack) => void sent.push({ ...message, ack }),
        close: () => e.closed('closed'),
      };
    },
    ({ n }) => acked.push(n),
    { clock, random: seededRandom(1), logger: silentLogger },
  );
  node.start();
  return { ...{ clock, node, acked, sent }, link: () => events as NodeLinkEvents, opened: () => opened };
}

describe('a node', () => {
  test('keeps what it samples without a link, then sends it in order, one at a time', () => {
    const s = stage();
    for (const n of [1, 2, 3]) s.node.add(message(n));
    expect(s.sent).toHaveLength(0);
    s.link().opened();
    expect(s.sent.map((m) => m.n)).toEqual([1]);
    s.sent[0]?.ack();
    s.sent[1]?.ack();
    s.sent[2]?.ack();
    expect(s.acked).toEqual([1, 2, 3]);
    expect(s.node.waiting).toBe(0);
  });

  test('repeats the same number and time after a broken link until the PUBACK came', async () => {
    const s = stage();
    s.link().opened();
    s.node.add(message(1));
    s.link().closed('cut');
    s.node.add(message(2));
    await s.clock.advance(10_000);
    s.link().opened();
    await s.clock.advance(ACK_TIMEOUT_MS + 1);
    await s.clock.advance(10_000);
    s.link().opened();
    expect(s.sent.map(({ n, t }) => ({ n, t }))).toEqual(Array(3).fill({ n: 1, t: message(1).t }));
    // A PUBACK of a link that is gone counts for nothing.
    s.sent[0]?.ack();
    expect(s.acked).toEqual([]);
    s.sent[2]?.ack();
    s.sent[2]?.ack();
    expect(s.acked).toEqual([1]);
    expect(s.sent.at(-1)?.n).toBe(2);
    expect(s.node.counts).toMatchObject({ acked: 1, repeated: 2, dropped: 0 });
  });

  test('drops its oldest when the flash is full, never the one under way, and counts', () => {
    const s = stage(3);
    s.link().opened();
    for (let n = 1; n <= 6; n++) s.node.add(message(n));
    expect(s.node.counts.dropped).toBe(3);
    for (const m of s.sent) m.ack();
    for (const m of s.sent) m.ack();
    for (const m of s.sent) m.ack();
    expect(s.acked).toEqual([1, 5, 6]);
  });

  test('tries for ever, ever more rarely, at most every few seconds', async () => {
    const s = stage();
    const turns: number[] = [];
    for (let i = 0; i < 8; i++) {
      const before = s.clock.monoMs();
      const count = s.opened();
      s.link().closed('refused');
      while (s.opened() === count) await s.clock.advance(50);
      turns.push(s.clock.monoMs() - before);
    }
    expect(turns[0]).toBeLessThanOrEqual(800);
    expect(Math.max(...turns)).toBeLessThanOrEqual(7_550);
    expect(Math.min(...turns.slice(4))).toBeGreaterThan(2_000);
  });

  test('without power has no link, keeps its flash, and goes on where it was', async () => {
    const s = stage();
    s.link().opened();
    s.node.add(message(1));
    const before = s.link();
    s.node.power(false);
    s.node.add(message(2));
    await s.clock.advance(60_000);
    expect(s.opened()).toBe(1);
    s.node.power(true);
    expect(s.opened()).toBe(2);
    // What the former link still says counts for nothing.
    before.closed('late');
    s.sent[0]?.ack();
    s.link().opened();
    s.sent[1]?.ack();
    s.sent[2]?.ack();
    expect(s.acked).toEqual([1, 2]);
  });

  test('makes no new link once stopped', async () => {
    const s = stage();
    s.node.stop();
    await s.clock.advance(60_000);
    expect(s.opened()).toBe(1);
  });
});

describe('against Aedes', () => {
  /** A broker that refuses to acknowledge the first `refusals` messages: it closes the connection instead, as a gateway without room does. */
  async function broker(refusals: number) {
    const heard: { topic: string; n: number; t: number; user: string }[] = [];
    const users = new WeakMap<object, string>();
    const aedes = await Aedes.createBroker();
    aedes.authenticate = (client, user, password, done) => {
      users.set(client, user ?? '');
      done(null, password?.toString() === `password-of-${user}`);
    };
    aedes.authorizePublish = (client, packet, done) => {
      const { n, t } = JSON.parse(packet.payload.toString()) as NodeMessage;
      heard.push({ topic: packet.topic, n, t, user: users.get(client as object) ?? '' });
      done(heard.length <= refusals ? new Error('no room') : null);
    };
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`,
      heard,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve));
        await new Promise<void>((resolve) => aedes.close(() => resolve()));
        for (const socket of sockets) socket.destroy();
        await closed;
      },
    };
  }
  const link = (broker: string, password: string) =>
    mqttLink<NodeMessage>({ broker, user: 'node-1', password }, soilNodePacket('node-1'));
  const run = (url: string, password: string, acked: NodeMessage[]) => {
    const node = new KeepingSender<NodeMessage>('node-1', 100, link(url, password), (m) => acked.push(m), {
      clock: systemClock(),
      random: seededRandom(1),
      logger: silentLogger,
    });
    node.start();
    return node;
  };

  test('each message arrives under its own credential, and again until acknowledged, unchanged', async () => {
    const server = await broker(2);
    const acked: NodeMessage[] = [];
    const node = run(server.url, 'password-of-node-1', acked);
    for (const n of [1, 2, 3]) node.add(message(n));
    await vi.waitFor(() => expect(acked).toHaveLength(3), 20_000);
    expect(server.heard.map((m) => m.n)).toEqual([1, 1, 1, 2, 3]);
    expect(new Set(server.heard.slice(0, 3).map((m) => m.t))).toEqual(new Set([message(1).t]));
    expect(new Set(server.heard.map((m) => m.topic))).toEqual(new Set(['devices/node-1/up']));
    expect(new Set(server.heard.map((m) => m.user))).toEqual(new Set(['node-1']));
    expect(acked).toEqual([message(1), message(2), message(3)]);
    node.stop();
    await server.close();
  });

  test('a wrong password is refused and nothing is taken for acknowledged', async () => {
    const server = await broker(0);
    const reasons: unknown[] = [];
    const node = new KeepingSender<NodeMessage>('node-1', 100, link(server.url, 'wrong'), () => {}, {
      clock: systemClock(),
      random: seededRandom(1),
      logger: { log: (_level, _message, fields) => void reasons.push(fields?.reason) },
    });
    node.start();
    node.add(message(1));
    await vi.waitFor(() => expect(reasons.join()).toMatch(/not authorized|bad user name/i), 10_000);
    expect(node.waiting).toBe(1);
    expect(server.heard).toEqual([]);
    node.stop();
    await server.close();
  });
});
