/** A gateway that the test plays: real MQTT, real batches, sent again until they are acknowledged. */
import { type Ack, type GatewayStatus, type Inventory, LIMITS, type Reading, toColumns } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import mqtt from 'mqtt';

const EPOCH = 'feedfeed';
const ROWS_PER_BATCH = 20_000;

export async function connectPlayed({
  port,
  farm,
  gateway,
  password,
}: {
  port: number;
  farm: string;
  gateway: string;
  password: string;
}) {
  const name = `${farm}/${gateway}`;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username: name, password, clientId: name, reconnectPeriod: 0, protocolVersion: 4 as const },
  });
  const topic = (leaf: string) => `karez/v1/${farm}/${gateway}/${leaf}`;
  const acked: [number, number][] = [];
  let heard = () => {};
  client.on('message', (_topic, payload) => {
    acked.push(
      ...(JSON.parse(payload.toString()) as Ack).acked.map(([first, last]): [number, number] => [first, last]),
    );
    heard();
  });
  await client.subscribeAsync(topic('ack'), { qos: 1 });
  const isAcked = (rows: readonly Reading[]) => {
    const [first, last] = [rows[0]?.seq as number, rows.at(-1)?.seq as number];
    const covered = acked
      .filter(([f, l]) => l >= first && f <= last)
      .reduce((sum, [f, l]) => sum + Math.min(l, last) - Math.max(f, first) + 1, 0);
    return covered >= rows.length;
  };
  return {
    epoch: EPOCH,
    async describe(inventory: Inventory) {
      await client.publishAsync(topic('inventory'), JSON.stringify(inventory), { qos: 1, retain: true });
    },
    async deliver(rows: readonly Reading[]) {
      for (let at = 0; at < rows.length; at += Math.min(ROWS_PER_BATCH, LIMITS.batchReadings)) {
        const some = rows.slice(at, at + ROWS_PER_BATCH);
        const batch = Buffer.from(encodeBatch(toColumns(some), { farm, gateway, epoch: EPOCH }));
        while (!isAcked(some)) {
          const answered = new Promise<void>((resolve) => {
            heard = resolve;
            setTimeout(resolve, 2_000);
          });
          await client.publishAsync(topic('batch'), batch, { qos: 1 });
          await answered;
        }
      }
    },
    /** Says how it is: a clock that is off, a backlog, a refusal, so that every figure has a value. */
    async say(nowMs: number) {
      const status: GatewayStatus = {
        ...{ v: 1, online: true, epoch: EPOCH, timeMs: nowMs, monoMs: 5_000, startedMs: nowMs - 5_000, version: '0' },
        ...{ accepted: 10, segments: [], stored: 10, waiting: 0, refused: 0, lost: [], devices: [] },
        clock: { state: 'known', source: 'ntp', offsetMs: 40, uncertaintyMs: 1, trouble: null },
        journal: {
          bytes: 1_000_000,
          limitBytes: 512_000_000,
          policy: 'keep-oldest',
          oldestMs: null,
          hoursLeft: 900,
          writable: true,
        },
        link: { state: 'up', sinceMs: nowMs - 5_000, roundTripMs: 80 },
      };
      await client.publishAsync(topic('status'), JSON.stringify(status), { qos: 1, retain: true });
    },
    close: () => client.endAsync(true),
  };
}
