/** A Sparkplug edge node's connection by the `mqtt` package: clean session, its death as will (Eclipse Sparkplug 3.0.0, section 5.4). */
import mqtt from 'mqtt';
import type { Access } from './mqtt-link.ts';

export interface SparkplugLink {
  /** Publishes with QoS 0. */
  publish(topic: string, payload: Uint8Array): void;
  /** Gives the connection up at once, without a word. */
  close(): void;
}

export interface SparkplugLinkEvents {
  /** Connected and subscribed. */
  opened(): void;
  heard(topic: string, payload: Uint8Array): void;
  /** Called once, also where it never opened. */
  closed(reason: string | undefined): void;
}

export interface SparkplugSession {
  will: { topic: string; payload: Uint8Array };
  subscriptions: readonly string[];
}

export type OpenSparkplugLink = (session: SparkplugSession, events: SparkplugLinkEvents) => SparkplugLink;

const CONNECT_MS = 10_000;
const KEEPALIVE_S = 15;

export function sparkplugLink({ broker, user, password }: Access): OpenSparkplugLink {
  return ({ will, subscriptions }, events) => {
    const client = mqtt.connect(broker, {
      ...{ clientId: user, username: user, password, protocolVersion: 4, clean: true },
      ...{ reconnectPeriod: 0, connectTimeout: CONNECT_MS, keepalive: KEEPALIVE_S, resubscribe: false },
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: false },
    });
    let reason: string | undefined;
    const give = (words: string) => {
      reason = words;
      client.end(true);
    };
    client.on('error', (error: Error & { code?: unknown }) => give(error.message || String(error.code)));
    client.on('connect', () => {
      client.subscribe([...subscriptions], { qos: 1 }, (error, granted = []) => {
        if (error) give(error.message);
        // A refusal has a code of its own.
        else if (granted.some(({ qos }) => qos > 2)) give('may not hear its commands');
        else events.opened();
      });
    });
    client.on('message', (topic, payload) => events.heard(topic, payload));
    client.on('close', () => {
      client.end(true);
      events.closed(reason);
    });
    return {
      publish: (topic, payload) => void client.publish(topic, Buffer.from(payload), { qos: 0 }),
      close: () => void client.end(true),
    };
  };
}
