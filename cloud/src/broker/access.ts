/**
 * Who may do what at the cloud's broker. A gateway logs in as `{farm}/{gateway}`, under that client id, so that it can
 * take over its own connection and nobody else's; it may use its own topics only, its last will included.
 */
import { isId, KarezError, LIMITS, parseTopic, topicOf, UP_LEAVES } from '@karez/model';
import type { ConnectPacket, PublishPacket } from 'aedes';

export interface Identity {
  farm: string;
  gateway: string;
}

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
export const REFUSED = { identifier: 2, unavailable: 3, credential: 4, notAuthorised: 5 } as const;

const LIMIT_OF: Record<string, number> = {
  batch: LIMITS.batchBytes,
  inventory: LIMITS.inventoryBytes,
  status: LIMITS.controlBytes * 8,
};

/** Whom a user name names. */
export function identityOf(username: string | undefined): Identity | undefined {
  const [farm, gateway, more] = (username ?? '').split('/');
  if (farm === undefined || gateway === undefined || more !== undefined || !isId(farm) || !isId(gateway)) return;
  return { farm, gateway };
}

/** Why a CONNECT is refused whatever its password, or undefined. */
export function problemOf(
  packet: ConnectPacket,
  { farm, gateway }: Identity,
): { returnCode: number; reason: string } | undefined {
  if (packet.clientId !== `${farm}/${gateway}`)
    return { returnCode: REFUSED.identifier, reason: `the client id must be ${farm}/${gateway}` };
  const keepalive = packet.keepalive ?? 0;
  if (keepalive < 1 || keepalive > LIMITS.longestKeepaliveS)
    return { returnCode: REFUSED.notAuthorised, reason: `keepalive must be 1 to ${LIMITS.longestKeepaliveS} s` };
  const { will } = packet;
  if (will === undefined) return undefined;
  if (will.topic !== topicOf(farm, gateway, 'status') || will.payload.length > LIMITS.controlBytes)
    return {
      returnCode: REFUSED.notAuthorised,
      reason: 'the last will must be a short message on the own status topic',
    };
  return undefined;
}

/** Whether a topic is one of the gateway's own among `leaves`. */
export function mayUse(identity: Identity | undefined, topic: string, leaves: readonly string[]): boolean {
  const parsed = parseTopic(topic);
  if (identity === undefined || parsed === undefined) return false;
  return parsed.farm === identity.farm && parsed.gateway === identity.gateway && leaves.includes(parsed.leaf);
}

/** Why a message is refused, which ends the connection; undefined where it is not. */
export function refusalOf(identity: Identity | undefined, packet: PublishPacket): KarezError | undefined {
  const { topic, payload, qos } = packet;
  if (!mayUse(identity, topic, UP_LEAVES))
    return new KarezError('NOT_AUTHORISED', `not allowed to publish to ${topic}`, { where: topic });
  // Held by the broker until released: memory that the gateway would have the say over.
  if (qos === 2) return new KarezError('NOT_AUTHORISED', 'QoS 2 is not served', { where: topic });
  if (payload.length > (LIMIT_OF[topic.slice(topic.lastIndexOf('/') + 1)] ?? 0))
    return new KarezError('PAYLOAD_TOO_LARGE', `${topic}: ${payload.length} bytes`, { where: topic });
  return undefined;
}
