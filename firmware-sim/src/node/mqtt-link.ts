/**
 * A node's connection by the `mqtt` package: one client for one connection, clean session, no memory of its own, so
 * that what is repeated, and when, is the node's decision alone.
 */
import mqtt from 'mqtt';
import type { NodeLink, NodeLinkEvents, OpenNodeLink } from './soil-node.ts';

const CONNECT_MS = 10_000;
const KEEPALIVE_S = 15;

/** Connects node `id` to `broker`; publishes to devices/{id}/up. */
export function mqttLink(broker: string, id: string, password: string): OpenNodeLink {
  return (events: NodeLinkEvents): NodeLink => {
    const client = mqtt.connect(broker, {
      ...{ clientId: id, username: id, password, protocolVersion: 4, clean: true },
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
      publish(payload, acked) {
        client.publish(`devices/${id}/up`, payload, { qos: 1 }, (error) => {
          if (!error) acked();
        });
      },
      close: () => void client.end(true),
    };
  };
}
