/** Who may connect to the gateway's own broker, and what each may say there: field devices, and sources that speak of several. */
import { type JsonProfile, KarezError, LIMITS, messageOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { Intake } from '../ports.ts';
import { readJson } from './json-values.ts';
import type { BrokerSource } from './message-source.ts';
import { topicFilter } from './topic-filter.ts';

/** One user of the broker. */
export interface Peer {
  name: string;
  /** The device that it is; a source is none. */
  device: string | undefined;
  /** Connections that it may have. */
  connections: number;
  /** In words, for whoever published elsewhere. */
  topicsInWords: string;
  takesWills: boolean;
  trouble: string | null;
  mayPublish(topic: string): boolean;
  mayHear(filter: string): boolean;
  /** Resolves once the message is on disk or refused for good; throws where it must come again. */
  take(topic: string, payload: Uint8Array, qos: number): Promise<void>;
}

/** A field device: its own topic, JSON by its profile. */
export function devicePeer(device: ConfiguredDevice, topic: string, intake: Intake): Peer {
  const filter = topicFilter(topic);
  const peer: Peer = {
    ...{ name: device.id, device: device.id, connections: 1, topicsInWords: topic, takesWills: false, trouble: null },
    mayPublish: (used) => filter(used) !== undefined,
    mayHear: (used) => used.startsWith(`devices/${device.id}/`),
    async take(used, payload) {
      try {
        if (payload.length > LIMITS.devicePayloadBytes) throw tooLarge(payload, LIMITS.devicePayloadBytes);
        const { unread, ...reading } = readJson(device.profileRecord as JsonProfile, payload);
        await intake.accept({ device: device.id, ...reading });
        peer.trouble = unread.length === 0 ? null : `${unread.join(', ')}: not in profile ${device.profile}, left out`;
      } catch (error) {
        peer.trouble = messageOf(error);
        if (!(error instanceof KarezError) || error.retry) throw error;
        const { code, message: reason } = error;
        intake.reject({ device: device.id, source: used, code, reason, bytes: payload });
      }
    },
  };
  return peer;
}

/** A source: its topics, read by its reader. */
export function sourcePeer({ name, reader }: BrokerSource, intake: Intake): Peer {
  const filters = reader.topics.map(topicFilter);
  return {
    ...{ name, device: undefined, connections: LIMITS.sourceConnections, takesWills: reader.takesWills, trouble: null },
    topicsInWords: reader.topics.join(', '),
    mayPublish: (topic) => filters.some((filter) => filter(topic) !== undefined),
    mayHear: (filter) => reader.mayHear(filter),
    async take(topic, payload, qos) {
      if (payload.length <= LIMITS.sourceBytes) return reader.take(topic, payload, qos);
      const { code, message: reason } = tooLarge(payload, LIMITS.sourceBytes);
      intake.reject({ source: topic, code, reason, bytes: payload });
    },
  };
}

function tooLarge(payload: Uint8Array, most: number): KarezError {
  return new KarezError('PAYLOAD_TOO_LARGE', `${payload.length} bytes; at most ${most} are read`, { where: 'payload' });
}
