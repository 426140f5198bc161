/**
 * MQTT topics between gateway and cloud: `karez/v1/{farm}/{gateway}/{leaf}`. docs/PROTOCOL.md says what each carries.
 */
import { isId } from './ids.ts';

export const TOPIC_ROOT = 'karez/v1';

/** What a gateway may publish. */
export const UP_LEAVES = ['batch', 'status', 'inventory'] as const;
/** What a gateway may subscribe to. */
export const DOWN_LEAVES = ['ack', 'config', 'rules', 'command'] as const;

export type UpLeaf = (typeof UP_LEAVES)[number];
export type DownLeaf = (typeof DOWN_LEAVES)[number];
export type Leaf = UpLeaf | DownLeaf;

const LEAVES = new Set<string>([...UP_LEAVES, ...DOWN_LEAVES]);

/** The topic of `leaf` for one gateway. */
export function topicOf(farm: string, gateway: string, leaf: Leaf): string {
  return `${TOPIC_ROOT}/${farm}/${gateway}/${leaf}`;
}

/** Farm, gateway and leaf of a topic, or `undefined` where it is none of ours or holds a wildcard or a bad id. */
export function parseTopic(topic: string): { farm: string; gateway: string; leaf: Leaf } | undefined {
  const parts = topic.split('/');
  if (parts.length !== 5 || parts[0] !== 'karez' || parts[1] !== 'v1') return undefined;
  const [, , farm, gateway, leaf] = parts as [string, string, string, string, string];
  if (!isId(farm) || !isId(gateway) || !LEAVES.has(leaf)) return undefined;
  return { farm, gateway, leaf: leaf as Leaf };
}
