/**
 * Reads JSON that speaks of several devices: which one is said in the topic or in the message, and a message may hold a list
 * with one part for each. A part that cannot be read is refused by itself.
 */
import { type JsonProfile, KarezError, messageOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { Intake } from '../ports.ts';
import type { HubLineConfig } from './hub-config.ts';
import { at, describe, invalid, listAt, messageOfJson, parseJson } from './json-path.ts';
import { readItem } from './json-values.ts';
import { type MessageReader, quiet } from './message-source.ts';
import { topicFilter } from './topic-filter.ts';

interface Node {
  device: ConfiguredDevice;
  trouble: string | null;
}

/** Devices that are heard and not configured, each told of once. */
const MOST_STRANGERS = 256;

export function jsonHub(config: HubLineConfig, devices: readonly ConfiguredDevice[], intake: Intake): MessageReader {
  const { itemsPath, keyPath } = config;
  const filters = config.topics.map(topicFilter);
  const nodes = new Map<string, Node>();
  for (const { id, key } of config.devices)
    nodes.set(key ?? id, { device: devices.find((d) => d.id === id) as ConfiguredDevice, trouble: null });
  const strangers = new Set<string>();

  function keyOf(topic: string, item: unknown, root: unknown): string {
    if (keyPath === undefined)
      return (
        filters
          .map((filter) => filter(topic))
          .find((wild) => wild !== undefined)
          ?.join('/') || topic
      );
    const key = at(messageOfJson(item, root), keyPath);
    if (typeof key !== 'string' && typeof key !== 'number')
      throw invalid(keyPath, `must be a text or a number that names the device, not ${describe(key)}`);
    return String(key);
  }

  async function takeItem(topic: string, item: unknown, root: unknown, payload: Uint8Array): Promise<void> {
    let node: Node | undefined;
    try {
      const key = keyOf(topic, item, root);
      node = nodes.get(key);
      if (node === undefined) return stranger(topic, key);
      const { device } = node;
      const { unread, ...reading } = readItem(device.profileRecord as JsonProfile, item, root);
      await intake.accept({ device: device.id, ...reading });
      node.trouble = unread.length === 0 ? null : `${unread.join(', ')}: not in profile ${device.profile}, left out`;
    } catch (error) {
      if (node !== undefined) node.trouble = messageOf(error);
      if (!(error instanceof KarezError) || error.retry) throw error;
      const device = node === undefined ? {} : { device: node.device.id };
      intake.reject({ ...device, source: topic, code: error.code, reason: error.message, bytes: payload });
    }
  }

  function stranger(topic: string, key: string): void {
    intake.ignore('message of a device that is not configured');
    if (strangers.has(key) || strangers.size >= MOST_STRANGERS) return;
    strangers.add(key);
    const reason = `the device "${key}" is heard and not configured; further messages of it are only counted`;
    intake.reject({ source: topic, code: 'NOT_FOUND', reason });
  }

  return {
    topics: config.topics,
    qos: 1,
    isLasting: true,
    takesWills: false,
    async take(topic, payload) {
      let items: unknown[];
      let root: unknown;
      try {
        root = parseJson(payload);
        const found = itemsPath === undefined || itemsPath === '$' ? root : at(messageOfJson(root), itemsPath);
        items = itemsPath === undefined ? [found] : listAt(found, itemsPath === '$' ? '' : itemsPath);
      } catch (error) {
        if (!(error instanceof KarezError)) throw error;
        intake.reject({ source: topic, code: error.code, reason: error.message, bytes: payload });
        return;
      }
      await Promise.all(items.map((item) => takeItem(topic, item, root, payload)));
    },
    mayHear: () => false,
    opened() {},
    status: () => [...nodes.values()].map(({ device, trouble }) => quiet(device.id, trouble)),
    async stop() {},
  };
}
