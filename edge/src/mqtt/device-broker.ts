/**
 * The gateway's own broker for field devices: Aedes, a user name and password for each device, its own topics only.
 * Aedes writes the PUBACK before it publishes, so the commit is awaited where a publish is authorised: the PUBACK goes
 * out once the reading is on disk. What can never be read is acknowledged too, or the device would repeat it for ever; it is
 * counted and kept for inspection. When the journal takes nothing, the connection is closed without a PUBACK, and the
 * device comes back with the same message.
 */
import { createServer, type Socket } from 'node:net';
import { type DeviceStatus, KarezError, LIMITS, messageOf, packetGuard } from '@karez/model';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { ConfiguredDevice } from '../config.ts';
import { DEFAULTS } from '../defaults.ts';
import { listen } from '../listen.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { devicePeer, type Peer, sourcePeer } from './broker-peers.ts';
import { type BrokerSource, type Publish, quiet } from './message-source.ts';
import type { MqttConfig } from './mqtt-config.ts';
import { passwordCheck } from './passwords.ts';

const BAD_CREDENTIAL = 4;
/** A subscriber that takes nothing for so long is cut off. */
const DRAIN_MS = 10_000;
/** A connection that does not say who it is for so long is closed: it takes the place of a device. */
const CONNECT_MS = 10_000;
const KEEPALIVE_MS = 30_000;
/** Bytes of a packet before its payload. */
const PACKET_HEAD = 1_024;
/** QoS 2 messages of one device whose end has not come; each takes memory. */
const MOST_OPEN = 16;
/** A device listens to a topic or two. */
const MOST_SUBSCRIPTIONS = 16;

/** What a bridge says of itself to the broker that it reaches; nobody asks here. */
const BRIDGE_STATE = /^\$SYS\/broker\/connection\//;

/** Listens for the configured devices, and for sources that speak of several. Throws PORT_TAKEN, CONFIG_INVALID in words. */
export async function startDeviceBroker(
  config: MqttConfig,
  devices: readonly ConfiguredDevice[],
  passwords: Readonly<Record<string, string>>,
  intake: Intake,
  { logger }: EdgeDeps,
  sources: readonly BrokerSource[] = [],
): Promise<DeviceLine & { port: number }> {
  const peers = new Map<string, Peer>();
  for (const { id, topic } of config.devices ?? []) {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    peers.set(id, devicePeer(device, topic ?? `devices/${id}/up`, intake));
  }
  for (const source of sources) peers.set(source.name, sourcePeer(source, intake));
  const isRight = passwordCheck({
    ...passwords,
    ...Object.fromEntries(sources.map(({ name, password }) => [name, password])),
  });
  const identities = new WeakMap<Client, Peer>();
  const aedes = await Aedes.createBroker({
    ...{ drainTimeout: DRAIN_MS, connectTimeout: CONNECT_MS, maxInflightInbound: MOST_OPEN, maxClientsIdLength: 128 },
  });

  aedes.authenticate = (client, username, password, done) => {
    const peer = peers.get(username ?? '');
    const reason =
      peer === undefined || !isRight(peer.name, password) ? wrongCredential(username, peer) : tooMany(peer, client.id);
    if (peer === undefined || reason !== undefined) {
      if (peer !== undefined) peer.trouble = reason ?? null;
      refuse(peer, 'mqtt', new KarezError('NOT_AUTHORISED', reason as string));
      const error = Object.assign(new Error('bad user name or password'), { returnCode: BAD_CREDENTIAL });
      done(error as AuthenticateError, null);
      return;
    }
    // Whatever it calls itself: no device can take the place of another, and each has one connection.
    client.id = peer.device ?? `${peer.name}/${client.id}`;
    // A session that outlives its connection has no bound in Aedes, and would keep even subscriptions that were refused.
    client.clean = true;
    identities.set(client, peer);
    done(null, true);
  };

  function tooMany({ name, connections, device }: Peer, id: string): string | undefined {
    if (device !== undefined) return undefined;
    const own = Object.keys((aedes as Aedes & { clients: Record<string, Client> }).clients).filter((key) =>
      key.startsWith(`${name}/`),
    );
    return own.length < connections || own.includes(`${name}/${id}`)
      ? undefined
      : `${name} has ${connections} connections open already`;
  }

  aedes.authorizePublish = (client, packet, done) => {
    const peer = client === null ? undefined : identities.get(client);
    // A last will says nothing that was measured, but may say that somebody is gone.
    const isWill = packet.cmd !== 'publish';
    if (isWill && (peer?.takesWills !== true || !peer.mayPublish(packet.topic)))
      return done(new KarezError('NOT_AUTHORISED', 'wills are not sent'));
    if (peer === undefined || !peer.mayPublish(packet.topic)) {
      if (peer?.device === undefined && BRIDGE_STATE.test(packet.topic)) {
        packet.retain = false;
        return done(null);
      }
      const reason = `may publish to ${peer?.topicsInWords ?? 'nothing'}, not to ${packet.topic}`;
      const error = new KarezError('NOT_AUTHORISED', reason);
      refuse(peer, packet.topic, error);
      return done(error);
    }
    // Nobody subscribes to what devices send; kept as retained it would only take memory.
    packet.retain = false;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    peer.take(packet.topic, payload, packet.qos).then(
      () => done(null),
      // Without a PUBACK to withhold, closing would only lose what comes behind.
      (error) => done(packet.qos === 0 || isWill ? null : error),
    );
  };

  function refuse(peer: Peer | undefined, source: string, error: KarezError): void {
    const device = peer?.device === undefined ? {} : { device: peer.device };
    intake.reject({ ...device, source, code: error.code, reason: error.message });
  }

  aedes.authorizeSubscribe = (client, subscription, done) => {
    const peer = identities.get(client);
    const { subscriptions } = client as Client & { subscriptions: Record<string, unknown> };
    const isAllowed =
      peer?.mayHear(subscription.topic) === true && Object.keys(subscriptions).length < MOST_SUBSCRIPTIONS;
    done(null, isAllowed ? subscription : null);
  };
  aedes.on('clientError', (client, error) =>
    logger.log('info', 'a device’s connection broke', { device: identities.get(client)?.name, cause: error }),
  );
  aedes.on('connectionError', (_client, error) =>
    logger.log('info', 'a connection was not MQTT', { cause: messageOf(error) }),
  );

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE_MS));
    socket.once('close', () => sockets.delete(socket));
    const guard = packetGuard(sources.length === 0 ? LIMITS.devicePayloadBytes * 4 : LIMITS.sourceBytes + PACKET_HEAD);
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

  const publish: Publish = (topic, payload, { qos, retain }) =>
    new Promise((resolve, reject) => {
      const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false } as const;
      aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  for (const { reader } of sources) reader.opened(publish);

  return {
    port,
    status: (): DeviceStatus[] =>
      [...peers.values()].flatMap(({ device, trouble }) => (device === undefined ? [] : [quiet(device, trouble)])),
    async stop() {
      for (const { reader } of sources) reader.opened(undefined);
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function wrongCredential(username: string | undefined, peer: Peer | undefined): string {
  if (peer !== undefined) return `somebody says to be ${peer.name}, with a wrong password`;
  return username === undefined || username === '' ? 'no user name was given' : `no device "${username}" is configured`;
}
