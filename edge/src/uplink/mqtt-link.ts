/**
 * The connection to the cloud's broker: MQTT 3.1.1, clean session, last will. Nothing is queued in the client: what is not
 * sent waits in the journal. A link that died without a word shows by its keepalive, which runs whatever else is sent.
 */
import { type DownLeaf, type GatewayGone, LIMITS, messageOf, topicOf } from '@karez/model';
import mqtt, { type MqttClient } from 'mqtt';
import './lean-packets.ts';
import type { CloudLink, ConnectCloud } from './link.ts';

export interface MqttLinkOptions {
  url: string;
  /** Certificates by which the cloud is known, PEM; undefined: those that Node.js knows. */
  ca?: string;
  farm: string;
  gateway: string;
  epoch: string;
  password: string;
}

const CONNECT_TIMEOUT_MS = 15_000;
const ACK_REFUSED = 128;

/** How to connect to the broker at `url`. */
export function mqttLink({ url, ca, farm, gateway, epoch, password }: MqttLinkOptions): ConnectCloud {
  const user = `${farm}/${gateway}`;
  const topics = (['ack', 'rules', 'command'] as const).map((leaf) => topicOf(farm, gateway, leaf));
  const gone: GatewayGone = { v: 1, online: false, epoch };
  return (events) => {
    const client = mqtt.connect(url, {
      ...{ protocolVersion: 4, clean: true, reconnectPeriod: 0, queueQoSZero: false, resubscribe: false },
      ...{ connectTimeout: CONNECT_TIMEOUT_MS, keepalive: LIMITS.keepaliveS, reschedulePings: false },
      ...{ clientId: user, username: user, password, ...(ca === undefined ? {} : { ca }) },
      will: {
        topic: topicOf(farm, gateway, 'status'),
        payload: Buffer.from(JSON.stringify(gone)),
        qos: 1,
        retain: true,
      },
    });
    let trouble: string | null = null;
    const fail = (error: unknown) => {
      trouble = inWords(error as Error);
      client.end(true);
    };
    client.on('error', fail);
    client.on('connect', () => {
      client.subscribeAsync(topics, { qos: 1 }).then((granted) => {
        if (granted.some((g) => g.qos === ACK_REFUSED)) fail(new Error('the cloud refuses our own topics'));
        else events.up(linkOf(client, farm, gateway));
      }, fail);
    });
    client.on('message', (topic, payload) =>
      events.message(topic.slice(topic.lastIndexOf('/') + 1) as DownLeaf, payload),
    );
    client.once('close', () => {
      client.removeAllListeners();
      client.on('error', () => {});
      client.end(true);
      events.down(trouble);
    });
    return () => void client.end(true);
  };
}

function linkOf(client: MqttClient, farm: string, gateway: string): CloudLink {
  return {
    async publish(leaf, payload, retain) {
      if (!client.connected) throw new Error('the link is down');
      const bytes =
        typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
      await client.publishAsync(topicOf(farm, gateway, leaf), bytes, { qos: 1, retain });
    },
    close: () => void client.end(true),
  };
}

/** What a person at the gateway can do something about. */
function inWords(error: Error & { code?: string | number }): string {
  if (error.code === 'ECONNREFUSED') return 'nobody answers at the cloud’s address';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'the cloud’s name cannot be found';
  if (error.code === 4 || error.code === 5) return 'the cloud refuses our password';
  return messageOf(error);
}
