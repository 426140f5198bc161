/** Every topic that there is, of others: a gateway may neither write to it nor listen there. A leaf that is added is tried too. */
import { DOWN_LEAVES, silentLogger, systemClock, UP_LEAVES } from '@karez/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connackOf,
  connectPacket,
  openRaw,
  publishPacket,
  type RawClient,
  subscribePacket,
} from '../testing/raw-mqtt.ts';
import { type Broker, openBroker } from './broker.ts';

let broker: Broker;
const received: string[] = [];
const clients: RawClient[] = [];

beforeAll(async () => {
  broker = await openBroker(
    {
      ...{ clock: systemClock(), logger: silentLogger, check: async () => true, connected() {}, hearsRules() {} },
      async received(farm, gateway, leaf) {
        received.push(`${farm}/${gateway}/${leaf}`);
      },
    },
    { port: 0, host: '127.0.0.1' },
  );
});
afterAll(async () => {
  for (const { socket } of clients) socket.destroy();
  await broker.close();
});

async function login(): Promise<RawClient> {
  const client = await openRaw(broker.port);
  clients.push(client);
  client.socket.write(connectPacket({ clientId: 'north/gw-1', username: 'north/gw-1', password: 'x' }));
  expect(await connackOf(client)).toBe(0);
  return client;
}

const LEAVES = [...UP_LEAVES, ...DOWN_LEAVES];
const WHOSE = ['north/gw-2', 'south/gw-1', '+/gw-1', 'north/+', '+/+', 'north/gw-1/../../south/gw-1'];
const foreign = WHOSE.flatMap((whose) => LEAVES.map((leaf) => `karez/v1/${whose}/${leaf}`));
const wide = [
  '#',
  'karez/#',
  'karez/v1/north/#',
  'karez/v1/north/gw-1/#',
  'karez/v1/north/gw-1/+',
  '$SYS/#',
  '+/+/+/+/ack',
];
/** What goes down is the gateway's to read, what goes up to write, and not the reverse. */
const ownWrong = UP_LEAVES.map((leaf) => `karez/v1/north/gw-1/${leaf}`);

test.each([...foreign, ...wide, ...ownWrong, '$share/x/karez/v1/south/gw-1/rules'])(
  'nobody listens at %s',
  async (topic) => {
    const client = await login();
    client.socket.write(subscribePacket(topic));
    // SUBACK with a failure (MQTT 3.1.1, section 3.9.3), or the end of the connection.
    const answer = await Promise.race([client.bytes(9), client.closed.then(() => undefined)]).catch(() => undefined);
    if (answer !== undefined) expect([...answer.subarray(4)]).toEqual([0x90, 3, 0, 1, 0x80]);
  },
);

const downOwn = DOWN_LEAVES.map((leaf) => `karez/v1/north/gw-1/${leaf}`);
test.each([...foreign.filter((t) => !t.includes('+')), ...downOwn])('nobody writes to %s', async (topic) => {
  const client = await login();
  client.socket.write(publishPacket(topic, '{}'));
  await client.closed;
  expect(received).toEqual([]);
});

test('what is its own is let through', async () => {
  const client = await login();
  for (const leaf of DOWN_LEAVES) client.socket.write(subscribePacket(`karez/v1/north/gw-1/${leaf}`));
  const bytes = await client.bytes(4 + 5 * DOWN_LEAVES.length);
  for (let i = 0; i < DOWN_LEAVES.length; i++) expect(bytes[4 + 5 * i + 4]).toBe(1);
});
