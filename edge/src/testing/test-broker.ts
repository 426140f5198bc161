/** The gateway's own broker with two devices, and clients of it; `endBrokers` takes down what a test has started. */
import { profileOf, seededRandom, silentLogger, systemClock } from '@karez/model';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { startDeviceBroker } from '../mqtt/device-broker.ts';
import type { BrokerSource } from '../mqtt/message-source.ts';
import { type FakeIntake, fakeIntake } from './fake-intake.ts';

const IDS = ['node-1', 'node-2'];
const deps = { clock: systemClock(), random: seededRandom(1), logger: silentLogger };
export const endings: (() => Promise<unknown>)[] = [];

export interface TestBroker {
  intake: FakeIntake;
  port: number;
  trouble(id: string): string | null | undefined;
  connect(user: string, options?: IClientOptions): Promise<MqttClient>;
}

export async function startTestBroker(port = 0, topic?: string, sources: BrokerSource[] = []): Promise<TestBroker> {
  const intake = fakeIntake();
  const own = topic === undefined ? {} : { topic };
  const devices = IDS.map((id) => ({ id, profile: 'wifi-soil-node', ...own }));
  const broker = await startDeviceBroker(
    { port, devices },
    devices.map((d) => ({ ...d, profileRecord: profileOf(d.profile) })),
    Object.fromEntries(IDS.map((id) => [id, `password-of-${id}`])),
    intake,
    deps,
    sources,
  );
  endings.push(() => broker.stop());
  return {
    intake,
    port: broker.port,
    trouble: (id) => broker.status().find((s) => s.id === id)?.trouble,
    async connect(user, options = {}) {
      const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
        username: user,
        password: `password-of-${user}`,
        reconnectPeriod: 0,
        ...options,
      });
      client.on('error', () => {});
      endings.push(() => client.endAsync(true));
      return client;
    },
  };
}

export const closing = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));

/** Lets the loop turn until something is so. */
export async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}
export const message = (n: number, more: object = {}) => JSON.stringify({ n, bat: 3.9, ...more });

export async function endBrokers(): Promise<void> {
  for (const end of endings.splice(0).toReversed()) await end();
}
