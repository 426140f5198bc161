/**
 * The farm's MQTT nodes for an outage: they publish a given number of messages with QoS 1 as fast as they are
 * acknowledged, and later a few at a time, to our gateway or to any broker. A message says who sent it, its number and when.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { NODES, passwordOf } from './farm.ts';
import { nodeMessage, READINGS_PER_NODE } from './field.ts';

export interface Nodes {
  /** Messages whose PUBACK came. */
  readonly acknowledged: number;
  readonly readings: number;
  /** Publishes `count` messages and waits for all acknowledgements. */
  flood(count: number): Promise<void>;
  /** From now on each node publishes a message every `everyMs`; told when one leaves. */
  speak(everyMs: number, sent: (node: string, count: number) => void): void;
  /** No more messages; resolves when the last acknowledgement has come. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Unacknowledged messages of one node: together less than a gateway keeps in memory for its disk. */
const IN_FLIGHT = 100;
/** What a message of the flood says as conductivity: lower than any count that `speak` sends. */
const FLOOD_COUNT = 500;
const FIRST_COUNT = 1_000;

export async function connectNodes(port: number): Promise<Nodes> {
  const clients = await Promise.all(
    NODES.map((id) =>
      connectAsync(`mqtt://127.0.0.1:${port}`, {
        ...{ clientId: id, username: id, password: passwordOf(id), protocolVersion: 4 as const, clean: false },
        ...{ reconnectPeriod: 100 },
      }),
    ),
  );
  const numbers = clients.map(() => 0);
  const timers: NodeJS.Timeout[] = [];
  const underWay = new Set<Promise<unknown>>();
  let acknowledged = 0;
  let count = FIRST_COUNT;

  const publish = (i: number, value: number): Promise<unknown> => {
    numbers[i] = (numbers[i] as number) + 1;
    const message = nodeMessage(numbers[i] as number, value);
    const done = (clients[i] as MqttClient).publishAsync(`devices/${NODES[i]}/up`, message, { qos: 1 }).then(
      () => {
        acknowledged++;
      },
      () => {},
    );
    underWay.add(done);
    return done.finally(() => underWay.delete(done));
  };
  const quiet = async () => {
    for (const timer of timers.splice(0)) clearInterval(timer);
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    get acknowledged() {
      return acknowledged;
    },
    get readings() {
      return acknowledged * READINGS_PER_NODE;
    },
    async flood(messages) {
      let left = messages;
      const lane = async (i: number) => {
        while (left-- > 0) await publish(i, FLOOD_COUNT);
      };
      await Promise.all(clients.flatMap((_, i) => Array.from({ length: IN_FLIGHT }, () => lane(i))));
    },
    speak(everyMs, sent) {
      for (const [i, id] of NODES.entries()) {
        const one = () => {
          sent(id, ++count);
          void publish(i, count);
        };
        timers.push(setTimeout(() => timers.push(setInterval(one, everyMs)), (i * everyMs) / NODES.length));
      }
    },
    quiet,
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await Promise.all(clients.map((client) => client.endAsync(true)));
    },
  };
}
