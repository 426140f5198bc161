/**
 * A node that comes back from a long way off with a full flash: it sends what it has measured as fast as the gateway
 * takes it. Its values jump about, so that no coding makes little of them.
 */
import { createConnection } from 'node:net';
import { seededRandom } from '@karez/model';
import { MqttClient } from 'mqtt';
import { passwordOf, type TestFarm } from '../farm.ts';
import type { AckedMessage } from './proof.ts';

const INTERVAL_MS = 1_000;
/** Messages on their way at once. */
const WINDOW = 100;

/** Sends `count` messages with sampling times from `fromMs` on; resolves with those whose PUBACK came: all of them. */
export async function sendMany(
  farm: TestFarm,
  device: string,
  count: number,
  fromMs: number,
  seed: number,
): Promise<AckedMessage[]> {
  const random = seededRandom(seed);
  const between = (least: number, most: number, decimals: number) =>
    Number((least + random.next() * (most - least)).toFixed(decimals));
  const client = new MqttClient(() => createConnection(farm.broker as { path: string }), {
    ...{ clientId: device, username: device, password: passwordOf(device), reconnectPeriod: 0, clean: true },
  });
  await new Promise<void>((resolve, reject) => client.once('connect', () => resolve()).once('error', reject));
  const acked: AckedMessage[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const n = ++next;
      const t = fromMs + n * INTERVAL_MS;
      const soil = [10, 30].map((d) => ({
        ...{ d, vwc: between(5, 55, 1), temp: between(1, 39, 2), ec: between(50, 4_000, 0) },
      }));
      const message = { n, t, soil, bat: between(3.4, 4.2, 2), rssi: between(-90, -50, 0) };
      await client.publishAsync(`devices/${device}/up`, JSON.stringify(message), { qos: 1 });
      acked.push({ device, n, t });
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
  await client.endAsync();
  return acked;
}
