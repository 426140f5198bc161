/**
 * Reads the events of a LoRaWAN server: uplinks become samples of the devices that are configured, everything else is counted. An event
 * that can never be read is refused, counted and kept; the others do not wait for it.
 */
import { KarezError, type LorawanProfile, messageOf } from '@karez/model';
import type { CodecRunner } from '../codec/runner.ts';
import type { ConfiguredDevice } from '../config.ts';
import { describe, invalid, parseJson } from '../mqtt/json-path.ts';
import { type MessageReader, quiet } from '../mqtt/message-source.ts';
import type { Intake } from '../ports.ts';
import { CHIRPSTACK_TOPICS, readChirpstack } from './chirpstack.ts';
import type { LorawanLineConfig } from './line-config.ts';
import { readTtn, TTN_TOPICS } from './ttn.ts';
import type { Fields, Uplink } from './uplink.ts';
import { samplesOf } from './uplink-samples.ts';

const NETWORKS = {
  chirpstack: { topics: CHIRPSTACK_TOPICS, read: readChirpstack, qos: 1, isLasting: true },
  // The Things Stack serves QoS 0 and clean sessions only (Integrations, MQTT server).
  ttn: { topics: TTN_TOPICS, read: readTtn, qos: 0, isLasting: false },
} as const;

/** Devices that are heard and not configured, each told of once. */
const MOST_STRANGERS = 256;

interface Node {
  device: ConfiguredDevice;
  profile: LorawanProfile;
  trouble: string | null;
}

export function lorawanReader(
  config: LorawanLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  codecs: CodecRunner,
): MessageReader {
  const { read, ...network } = NETWORKS[config.network];
  const nodes = config.devices.map(({ id }): Node => {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    return { device, profile: device.profileRecord as LorawanProfile, trouble: null };
  });
  const byEui = new Map<string, Node>();
  const byName = new Map<string, Node>();
  for (const [i, { devEui, deviceId }] of config.devices.entries()) {
    if (devEui !== undefined) byEui.set(devEui.toLowerCase(), nodes[i] as Node);
    if (deviceId !== undefined) byName.set(deviceId, nodes[i] as Node);
  }
  const strangers = new Set<string>();

  function nodeOf({ devEui, deviceId }: Uplink, topic: string): Node | undefined {
    const node = byEui.get(devEui ?? '') ?? byName.get(deviceId ?? '');
    if (node !== undefined) return node;
    intake.ignore('lorawan device that is not configured');
    const name = devEui ?? (deviceId as string);
    if (strangers.has(name) || strangers.size >= MOST_STRANGERS) return undefined;
    strangers.add(name);
    const reason = `the device ${name} is heard and not configured; further uplinks of it are only counted`;
    intake.reject({ source: topic, code: 'NOT_FOUND', reason });
    return undefined;
  }

  async function take(topic: string, payload: Uint8Array): Promise<void> {
    let node: Node | undefined;
    let bytes = payload;
    try {
      const event = parseJson(payload);
      if (event === null || typeof event !== 'object' || Array.isArray(event))
        throw invalid('the event', `must be an object, not ${describe(event)}`);
      const found = read(topic, event as Fields);
      if ('ignored' in found) return intake.ignore(`lorawan ${found.ignored}`);
      node = nodeOf(found.uplink, topic);
      if (node === undefined) return;
      bytes = found.uplink.bytes;
      const { samples, unread, ignored } = await samplesOf(
        node.device.id,
        node.profile,
        found.uplink,
        event,
        codecs.run,
      );
      if (ignored !== undefined) intake.ignore(`lorawan uplink, ${ignored}`);
      await Promise.all(samples.map((sample) => intake.accept(sample)));
      node.trouble =
        unread.length === 0 ? null : `${unread.join(', ')}: not in profile ${node.device.profile}, left out`;
    } catch (error) {
      if (node !== undefined) node.trouble = messageOf(error);
      if (!(error instanceof KarezError) || error.retry) throw error;
      const device = node === undefined ? {} : { device: node.device.id };
      intake.reject({ ...device, source: topic, code: error.code, reason: error.message, bytes });
    }
  }

  return {
    topics: config.topics ?? network.topics,
    qos: network.qos,
    isLasting: network.isLasting,
    takesWills: false,
    take,
    mayHear: () => false,
    opened() {},
    status: () => nodes.map(({ device, trouble }) => quiet(device.id, trouble)),
    async stop() {
      await codecs.stop();
    },
  };
}
