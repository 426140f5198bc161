/**
 * The gateway as a subscriber at somebody else's MQTT server. A message is acknowledged once it is on disk, and the ones
 * behind it need not wait for that: many may be on their way to the disk at once. What the journal does not take is not
 * acknowledged; the connection is closed, and the server sends it again. With a lasting session the server also keeps
 * what is published while the gateway is away.
 *
 * MQTT.js acknowledges by itself, one message after another. So it is shown messages as if they asked for no
 * acknowledgement, and the PUBACK is written here, on the very connection that the message came by.
 */
import { readFileSync } from 'node:fs';
import { KarezError, LIMITS, messageOf } from '@karez/model';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { EdgeDeps, Intake } from '../ports.ts';
import type { MessageReader } from './message-source.ts';

export interface ServerOptions {
  url: string;
  user: string;
  password: string | undefined;
  clientId: string;
  /** PEM file of the authority that the server's certificate is checked by. */
  ca: string | undefined;
}

export interface ServerLink {
  /** What is wrong with the connection, in words; null while it is up. */
  readonly trouble: string | null;
  stop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 15_000;
const KEEPALIVE_S = 30;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** A server that does not answer is left without a word. */
const FAREWELL_MS = 2_000;
const SUBSCRIPTION_REFUSED = 128;
const DEAF = 'the server refuses our subscription to';

/** Connects, and again whenever it is not connected, ever more rarely. */
export function linkToServer(
  options: ServerOptions,
  reader: MessageReader,
  intake: Intake,
  deps: EdgeDeps,
): ServerLink {
  const { clock, random, logger } = deps;
  let client: MqttClient | undefined;
  let delayMs = FIRST_DELAY_MS;
  let cancel = () => {};
  let isStopped = false;
  let upMs = Number.POSITIVE_INFINITY;
  let trouble: string | null = `not connected to ${options.url} yet`;

  function connect(): void {
    const current = mqtt.connect(options.url, clientOptions(options, reader));
    client = current;
    let reason: string | null = null;
    const giveUp = (why: string) => {
      reason ??= why;
      current.end(true);
    };
    current.on('error', (error) => giveUp(inWords(error)));
    current.on('connect', () => {
      current
        .subscribeAsync([...reader.topics], { qos: reader.qos })
        .then((granted) => {
          if (granted.some(({ qos }) => qos === SUBSCRIPTION_REFUSED)) throw new Error(DEAF);
          trouble = null;
          upMs = clock.monoMs();
          reader.opened(async (topic, payload, { qos, retain }) => {
            await current.publishAsync(topic, Buffer.from(payload), { qos, retain });
          });
        })
        .catch((error) =>
          giveUp(/subscri/i.test(messageOf(error)) ? `${DEAF} ${reader.topics.join(', ')}` : inWords(error)),
        );
    });
    hear(current, reader, intake, giveUp);
    current.once('close', () => {
      current.removeAllListeners();
      current.on('error', () => {});
      current.end(true);
      reader.opened(undefined);
      if (isStopped) return;
      const why = reason ?? `${options.url} closed the connection`;
      if (trouble !== why)
        logger.log('info', 'a message server is not connected', { server: options.url, reason: why });
      trouble = why;
      // One that came up and closed at once, again and again, is not asked every second.
      if (clock.monoMs() - upMs > LONGEST_DELAY_MS) delayMs = FIRST_DELAY_MS;
      upMs = Number.POSITIVE_INFINITY;
      cancel = clock.after(delayMs * (0.5 + random.next()), connect);
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
    });
  }

  connect();
  return {
    get trouble() {
      return trouble;
    },
    async stop() {
      isStopped = true;
      cancel();
      const farewell = client?.endAsync().catch(() => {});
      const patience = new Promise<void>((resolve) => {
        cancel = clock.after(FAREWELL_MS, resolve);
      });
      await Promise.race([farewell, patience]);
      cancel();
      client?.end(true);
      reader.opened(undefined);
    },
  };
}

/** Hands what comes to the reader, and acknowledges what it has taken. */
function hear(client: MqttClient, reader: MessageReader, intake: Intake, giveUp: (why: string) => void): void {
  let underWay = 0;
  const held: (() => void)[] = [];
  // MQTT.js reads no further until the callback comes.
  client.handleMessage = (_packet, goOn) => {
    if (underWay < LIMITS.sourceMessagesUnderWay) goOn();
    else held.push(goOn);
  };
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'publish') return;
    const { topic, qos, messageId } = packet;
    packet.qos = 0;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const { stream } = client;
    underWay++;
    reader
      .take(topic, payload, qos)
      .then(
        () => {
          if (qos === 0 || client.stream !== stream || stream.destroyed) return;
          const id = messageId as number;
          stream.write(Buffer.from([0x40, 2, id >> 8, id & 0xff]));
        },
        (error) => {
          const code = error instanceof KarezError ? error.code : 'VALUE_INVALID';
          // Nobody sends a message of QoS 0 again.
          if (qos === 0) intake.reject({ source: topic, code, reason: messageOf(error), bytes: payload });
          else giveUp(`messages wait at the server: ${messageOf(error)}`);
        },
      )
      .finally(() => {
        underWay--;
        held.shift()?.();
      });
  });
}

function clientOptions({ user, password, clientId, ca }: ServerOptions, reader: MessageReader): IClientOptions {
  const { will } = reader;
  return {
    ...{ protocolVersion: 4, clean: !reader.isLasting, clientId, username: user },
    ...{ reconnectPeriod: 0, queueQoSZero: false, resubscribe: false },
    ...{ connectTimeout: CONNECT_TIMEOUT_MS, keepalive: KEEPALIVE_S },
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1 } }),
  };
}

function inWords(error: unknown): string {
  const { code } = error as { code?: string | number };
  if (code === 'ECONNREFUSED') return 'nobody answers at the server’s address';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the server’s name cannot be found';
  if (code === 4 || code === 5) return 'the server refuses our user name or password';
  return messageOf(error);
}
