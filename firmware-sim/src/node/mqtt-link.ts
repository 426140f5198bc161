/**
 * A sender's connection by the `mqtt` package: one client for one connection, clean session, no memory of its own, so
 * that what is repeated, and when, is the sender's decision alone.
 */
import mqtt from 'mqtt';
import type { NodeLink, NodeLinkEvents, OpenNodeLink } from './keeping-sender.ts';

const CONNECT_MS = 10_000;
const KEEPALIVE_S = 15;

/** Where a sender connects, and as whom: its user name is its client id too. */
export interface Access {
  broker: string;
  user: string;
  password: string;
}

/** Connects; publishes what `packetOf` makes of a message. */
export function mqttLink<M>(
  { broker, user, password }: Access,
  packetOf: (message: M) => { topic: string; payload: string },
): OpenNodeLink<M> {
  return (events: NodeLinkEvents): NodeLink<M> => {
    const client = mqtt.connect(broker, {
      ...{ clientId: user, username: user, password, protocolVersion: 4, clean: true },
      ...{ reconnectPeriod: 0, connectTimeout: CONNECT_MS, keepalive: KEEPALIVE_S, resubscribe: false },
    });
    let reason: string | undefined;
    client.on('error', (error: Error & { code?: unknown }) => {
      reason = error.message || String(error.code);
      // After a refusal the broker may leave the connection open.
      client.end(true);
    });
    client.on('connect', () => events.opened());
    client.on('close', () => {
      client.end(true);
      events.closed(reason);
    });
    return {
      publish(message, acked) {
        const { topic, payload } = packetOf(message);
        client.publish(topic, payload, { qos: 1 }, (error) => {
          if (!error) acked();
        });
      },
      close: () => void client.end(true),
    };
  };
}
