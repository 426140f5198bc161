/**
 * The gateway's own broker for field devices: Aedes, a user name and password for each device, its own topics only.
 * Aedes writes the PUBACK before it publishes, so the commit is awaited where a publish is authorised: the PUBACK goes
 * out once the reading is on disk. What can never be read is acknowledged too, or the device would repeat it for ever; it is
 * counted and kept for inspection. When the journal takes nothing, the connection is closed without a PUBACK, and the
 * device comes back with the same message.
 */
import { createServer, type Socket } from 'node:net';
import { type DeviceStatus, type JsonProfile, KarezError, LIMITS, messageOf, packetGuard } from '@karez/model';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { ConfiguredDevice } from '../config.ts';
import { DEFAULTS } from '../defaults.ts';
import { listen } from '../listen.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { readJson } from './json-values.ts';
import type { MqttConfig } from './mqtt-config.ts';
import { passwordCheck } from './passwords.ts';
import { topicFilter } from './topic-filter.ts';

interface Node {
  device: ConfiguredDevice;
  topic: string;
  mayUse(topic: string): boolean;
  trouble: string | null;
}

const BAD_CREDENTIAL = 4;
/** A subscriber that takes nothing for so long is cut off. */
const DRAIN_MS = 10_000;
/** A connection that does not say who it is for so long is closed: it takes the place of a device. */
const CONNECT_MS = 10_000;
const KEEPALIVE_MS = 30_000;
/** QoS 2 messages of one device whose end has not come; each takes memory. */
const MOST_OPEN = 16;
/** A device listens to a topic or two. */
const MOST_SUBSCRIPTIONS = 16;

/** Listens for the configured devices. Throws PORT_TAKEN, CONFIG_INVALID in words. */
export async function startDeviceBroker(
  config: MqttConfig,
  devices: readonly ConfiguredDevice[],
  passwords: Readonly<Record<string, string>>,
  intake: Intake,
  { logger }: EdgeDeps,
): Promise<DeviceLine & { port: number }> {
  const nodes = new Map<string, Node>();
  for (const { id, topic } of config.devices) {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    const filter = topicFilter(topic ?? `devices/${id}/up`);
    const mayUse = (used: string) => filter(used) !== undefined;
    nodes.set(id, { device, topic: topic ?? `devices/${id}/up`, mayUse, trouble: null });
  }
  const isRight = passwordCheck(passwords);
  const identities = new WeakMap<Client, Node>();
  const aedes = await Aedes.createBroker({
    ...{ drainTimeout: DRAIN_MS, connectTimeout: CONNECT_MS, maxInflightInbound: MOST_OPEN, maxClientsIdLength: 128 },
  });

  aedes.authenticate = (client, username, password, done) => {
    const node = nodes.get(username ?? '');
    if (node === undefined || !isRight(node.device.id, password)) {
      const reason = wrongCredential(username, node);
      if (node !== undefined) node.trouble = reason;
      refuse(node, 'mqtt', new KarezError('NOT_AUTHORISED', reason));
      const error = Object.assign(new Error('bad user name or password'), { returnCode: BAD_CREDENTIAL });
      done(error as AuthenticateError, null);
      return;
    }
    // Whatever it calls itself: no device can take the place of another, and each has one connection.
    client.id = node.device.id;
    // A session that outlives its connection has no bound in Aedes, and would keep even subscriptions that were refused.
    client.clean = true;
    identities.set(client, node);
    done(null, true);
  };

  aedes.authorizePublish = (client, packet, done) => {
    const node = client === null ? undefined : identities.get(client);
    // A last will says nothing that was measured.
    if (client === null || packet.cmd !== 'publish')
      return done(new KarezError('NOT_AUTHORISED', 'wills are not sent'));
    if (node === undefined || !node.mayUse(packet.topic)) {
      const reason = `may publish to ${node?.topic ?? 'nothing'}, not to ${packet.topic}`;
      const error = new KarezError('NOT_AUTHORISED', reason);
      refuse(node, packet.topic, error);
      return done(error);
    }
    // Nobody subscribes to what devices send; kept as retained it would only take memory.
    packet.retain = false;
    take(node, packet).then(
      () => done(null),
      // Without a PUBACK to withhold, closing would only lose what comes behind.
      (error) => done(packet.qos === 0 ? null : error),
    );
  };

  async function take(node: Node, packet: PublishPacket): Promise<void> {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    try {
      if (payload.length > LIMITS.devicePayloadBytes) {
        const text = `${payload.length} bytes; at most ${LIMITS.devicePayloadBytes} are read`;
        throw new KarezError('PAYLOAD_TOO_LARGE', text, { where: 'payload' });
      }
      const { unread, ...reading } = readJson(node.device.profileRecord as JsonProfile, payload);
      await intake.accept({ device: node.device.id, ...reading });
      node.trouble =
        unread.length === 0 ? null : `${unread.join(', ')}: not in profile ${node.device.profile}, left out`;
    } catch (error) {
      node.trouble = messageOf(error);
      if (!(error instanceof KarezError) || error.retry) throw error;
      refuse(node, node.topic, error, payload);
    }
  }

  function refuse(node: Node | undefined, source: string, error: KarezError, bytes?: Uint8Array): void {
    intake.reject({
      ...(node === undefined ? {} : { device: node.device.id }),
      ...{ source, code: error.code, reason: error.message },
      ...(bytes === undefined ? {} : { bytes }),
    });
  }

  aedes.authorizeSubscribe = (client, subscription, done) => {
    const own = `devices/${identities.get(client)?.device.id}/`;
    const { subscriptions } = client as Client & { subscriptions: Record<string, unknown> };
    const isAllowed = subscription.topic.startsWith(own) && Object.keys(subscriptions).length < MOST_SUBSCRIPTIONS;
    done(null, isAllowed ? subscription : null);
  };
  aedes.on('clientError', (client, error) =>
    logger.log('info', 'a device’s connection broke', { device: identities.get(client)?.device.id, cause: error }),
  );
  aedes.on('connectionError', (_client, error) =>
    logger.log('info', 'a connection was not MQTT', { cause: messageOf(error) }),
  );

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE_MS));
    socket.once('close', () => sockets.delete(socket));
    const guard = packetGuard(LIMITS.devicePayloadBytes * 4);
    socket.on('data', (chunk: Buffer) => {
      const verdict = guard(chunk);
      if (verdict === 'ok') return;
      const error = new KarezError('PAYLOAD_TOO_LARGE', `an MQTT packet is ${verdict}`);
      const client = (socket as Socket & { client?: Client }).client;
      refuse(client === undefined ? undefined : identities.get(client), `mqtt ${socket.remoteAddress}`, error);
      socket.destroy();
    });
    aedes.handle(socket);
  });
  server.maxConnections = LIMITS.deviceConnections;
  server.on('drop', (peer) => {
    const text = `${LIMITS.deviceConnections} connections are open already, no more are taken`;
    refuse(undefined, `mqtt ${peer?.remoteAddress}`, new KarezError('BUSY', text));
  });
  const port = await listen(server, config.port, config.host ?? DEFAULTS.loopback, 'mqtt.port').catch(async (error) => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    throw error;
  });

  return {
    port,
    status: (): DeviceStatus[] =>
      [...nodes.values()].map(({ device, trouble }) => ({
        ...{ id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts: 0 },
        trouble,
      })),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function wrongCredential(username: string | undefined, node: Node | undefined): string {
  if (node !== undefined) return `somebody says to be ${node.device.id}, with a wrong password`;
  return username === undefined || username === '' ? 'no user name was given' : `no device "${username}" is configured`;
}
