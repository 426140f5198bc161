/**
 * The gateway as a Sparkplug host application: edge nodes publish under spBv1.0/{group}/{kind}/{node}[/{device}] (Eclipse Sparkplug 3.0.0,
 * chapter 4), at a server or at the gateway's own broker.
 */
import { KarezError, messageOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import { type MessageReader, type Publish, quiet } from '../mqtt/message-source.ts';
import type { EdgeDeps, Intake } from '../ports.ts';
import { EdgeNode } from './edge-node.ts';
import type { SparkplugLineConfig } from './line-config.ts';
import { type Payload, readPayload, rebirthCommand } from './payload.ts';
import { SparkDevice } from './spark-device.ts';

const NAMESPACE = 'spBv1.0';
/** Commands, and what hosts say of themselves: not for us. */
const NOT_DATA = new Set(['NCMD', 'DCMD', 'STATE']);
/** After the connection is there, nodes that were there before have so long to be heard before they are asked. */
const SETTLE_MS = 2_000;

export function sparkplugHost(
  config: SparkplugLineConfig,
  configured: readonly ConfiguredDevice[],
  intake: Intake,
  { clock }: Pick<EdgeDeps, 'clock'>,
): MessageReader {
  const { hostId } = config;
  let publish: Publish | undefined;
  const devices: SparkDevice[] = [];
  const byNode = new Map<string, Map<string, SparkDevice>>();
  for (const { id, group, node, device = '' } of config.devices) {
    const spark = new SparkDevice(
      configured.find((d) => d.id === id) as ConfiguredDevice,
      intake,
      `${NAMESPACE}/${group}/${node}${device === '' ? '' : `/${device}`}`,
    );
    devices.push(spark);
    const of = byNode.get(`${group}/${node}`) ?? new Map<string, SparkDevice>();
    byNode.set(`${group}/${node}`, of.set(device, spark));
  }
  const nodes = new Map<string, EdgeNode>();
  for (const [key, of] of byNode) {
    const [group, node] = key.split('/') as [string, string];
    const ask = () =>
      void send(`${NAMESPACE}/${group}/NCMD/${node}`, rebirthCommand(Math.round(clock.wallMs())), {
        qos: 0,
        retain: false,
      });
    nodes.set(key, new EdgeNode(of, intake, clock, ask, config.server !== undefined));
  }

  async function send(...message: Parameters<Publish>): Promise<void> {
    // A way that just closed opens again, and then births are asked for anew.
    await publish?.(...message).catch(() => {});
  }

  async function dispatch(topic: string, payload: Uint8Array, qos: number): Promise<void> {
    const [namespace, group, kind = '', name, device, ...more] = topic.split('/');
    const node = nodes.get(`${group}/${name}`);
    if (namespace !== NAMESPACE || more.length > 0 || NOT_DATA.has(kind) || group === 'STATE') return;
    if (node === undefined) return intake.ignore('sparkplug node that is not configured');
    const handle = handlerOf(node, kind, device, qos);
    if (handle === undefined)
      throw new KarezError('PAYLOAD_INVALID', `the topic ${topic} is none of Sparkplug's`, { where: topic });
    await handle(readPayload(payload));
  }

  const stateTopic = `${NAMESPACE}/STATE/${hostId}`;
  let stateMs = 0;
  const state = (online: boolean) => Buffer.from(JSON.stringify({ online, timestamp: stateMs }));
  let cancel = () => {};
  const filters = [...nodes.keys()].map((key) => key.split('/') as [string, string]);

  return {
    topics: filters.flatMap(([group, node]) => [
      `${NAMESPACE}/${group}/+/${node}`,
      `${NAMESPACE}/${group}/+/${node}/+`,
    ]),
    qos: 1,
    // A host application begins with a clean session (section 5.2); what it missed is asked for.
    isLasting: false,
    takesWills: true,
    async take(topic, payload, qos) {
      try {
        await dispatch(topic, payload, qos);
      } catch (error) {
        if (!(error instanceof KarezError) || error.retry) throw error;
        intake.reject({ source: topic, code: error.code, reason: messageOf(error), bytes: payload });
      }
    },
    mayHear: (filter) =>
      filter === stateTopic ||
      filters.some(([group, node]) =>
        [`${NAMESPACE}/${group}/NCMD/${node}`, `${NAMESPACE}/${group}/DCMD/${node}`].some(
          (own) => filter === own || filter.startsWith(`${own}/`),
        ),
      ),
    opened(way) {
      publish = way;
      cancel();
      for (const node of nodes.values()) node.rebirth.reachable(false);
      if (way === undefined) return;
      if (hostId !== undefined) void send(stateTopic, state(true), { qos: 1, retain: true });
      cancel = clock.after(SETTLE_MS, () => {
        for (const node of nodes.values()) node.rebirth.reachable(true);
      });
      for (const node of nodes.values()) node.forget();
    },
    // Read once for each connection: will and birth have the same time (section 6.4.28).
    get will() {
      if (hostId === undefined) return undefined;
      stateMs = Math.round(clock.wallMs());
      return { topic: stateTopic, payload: state(false), retain: true };
    },
    status: () => devices.map(({ id, trouble }) => quiet(id, trouble)),
    async stop() {
      cancel();
      if (hostId !== undefined) await send(stateTopic, state(false), { qos: 1, retain: true });
      for (const node of nodes.values()) node.stop();
    },
  };
}

/** What is done with a message of this kind; undefined where there is none. */
function handlerOf(
  node: EdgeNode,
  kind: string,
  device: string | undefined,
  qos: number,
): ((payload: Payload) => Promise<void>) | undefined {
  if (device === undefined) {
    if (kind === 'NBIRTH') return (payload) => node.nodeBorn(payload);
    if (kind === 'NDATA') return (payload) => node.told('', payload, qos);
    if (kind === 'NDEATH') return (payload) => node.nodeDied(payload);
    return undefined;
  }
  if (kind === 'DBIRTH') return (payload) => node.deviceBorn(device, payload);
  if (kind === 'DDATA') return (payload) => node.told(device, payload, qos);
  if (kind === 'DDEATH') return (payload) => node.deviceDied(device, payload);
  return undefined;
}
