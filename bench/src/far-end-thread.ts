/**
 * The subscriber at the far broker, in a thread of its own, so that nothing but the brokers decides how fast messages
 * come. Messages of the outage are told from later ones by the time of their sending, which they carry.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { connectAsync } from 'mqtt';
import type { FarEndCommand, FarEndView } from './far-end.ts';

const TELL_EVERY_MS = 10;

const view: FarEndView = { came: 0, firstMs: null, lastMs: null, live: [] };
let outage = new Set<string>();
let overMs = Number.POSITIVE_INFINITY;

const client = await connectAsync(`mqtt://127.0.0.1:${(workerData as { port: number }).port}`, {
  ...{ clientId: 'far-end', clean: false, protocolVersion: 4 as const, reconnectPeriod: 20 },
});
client.on('message', (topic, payload) => {
  const { n, t } = JSON.parse(payload.toString()) as { n: number; t: number };
  const now = Date.now();
  view.firstMs ??= now;
  if (t < view.firstMs) {
    outage.add(`${topic} ${n}`);
    view.lastMs = now;
  } else if (t <= overMs) view.live.push(now - t);
});
await client.subscribeAsync('devices/+/up', { qos: 1 });

const tell = () => {
  parentPort?.postMessage({ ...view, came: outage.size, live: [...view.live] } satisfies FarEndView);
  view.live.length = 0;
};
const timer = setInterval(tell, TELL_EVERY_MS);
parentPort?.on('message', (command: FarEndCommand) => {
  if (command === 'forget') {
    outage = new Set();
    view.firstMs = null;
    view.lastMs = null;
  } else if (command === 'over') overMs = Date.now();
  else {
    clearInterval(timer);
    client.end(true);
    parentPort?.close();
  }
});
tell();
