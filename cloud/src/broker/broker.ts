/**
 * The cloud's broker: Aedes over TCP, a credential and a set of topics for each gateway, nothing for anybody else. The
 * broker's PUBACK is not an acknowledgement of readings; `ack` messages are (docs/PROTOCOL.md).
 */
import { createServer, type Server, type Socket } from 'node:net';
import {
  type Ack,
  codeOf,
  DOWN_LEAVES,
  KarezError,
  type Leaf,
  LIMITS,
  type Logger,
  messageOf,
  packetGuard,
  parseTopic,
  topicOf,
  UP_LEAVES,
} from '@karez/model';
import { Aedes, type AuthenticateError, type Client } from 'aedes';

export interface BrokerParts {
  logger: Logger;
  /** Whether this is the gateway's password. */
  check(farm: string, gateway: string, password: string): Promise<boolean>;
  /** A message of a gateway on one of its own topics. */
  received(farm: string, gateway: string, leaf: Leaf, payload: Uint8Array): void;
  disconnected(farm: string, gateway: string): void;
}

export interface Broker {
  port: number;
  acknowledge(farm: string, gateway: string, ack: Ack): void;
  counts: { refusedLogins: number; refusedTopics: number; tooLarge: number };
  close(): Promise<void>;
}

interface Identity {
  farm: string;
  gateway: string;
}

const BAD_CREDENTIAL = 4;
const MOST_CONNECTIONS = 5_000;
/** A subscriber that takes nothing for this long is cut, so that it cannot hold up the others. */
const DRAIN_MS = 20_000;
const BIGGEST_PACKET = Math.max(LIMITS.inventoryBytes, LIMITS.batchBytes) + 1024;
const LIMIT_OF: Record<string, number> = {
  batch: LIMITS.batchBytes,
  inventory: LIMITS.inventoryBytes,
  status: LIMITS.controlBytes * 8,
};

/** Listens on `host:port` (0 for any). Throws PORT_TAKEN in words. */
export async function openBroker(parts: BrokerParts, port: number, host: string): Promise<Broker> {
  const { logger } = parts;
  const identities = new WeakMap<Client, Identity>();
  const counts = { refusedLogins: 0, refusedTopics: 0, tooLarge: 0 };
  const aedes = await Aedes.createBroker({
    drainTimeout: DRAIN_MS,
    connectTimeout: 15_000,
    maxClientsIdLength: 128,
    queueLimit: 200,
  });

  aedes.authenticate = (client, username, password, done) => {
    const refuse = () => {
      counts.refusedLogins++;
      logger.log('warn', 'a login was refused', { username: username ?? null, client: client.id });
      done(
        Object.assign(new Error('bad user name or password'), { returnCode: BAD_CREDENTIAL }) as AuthenticateError,
        null,
      );
    };
    const [farm, gateway, more] = (username ?? '').split('/');
    if (farm === undefined || gateway === undefined || more !== undefined || password === undefined) return refuse();
    parts.check(farm, gateway, password.toString()).then(
      (right) => {
        if (!right) return refuse();
        identities.set(client, { farm, gateway });
        done(null, true);
      },
      (error) => {
        logger.log('error', 'a password could not be checked', { cause: error });
        refuse();
      },
    );
  };

  /** Whether the topic is one of the client's own among `leaves`. */
  const mayUse = (client: Client | null, topic: string, leaves: readonly string[]): boolean => {
    const identity = client === null ? undefined : identities.get(client);
    const parsed = parseTopic(topic);
    if (identity === undefined || parsed === undefined) return false;
    return parsed.farm === identity.farm && parsed.gateway === identity.gateway && leaves.includes(parsed.leaf);
  };
  const refusal = (client: Client | null, what: string, topic: string): Error => {
    counts.refusedTopics++;
    const identity = client === null ? undefined : identities.get(client);
    logger.log('warn', `a gateway may not ${what} this topic`, { ...identity, topic });
    return new KarezError('NOT_AUTHORISED', `not allowed to ${what} ${topic}`, { where: topic });
  };

  aedes.authorizePublish = (client, packet, done) => {
    if (!mayUse(client, packet.topic, UP_LEAVES)) return done(refusal(client, 'publish to', packet.topic));
    const leaf = packet.topic.slice(packet.topic.lastIndexOf('/') + 1);
    if (packet.payload.length > (LIMIT_OF[leaf] ?? 0)) {
      counts.tooLarge++;
      return done(
        new KarezError('PAYLOAD_TOO_LARGE', `${packet.topic}: ${packet.payload.length} bytes`, { where: packet.topic }),
      );
    }
    done(null);
  };
  aedes.authorizeSubscribe = (client, subscription, done) => {
    if (mayUse(client, subscription.topic, DOWN_LEAVES)) return done(null, subscription);
    refusal(client, 'subscribe to', subscription.topic);
    // A refused subscription is answered with 128 in the SUBACK; the connection lives on.
    done(null, null);
  };
  aedes.on('publish', (packet, client) => {
    const parsed = parseTopic(packet.topic);
    if (client === null || parsed === undefined || !(UP_LEAVES as readonly string[]).includes(parsed.leaf)) return;
    const { payload } = packet;
    parts.received(
      parsed.farm,
      parsed.gateway,
      parsed.leaf,
      typeof payload === 'string' ? Buffer.from(payload) : payload,
    );
  });
  aedes.on('clientDisconnect', (client) => {
    const identity = identities.get(client);
    if (identity !== undefined) parts.disconnected(identity.farm, identity.gateway);
  });
  aedes.on('clientError', (client, error) => {
    if (codeOf(error) === undefined)
      logger.log('info', 'a connection broke', { ...identities.get(client), cause: error });
  });
  aedes.on('connectionError', (_client, error) =>
    logger.log('info', 'a connection was not MQTT', { cause: messageOf(error) }),
  );

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.once('close', () => sockets.delete(socket));
    const guard = packetGuard(BIGGEST_PACKET);
    socket.on('data', (chunk: Buffer) => {
      if (guard(chunk) === 'ok') return;
      counts.tooLarge++;
      logger.log('warn', 'a packet was too large', { limitBytes: BIGGEST_PACKET });
      socket.destroy();
    });
    aedes.handle(socket);
  });
  server.maxConnections = MOST_CONNECTIONS;
  const bound = await listen(server, port, host);

  return {
    port: bound,
    counts,
    acknowledge(farm, gateway, ack) {
      const packet = {
        cmd: 'publish' as const,
        topic: topicOf(farm, gateway, 'ack'),
        payload: JSON.stringify(ack),
        qos: 1 as const,
        retain: false,
        dup: false,
      };
      aedes.publish(packet, (error) => {
        if (error) logger.log('warn', 'an acknowledgement could not be sent', { farm, gateway, cause: error });
      });
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Starts listening; a taken port is told in one sentence. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `port ${port} on ${host} is taken by another program; stop it or choose another port`;
      reject(
        error.code === 'EADDRINUSE'
          ? new KarezError('PORT_TAKEN', taken, { cause: error, where: `${host}:${port}` })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as { port: number }).port;
}
