/** A Wi-Fi node that publishes without end, and remembers which messages were acknowledged. */
import { connectAsync } from 'mqtt';

export interface Sender {
  /** Numbers of the messages whose PUBACK came. */
  acked: Set<number>;
  stop(): Promise<void>;
}

export const NODE = { id: 'node-01', password: 'a-password-for-node-01' };
/** Readings in one message. */
export const CHANNELS = 8;
/** A gateway tells repeats of the last 16 messages of a device (edge/src/journal/marks.ts): no device may have more under way. */
const WINDOW = 8;

/** Publishes `count` messages, or without end, from number `first` on; what was not acknowledged goes again. */
export async function sendFrom(port: number, first: number, fromMs: number, count = Infinity): Promise<Sender> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ clientId: NODE.id, username: NODE.id, password: NODE.password, reconnectPeriod: 300, clean: true },
  });
  client.on('error', () => {});
  const acked = new Set<number>();
  let next = first;
  let isStopping = false;
  const worker = async () => {
    while (!isStopping && next < first + count) {
      const n = next++;
      const soil = [10, 30].map((d) => ({ d, vwc: (n % 500) / 10, temp: (n % 400) / 10, ec: n % 4_000 }));
      const text = JSON.stringify({ n, t: fromMs + n * 1_000, soil, bat: 3.9, rssi: -60 });
      await client.publishAsync(`devices/${NODE.id}/up`, text, { qos: 1 });
      acked.add(n);
    }
  };
  const done = Promise.all(Array.from({ length: WINDOW }, worker)).catch(() => {});
  if (Number.isFinite(count)) await done;
  return {
    acked,
    async stop() {
      isStopping = true;
      await done;
      await client.endAsync();
    },
  };
}
