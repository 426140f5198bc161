/** A Sparkplug edge node with a device, at the gateway's host and its own pipeline, for tests. */
import type { SparkplugProfile } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import type { ConfiguredDevice } from '../config.ts';
import { sparkplugHost } from '../sparkplug/host.ts';
import type { SparkplugLineConfig } from '../sparkplug/line-config.ts';
import { recordingPipeline } from './recording-pipeline.ts';
import { PayloadType, sparkplug, type TestPayload } from './sparkplug-messages.ts';

/** When the farm of these tests was born. */
export const T = 1_767_225_600_000;
const profile = {
  ...{ id: 'probe', protocol: 'sparkplug', title: { en: 'P', zh: 'P' }, kind: 'soil', intervalMs: 60_000 },
  channels: [
    { quantity: 'air.temperature', metric: 'Temperature', decimals: 1 },
    { quantity: 'soil.moisture', metric: 'Soil/Moisture', decimals: 1 },
    { quantity: 'device.contact', metric: 'Door', decimals: 0, states: { open: 1, shut: 0 } },
  ],
} as unknown as SparkplugProfile;

type Recording = Awaited<ReturnType<typeof recordingPipeline>>;

export interface SparkplugSetting {
  clock: VirtualClock;
  stored: Recording['stored'];
  pipeline: Recording['pipeline'];
  /** What the journal holds of it. */
  marks: Recording['marks'];
  host: ReturnType<typeof sparkplugHost>;
  /** What was published, as topic and payload. */
  sent: [topic: string, payload: Record<string, unknown>, retain: boolean][];
  say(kind: string, payload: TestPayload | string, device?: string, qos?: number): Promise<void>;
  /** Requests for a rebirth so far. */
  asked(): number;
  trouble(): (string | null)[];
}

/** A node `n` and its device `d` at a host before a real pipeline. */
export async function setUpSparkplug(
  more: Partial<SparkplugLineConfig> = {},
  marks: Parameters<typeof recordingPipeline>[2] = [],
): Promise<SparkplugSetting> {
  const device = (id: string): ConfiguredDevice => ({ id, profile: 'probe', profileRecord: profile });
  const clock = virtualClock();
  const recording = await recordingPipeline([device('node'), device('probe')], T + 86_400_000, marks);
  const line: SparkplugLineConfig = {
    ...{ type: 'sparkplug', name: 'farm' },
    devices: [
      { id: 'node', profile: 'probe', group: 'g', node: 'n' },
      { id: 'probe', profile: 'probe', group: 'g', node: 'n', device: 'd' },
    ],
    ...more,
  };
  const host = sparkplugHost(line, [device('node'), device('probe')], recording.pipeline, { clock });
  const sent: SparkplugSetting['sent'] = [];
  host.opened(async (topic, payload, { retain }) => {
    const text = Buffer.from(payload).toString();
    const read = topic.includes('STATE')
      ? JSON.parse(text)
      : PayloadType.toObject(PayloadType.decode(payload), { longs: Number });
    sent.push([topic, read as Record<string, unknown>, retain]);
  });
  return {
    ...{ clock, stored: recording.stored, pipeline: recording.pipeline, marks: recording.marks, host, sent },
    say: (kind, payload, at, qos = 0) =>
      host.take(
        `spBv1.0/g/${kind}/n${at === undefined ? '' : `/${at}`}`,
        typeof payload === 'string' ? Buffer.from(payload, 'base64') : sparkplug(payload),
        qos,
      ),
    asked: () => sent.filter(([topic]) => topic === 'spBv1.0/g/NCMD/n').length,
    trouble: () => host.status().map((s) => s.trouble),
  };
}

/** A birth of the node. */
export const birth = (more: Partial<TestPayload> = {}, bdSeq = 7): TestPayload => ({
  ...{ at: T, seq: 0 },
  metrics: [
    { name: 'bdSeq', type: 'UInt64', value: bdSeq },
    { name: 'Temperature', alias: 1, type: 'Double', value: 21.5 },
    { name: 'Soil/Moisture', alias: 2, type: 'Int16', value: -3 },
    { name: 'Door', alias: 3, type: 'String', value: 'open' },
  ],
  ...more,
});
/** One value by alias. */
export const data = (seq: number, value: number, at = T + seq * 1_000, alias = 1): TestPayload => ({
  at,
  seq,
  metrics: [{ alias, value }],
});
/** The end of the connection with this number. */
export const death = (bdSeq: number): TestPayload => ({
  at: T,
  metrics: [{ name: 'bdSeq', type: 'UInt64', value: bdSeq }],
});
