/**
 * The gateway's own broker for field devices: Aedes, a user name and password for each device, its own topics only.
 * Aedes writes the PUBACK before it publishes, so the commit is awaited where a publish is authorised: the PUBACK goes
 * out once the reading is on disk. What can never be read is acknowledged too, or the device would repeat it for ever; it is
 * counted and kept for inspection. When the journal takes nothing, the connection is closed without a PUBACK, and the
 * device comes back with the same message.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { codeOf, type DeviceStatus, type JsonProfile, KarezError, LIMITS, messageOf, packetGuard } from '@karez/model';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { type ConfiguredDevice, DEFAULTS, type MqttConfig } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { readJson } from './json-values.ts';

interface Node {
  device: ConfiguredDevice;
  topic: string;
  trouble: string | null;
}

const BAD_CREDENTIAL = 4;
const DRAIN_MS = 10_000;
const digest = (text: string) => createHash('sha256').update(text).digest();

/** Listens for the configured devices. Throws PORT_TAKEN in words. */
export async function startDeviceBroker(
  config: MqttConfig,
  devices: readonly ConfiguredDevice[],
  passwords: Readonly<Record<string, string>>,
  intake: Intake,
  { logger }: EdgeDeps,
): Promise<DeviceLine & { port: number }> {
  const nodes = new Map<string, Node>();
  for (const { id, topic } of config.devices) {
    nodes.set(id, {
      device: devices.find((d) => d.id === id) as ConfiguredDevice,
      topic: topic ?? `devices/${id}/up`,
      trouble: null,
    });
  }
  const identities = new WeakMap<Client, Node>();
  const aedes = await Aedes.createBroker({ drainTimeout: DRAIN_MS, maxClientsIdLength: 128 });

  aedes.authenticate = (client, username, password, done) => {
    const node = nodes.get(username ?? '');
    const expected =
      node === undefined || !Object.hasOwn(passwords, node.device.id) ? undefined : passwords[node.device.id];
    const right =
      expected !== undefined &&
      password !== undefined &&
      timingSafeEqual(digest(expected), digest(password.toString()));
    if (node === undefined || !right) {
      const reason = node === undefined ? `no device "${username ?? ''}" is configured` : 'wrong password';
      intake.reject({
        source: 'mqtt',
        code: 'NOT_AUTHORISED',
        reason,
        ...(node === undefined ? {} : { device: node.device.id }),
      });
      done(
        Object.assign(new Error('bad user name or password'), { returnCode: BAD_CREDENTIAL }) as AuthenticateError,
        null,
      );
      return;
    }
    identities.set(client, node);
    done(null, true);
  };

  aedes.authorizePublish = (client, packet, done) => {
    const node = client === null ? undefined : identities.get(client);
    if (node === undefined || packet.topic !== node.topic) {
      const reason = `may publish to ${node?.topic ?? 'nothing'}, not to ${packet.topic}`;
      intake.reject({
        source: packet.topic,
        code: 'NOT_AUTHORISED',
        reason,
        ...(node === undefined ? {} : { device: node.device.id }),
      });
      done(new KarezError('NOT_AUTHORISED', reason));
      return;
    }
    // Nobody subscribes to what devices send; kept as retained it would only take memory.
    packet.retain = false;
    accept(node, typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload).then(
      () => done(null),
      done,
    );
  };

  async function accept(node: Node, payload: Uint8Array): Promise<void> {
    try {
      if (payload.length > LIMITS.devicePayloadBytes) {
        throw new KarezError(
          'PAYLOAD_TOO_LARGE',
          `${payload.length} bytes; at most ${LIMITS.devicePayloadBytes} are read`,
          { where: 'payload' },
        );
      }
      await intake.accept({ device: node.device.id, ...readJson(node.device.profileRecord as JsonProfile, payload) });
      node.trouble = null;
    } catch (error) {
      node.trouble = messageOf(error);
      const code = codeOf(error);
      const isHopeless = error instanceof KarezError && !error.retry && code !== undefined;
      if (!isHopeless) throw error;
      intake.reject({ device: node.device.id, source: node.topic, code, reason: messageOf(error), bytes: payload });
    }
  }

  aedes.authorizeSubscribe = (client, subscription, done) => {
    const own = `devices/${identities.get(client)?.device.id}/`;
    done(null, subscription.topic.startsWith(own) ? subscription : null);
  };
  aedes.on('clientError', (client, error) =>
    logger.log('info', 'a device’s connection broke', { device: identities.get(client)?.device.id, cause: error }),
  );
  aedes.on('connectionError', (_client, error) =>
    logger.log('info', 'a connection was not MQTT', { cause: messageOf(error) }),
  );

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.once('close', () => sockets.delete(socket));
    const guard = packetGuard(LIMITS.devicePayloadBytes * 4);
    socket.on('data', (chunk: Buffer) => {
      const verdict = guard(chunk);
      if (verdict === 'ok') return;
      intake.reject({
        source: `mqtt ${socket.remoteAddress}`,
        code: 'PAYLOAD_TOO_LARGE',
        reason: `an MQTT packet is ${verdict}`,
      });
      socket.destroy();
    });
    aedes.handle(socket);
  });
  server.maxConnections = LIMITS.deviceConnections;
  const host = config.host ?? DEFAULTS.loopback;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = `port ${config.port} on ${host} is taken by another program; stop it or choose another under mqtt.port`;
      reject(cause.code === 'EADDRINUSE' ? new KarezError('PORT_TAKEN', taken, { cause, where: 'mqtt.port' }) : cause);
    });
    server.listen(config.port, host, resolve);
  });

  return {
    port: (server.address() as { port: number }).port,
    status: (): DeviceStatus[] =>
      [...nodes.values()].map((n) => ({
        id: n.device.id,
        lastMs: null,
        accepted: 0,
        rejected: 0,
        timeouts: 0,
        trouble: n.trouble,
      })),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
