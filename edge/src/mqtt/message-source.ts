/**
 * Messages that speak of several devices: from a LoRaWAN server, a Sparkplug edge node, a hub. What reads them knows nothing of how
 * they come: they are published to the gateway's own broker, or the gateway subscribes to a server.
 */
import type { DeviceStatus } from '@karez/model';
import type { DeviceLine } from '../ports.ts';

/** Sends a message to where a source's messages come from; resolves once it is on its way. */
export type Publish = (topic: string, payload: Uint8Array, options: { qos: 0 | 1; retain: boolean }) => Promise<void>;

/** What reads the messages of one source. */
export interface MessageReader {
  /** Topic filters of what it reads. */
  readonly topics: readonly string[];
  /** Subscribed to with which QoS, and whether the server is to keep messages while the gateway is away. */
  readonly qos: 0 | 1;
  readonly isLasting: boolean;
  /** Whether a publisher's last will is a message too. */
  readonly takesWills: boolean;
  /**
   * Reads one message. Resolves once what it says is on disk, or was refused for good and counted.
   * @throws KarezError that may be tried again: the message is not acknowledged.
   */
  take(topic: string, payload: Uint8Array, qos: number): Promise<void>;
  /** Whether a publisher at the gateway's own broker may subscribe to this. */
  mayHear(filter: string): boolean;
  /** The way back is open; `undefined` when it closes. */
  opened(publish: Publish | undefined): void;
  /** What the server says when the gateway goes without a word; only where there is something to say. */
  readonly will?: { topic: string; payload: Uint8Array; retain: boolean };
  /** What is wrong with each device, in words. */
  status(): DeviceStatus[];
  stop(): Promise<void>;
}

/** A source whose messages come to the gateway's own broker. */
export interface BrokerSource {
  /** Its user name there. */
  name: string;
  password: string;
  reader: MessageReader;
}

/** A line of the configuration that reads messages. */
export interface MessageLine extends DeviceLine {
  /** For the gateway's own broker; undefined where the gateway subscribes to a server. */
  source?: BrokerSource;
}

export const quiet = (id: string, trouble: string | null): DeviceStatus => ({
  ...{ id, lastMs: null, accepted: 0, rejected: 0, timeouts: 0 },
  trouble,
});
