/**
 * The cloud's broker: Aedes over TCP, a credential and a set of topics for each gateway, nothing for anybody else. The
 * broker's PUBACK is not an acknowledgement of readings; `ack` messages are (docs/PROTOCOL.md).
 *
 * What Aedes leaves unbounded is bounded here. Sessions are always clean, since an offline session's queue has no limit.
 * Nothing is retained, since the cloud itself keeps what retained messages would; rules are handed to a gateway when it subscribes to
 * them, as a retained message would be. Acknowledgements and rules go straight to the gateway's connection and not through
 * the broker's emitter, whose hundred places a few gateways that read nothing would fill; such a gateway is cut after a while.
 */
import type { Socket } from 'node:net';
import {
  type Ack,
  type Clock,
  type CommandMessage,
  codeOf,
  DOWN_LEAVES,
  LIMITS,
  type Logger,
  messageOf,
  parseTopic,
  type RulesMessage,
  topicOf,
  type UpLeaf,
} from '@karez/model';
import { Aedes, type AuthenticateError, type Client, type ConnectPacket } from 'aedes';
import type { TlsFiles } from '../tls.ts';
import { type Identity, identityOf, mayUse, problemOf, REFUSED, refusalOf } from './access.ts';
import { Pace } from './pace.ts';
import { openSockets } from './sockets.ts';

export interface BrokerParts {
  clock: Clock;
  logger: Logger;
  /** A gateway now hears its rules. */
  hearsRules(farm: string, gateway: string): void;
  /** A gateway now hears commands. */
  hearsCommands?(farm: string, gateway: string): void;
  /** Whether this is the gateway's password. Throws KarezError BUSY where it cannot be checked now. */
  check(farm: string, gateway: string, password: string): Promise<boolean>;
  /** A message of a gateway on one of its own topics; its connection is read on once this has resolved. */
  received(farm: string, gateway: string, leaf: UpLeaf, payload: Uint8Array): Promise<void>;
  /** A gateway has a connection now, or has none any more. */
  connected(farm: string, gateway: string, isConnected: boolean): void;
}

export interface BrokerOptions {
  port: number;
  host: string;
  /** A subscriber that takes nothing for this long is cut. */
  drainMs?: number;
  /** Who has not logged in after this time is cut. */
  loginMs?: number;
  /** With these it speaks TLS, and nothing else. */
  tls?: TlsFiles;
}

export interface Broker {
  port: number;
  acknowledge(farm: string, gateway: string, ack: Ack): void;
  /** Hands a gateway its rules, where it hears them. */
  sendRules(farm: string, gateway: string, message: RulesMessage): void;
  /** Hands a gateway a command. @returns whether it hears commands. */
  sendCommand(farm: string, gateway: string, message: CommandMessage): boolean;
  hears(farm: string, gateway: string): boolean;
  counts: Record<'refusedLogins' | 'refusedTopics' | 'tooLarge' | 'unsentAcks' | 'slowed' | 'strangersCut', number>;
  /** Sockets open, gateways connected. */
  depth(): { sockets: number; strangers: number; gateways: number };
  close(): Promise<void>;
}

const DRAIN_MS = 20_000;
const LOGIN_MS = 15_000;
/** Packets that may arrive ahead of the login's answer. */
const EARLY_PACKETS = 200;
/** Subscriptions refused before a connection is cut. */
const MOST_REFUSED = 20;
/** Bytes waiting for a gateway that does not read; further acknowledgements are not sent, and it will send again. */
const UNREAD_BYTES = 256 * 1024;

