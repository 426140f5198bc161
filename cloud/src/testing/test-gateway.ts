/** A gateway for tests of the cloud: speaks the protocol over real MQTT, sends again until it is told that it need not. */
import { type Ack, type GatewayStatus, type Inventory, type Reading, type RulesMessage, toColumns } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import mqtt, { type MqttClient } from 'mqtt';

export interface TestGateway {
  client: MqttClient;
  /** Every acknowledgement heard, oldest first. */
  acks: Ack[];
  /** Every message with its rules, oldest first. */
  rules: RulesMessage[];
  stored: Set<number>;
  refused: Map<number, string>;
  /** How many times each code was answered. */
  retries: Map<string, number>;
  describe(change?: (inventory: Inventory) => Inventory): Promise<void>;
  /** Sends once. */
  send(rows: readonly Row[]): Promise<void>;
  /** Sends, and again, until every reading is stored or refused. */
  deliver(rows: readonly Row[]): Promise<void>;
  say(status: Partial<GatewayStatus>): Promise<void>;
  close(): Promise<void>;
}

export type Row = Pick<Reading, 'seq' | 'timeMs' | 'value'> & Partial<Reading>;

export interface GatewayAt {
  url: string;
  farm: string;
  gateway: string;
  password: string;
  epoch: string;
}

/** Longest silence after a batch before it is sent again. */
const SILENCE_MS = 2_000;

export function inventoryOf({ farm, gateway, epoch }: Omit<GatewayAt, 'url' | 'password'>): Inventory {
  const channel = (number: number, quantity: string) => ({ number, quantity, place: 'd20', decimals: 1 });
  return {
    ...{ v: 1, epoch, revision: 1, farm: { id: farm, title: 'Farm' }, gateway: { id: gateway, title: 'Gateway' } },
    fields: [
      {
        ...{ id: 'north', title: 'North' },
        outline: [
          [86, 44],
          [86.1, 44],
          [86.1, 44.1],
        ],
      },
    ],
    devices: [
      {
        ...{ id: 'soil-1', title: 'Soil 1', profile: 'cwt-soil-7in1', kind: 'soil', field: 'north' },
        ...{ intervalMs: 1000, active: true },
        channels: [channel(1, 'soil.moisture'), channel(2, 'soil.temperature')],
      },
    ],
  };
}

export function statusOf(epoch: string, change: Partial<GatewayStatus> = {}): GatewayStatus {
  return {
    ...{ v: 1, online: true, epoch, timeMs: 0, monoMs: 0, startedMs: 0, version: '0' },
    ...{ accepted: 0, segments: [], stored: 0, waiting: 0, refused: 0, lost: [] },
    clock: { state: 'known', source: 'ntp', offsetMs: 0, uncertaintyMs: 1, trouble: null },
    journal: {
      ...{ bytes: 0, limitBytes: 1, policy: 'keep-newest', oldestMs: null, hoursLeft: null, writable: true },
    },
    link: { state: 'up', sinceMs: 0, roundTripMs: null },
    devices: [],
    ...change,
  };
}

/** Logs in and hears its acknowledgements. */
export async function connectGateway(at: GatewayAt): Promise<TestGateway> {
  const { url, farm, gateway, password, epoch } = at;
  const topic = (leaf: string) => `karez/v1/${farm}/${gateway}/${leaf}`;
  const name = `${farm}/${gateway}`;
  const client = await mqtt.connectAsync(url, {
    ...{ username: name, clientId: name, password, reconnectPeriod: 0, protocolVersion: 4, keepalive: 15 },
  });
  const acks: Ack[] = [];
  const rules: RulesMessage[] = [];
  const stored = new Set<number>();
  const refused = new Map<number, string>();
  const retries = new Map<string, number>();
  const hearers = new Set<(ack: Ack) => void>();
  client.on('message', (heardOn, payload) => {
    if (heardOn === topic('rules')) {
      rules.push(JSON.parse(payload.toString()) as RulesMessage);
      return;
    }
    const ack = JSON.parse(payload.toString()) as Ack;
    acks.push(ack);
    for (const [first, last] of ack.acked) for (let seq = first; seq <= last; seq++) stored.add(seq);
    for (const r of ack.refused) for (let seq = r.first; seq <= r.last; seq++) refused.set(seq, r.code);
    for (const r of ack.retry) retries.set(r.code, (retries.get(r.code) ?? 0) + 1);
    for (const hear of hearers) hear(ack);
  });
  await client.subscribeAsync([topic('ack'), topic('rules')], { qos: 1 });

  const send = async (rows: readonly Row[]) => {
    const columns = toColumns(rows.map((row) => ({ channel: 1, quality: 0, ...row })));
    await client.publishAsync(topic('batch'), Buffer.from(encodeBatch(columns, { farm, gateway, epoch })), { qos: 1 });
  };
  const isSettled = ({ seq }: Row) => stored.has(seq) || refused.has(seq);

  return {
    ...{ client, acks, rules, stored, refused, retries, send },
    async describe(change = (inventory) => inventory) {
      await client.publishAsync(topic('inventory'), JSON.stringify(change(inventoryOf(at))), { qos: 1, retain: true });
    },
    async deliver(rows) {
      let left = [...rows];
      while (left.length > 0) {
        const [first, last] = [left[0]?.seq as number, left.at(-1)?.seq as number];
        const answered = new Promise<number>((resolve) => {
          const silent = setTimeout(() => done(0), SILENCE_MS);
          const hear = (ack: Ack) => {
            const retry = ack.retry.find((r) => r.first <= last && r.last >= first);
            if (retry !== undefined) done(retry.afterMs);
            else if (left.every(isSettled)) done(0);
          };
          const done = (waitMs: number) => {
            clearTimeout(silent);
            hearers.delete(hear);
            resolve(waitMs);
          };
          hearers.add(hear);
        });
        await send(left);
        const waitMs = await answered;
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        left = left.filter((row) => !isSettled(row));
      }
    },
    async say(status) {
      await client.publishAsync(topic('status'), JSON.stringify(statusOf(epoch, status)), { qos: 1, retain: true });
    },
    async close() {
      await client.endAsync(true);
    },
  };
}
