/** A second gateway whose past we write ourselves, to the millisecond: it speaks the same protocol as any other. */
import { execFileSync } from 'node:child_process';
import { type Inventory, type Reading, toColumns } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import mqtt, { type MqttClient } from 'mqtt';
import { ROOT } from './process.ts';

const EPOCH = 'feedfeed';
export const PAST_GATEWAY = 'gw-past';
export const PAST_CHANNEL = `${PAST_GATEWAY}/well/water.level`;

/** Makes its credential; the cloud must not run yet. */
export function addPastGateway(farm: string, cloudData: string): string {
  const args = ['gateway', 'add', farm, PAST_GATEWAY, '--data', cloudData, '--json'];
  const printed = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', `${ROOT}cloud/src/main.ts`, ...args],
    { encoding: 'utf8' },
  );
  return (JSON.parse(printed) as { password: string }).password;
}

/** Sends readings of one well, and stays connected until closed; resolves once the cloud has stored them. */
export async function sendPast(
  farm: string,
  password: string,
  port: number,
  intervalMs: number,
  points: readonly [timeMs: number, value: number][],
): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{
      username: `${farm}/${PAST_GATEWAY}`,
      password,
      reconnectPeriod: 0,
      protocolVersion: 4 as const,
      clientId: `${farm}/${PAST_GATEWAY}`,
    },
  });
  const topic = (leaf: string) => `karez/v1/${farm}/${PAST_GATEWAY}/${leaf}`;
  const inventory: Inventory = {
    ...{ v: 1, epoch: EPOCH, revision: 1, farm: { id: farm, title: 'Test farm' } },
    gateway: { id: PAST_GATEWAY, title: 'Well house' },
    fields: [],
    devices: [
      {
        ...{ id: 'well', title: 'Well', profile: 'wifi-soil-node', kind: 'water', intervalMs, active: true },
        channels: [{ number: 1, quantity: 'water.level', decimals: 2 }],
      },
    ],
  };
  await client.publishAsync(topic('inventory'), JSON.stringify(inventory), { qos: 1, retain: true });
  const stored = new Promise<void>((resolve) => {
    client.on('message', (_topic, payload) => {
      const { acked } = JSON.parse(payload.toString()) as { acked: [number, number][] };
      if (acked.some(([, last]) => last === points.length)) resolve();
    });
  });
  await client.subscribeAsync(topic('ack'), { qos: 1 });
  const rows = points.map(([timeMs, value], i): Reading => ({ seq: i + 1, timeMs, channel: 1, value, quality: 0 }));
  const batch = encodeBatch(toColumns(rows), { farm, gateway: PAST_GATEWAY, epoch: EPOCH });
  await client.publishAsync(topic('batch'), Buffer.from(batch), { qos: 1 });
  await stored;
  return client;
}