/** Listens on `host:port` (0 for any). Throws PORT_TAKEN in words. */
export async function openBroker(parts: BrokerParts, options: BrokerOptions): Promise<Broker> {
  const { logger, clock } = parts;
  const connects = new WeakMap<Client, ConnectPacket>();
  const identities = new WeakMap<Client, Identity>();
  const paces = new WeakMap<Client, Pace>();
  const listening = new WeakSet<Client>();
  const hearingRules = new WeakSet<Client>();
  const hearingCommands = new WeakSet<Client>();
  const refusedSubscriptions = new WeakMap<Client, number>();
  const complained = new WeakSet<Client>();
  const broken = new WeakSet<Client>();
  /** The connection of each gateway. */
  const current = new Map<string, Client>();
  const counts = { refusedLogins: 0, refusedTopics: 0, tooLarge: 0, unsentAcks: 0, slowed: 0, strangersCut: 0 };
  const aedes = await Aedes.createBroker({
    drainTimeout: options.drainMs ?? DRAIN_MS,
    connectTimeout: options.loginMs ?? LOGIN_MS,
    maxClientsIdLength: LIMITS.idLength * 2 + 1,
    queueLimit: EARLY_PACKETS,
  });

  aedes.preConnect = (client, packet, done) => {
    packet.clean = true;
    connects.set(client, packet);
    done(null, true);
  };

  aedes.authenticate = (client, username, password, done) => {
    const refuse = (returnCode: number, reason: string) => {
      counts.refusedLogins++;
      logger.log('warn', 'a login was refused', { username: username ?? null, client: client.id, reason });
      done(Object.assign(new Error(reason), { returnCode }) as AuthenticateError, null);
    };
    const identity = identityOf(username);
    if (identity === undefined || password === undefined)
      return refuse(REFUSED.credential, 'bad user name or password');
    const problem = problemOf(connects.get(client) as ConnectPacket, identity);
    if (problem !== undefined) return refuse(problem.returnCode, problem.reason);
    parts.check(identity.farm, identity.gateway, password.toString()).then(
      (right) => {
        if (!right) return refuse(REFUSED.credential, 'bad user name or password');
        identities.set(client, identity);
        paces.set(client, new Pace(clock));
        sockets.known(client.conn as Socket);
        done(null, true);
      },
      (error) => refuse(REFUSED.unavailable, messageOf(error)),
    );
  };

  const complain = (client: Client | null, message: string, fields: object) => {
    if (client === null || complained.has(client)) return;
    complained.add(client);
    logger.log('warn', message, { ...identities.get(client), ...fields });
  };
  aedes.authorizePublish = (client, packet, done) => {
    const refusal = refusalOf(client === null ? undefined : identities.get(client), packet);
    if (refusal !== undefined) {
      counts[refusal.code === 'PAYLOAD_TOO_LARGE' ? 'tooLarge' : 'refusedTopics']++;
      complain(client, 'a message was refused', { topic: packet.topic, reason: refusal.message });
      return done(refusal);
    }
    packet.retain = false;
    const pace = paces.get(client as Client) as Pace;
    if (pace.take(() => done(null))) counts.slowed++;
  };
  aedes.authorizeSubscribe = (client, subscription, done) => {
    const { topic } = subscription;
    if (mayUse(identities.get(client), topic, DOWN_LEAVES)) {
      if (topic.endsWith('/ack')) listening.add(client);
      if (topic.endsWith('/rules')) hearingRules.add(client);
      if (topic.endsWith('/command')) hearingCommands.add(client);
      return done(null, subscription);
    }
    counts.refusedTopics++;
    complain(client, 'a subscription was refused', { topic });
    const times = (refusedSubscriptions.get(client) ?? 0) + 1;
    refusedSubscriptions.set(client, times);
    // Answered with 128 in the SUBACK; the connection lives on, unless it goes on asking.
    if (times > MOST_REFUSED) client.conn.destroy();
    done(null, null);
  };
  aedes.published = (packet, client, done) => {
    const parsed = client === null ? undefined : parseTopic(packet.topic);
    if (parsed === undefined) return done(null);
    // A copy: what the parser gives may hold on to a whole chunk of the socket for a few bytes.
    const payload = new Uint8Array(Buffer.from(packet.payload as Buffer));
    parts.received(parsed.farm, parsed.gateway, parsed.leaf as UpLeaf, payload).then(
      () => done(null),
      () => done(null),
    );
  };
  aedes.on('clientReady', (client) => {
    const identity = identities.get(client);
    if (identity === undefined || client.conn.destroyed) return;
    current.set(`${identity.farm}/${identity.gateway}`, client);
    parts.connected(identity.farm, identity.gateway, true);
  });
  aedes.on('subscribe', (subscriptions, client) => {
    const identity = identities.get(client);
    if (identity === undefined) return;
    const hears = (leaf: string) => subscriptions.some(({ topic }) => topic.endsWith(`/${leaf}`));
    if (hearingRules.has(client) && hears('rules')) parts.hearsRules(identity.farm, identity.gateway);
    if (hearingCommands.has(client) && hears('command')) parts.hearsCommands?.(identity.farm, identity.gateway);
  });
  aedes.on('clientError', (client, error) => {
    // Once for each: every message that waited for the connection fails with it.
    if (codeOf(error) !== undefined || broken.has(client) || !identities.has(client)) return;
    broken.add(client);
    logger.log('info', 'a connection broke', { ...identities.get(client), cause: error });
  });
  aedes.on('connectionError', (_client, error) =>
    logger.log('info', 'a connection was not MQTT', { cause: messageOf(error) }),
  );
  (aedes as NodeJS.EventEmitter).on('error', (cause) => logger.log('error', 'the broker failed', { cause }));

  /** Aedes itself may miss the end of a connection that another took over. */
  function left(client: Client): void {
    const identity = identities.get(client);
    if (identity === undefined) return;
    const key = `${identity.farm}/${identity.gateway}`;
    if (current.get(key) !== client) return;
    current.delete(key);
    parts.connected(identity.farm, identity.gateway, false);
  }

  const clients = new WeakMap<Socket, Client>();
  const sockets = await openSockets(
    {
      opened: (socket) => clients.set(socket, aedes.handle(socket)),
      closed: (socket) => left(clients.get(socket) as Client),
      tooLarge(limitBytes) {
        counts.tooLarge++;
        logger.log('warn', 'a packet was too large', { limitBytes });
      },
      strangerCut: () => counts.strangersCut++,
      notTls: (cause) => logger.log('info', 'a connection was not TLS', { cause: messageOf(cause) }),
    },
    options.port,
    options.host,
    options.tls,
  ).catch(async (error) => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    throw error;
  });

  function send(client: Client, topic: string, message: object, isRetained: boolean): void {
    client.publish(
      { cmd: 'publish', topic, payload: JSON.stringify(message), qos: 1, retain: isRetained, dup: false },
      (cause) => {
        if (cause) logger.log('info', 'a message could not be sent', { ...identities.get(client), topic, cause });
      },
    );
  }

  /** The connection by which a gateway hears commands and reads them. */
  function commandable(farm: string, gateway: string): Client | undefined {
    const client = current.get(`${farm}/${gateway}`);
    if (client === undefined || !hearingCommands.has(client)) return undefined;
    return client.conn.destroyed || client.conn.writableLength > UNREAD_BYTES ? undefined : client;
  }

  return {
    port: sockets.port,
    counts,
    depth: () => ({ ...sockets.depth(), gateways: current.size }),
    acknowledge(farm, gateway, ack) {
      const client = current.get(`${farm}/${gateway}`);
      if (client === undefined || !listening.has(client) || client.conn.writableLength > UNREAD_BYTES) {
        counts.unsentAcks++;
        return;
      }
      send(client, topicOf(farm, gateway, 'ack'), ack, false);
    },
    sendRules(farm, gateway, message) {
      const client = current.get(`${farm}/${gateway}`);
      // One that does not read says by which rules it works when it reads again, and is handed them then.
      if (client === undefined || !hearingRules.has(client) || client.conn.writableLength > UNREAD_BYTES) return;
      send(client, topicOf(farm, gateway, 'rules'), message, true);
    },
    sendCommand(farm, gateway, message) {
      const client = commandable(farm, gateway);
      if (client !== undefined) send(client, topicOf(farm, gateway, 'command'), message, false);
      return client !== undefined;
    },
    hears: (farm, gateway) => commandable(farm, gateway) !== undefined,
    close: () => sockets.close(() => new Promise((resolve) => aedes.close(() => resolve()))),
  };
}
