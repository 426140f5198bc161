/**
 * Devices for the farm of farm.ts, small enough to run beside what is measured: soil probes behind a serial server that
 * answer with a count in one register, nodes that publish a count, a weather console and a drone that repeat recorded
 * frames. A count comes back as a value, so that whoever sees it knows when its bytes left the device.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type Profile, profileOf } from '@karez/model';
import { connectAsync, type MqttClient } from 'mqtt';
import type { BenchContext } from './context.ts';
import { GATEWAY, NODES, type Ports, PROBES, passwordOf } from './farm.ts';

export interface Field {
  /** Readings whose arrival on the gateway's disk was acknowledged to a node. */
  readonly acknowledged: number;
  stop(): Promise<void>;
}

export interface FieldChoices {
  /** Between two messages of one node, ms. */
  nodeMs: number;
  /** Whether probes, console and drone are there. */
  lines: boolean;
  /** Told when the last byte of a count has left its device. */
  sent?(channel: string, count: number): void;
}

/** Counts lie between: above what a made backlog holds, below the top of the conductivity range. */
const FIRST_COUNT = 1_000;
const LAST_COUNT = 19_000;
const CONSOLE_MS = 2_000;
const DRONE_MS = 500;
/** Readings in one message of a node. */
export const READINGS_PER_NODE = 8;

/** Starts the devices. Nodes connect to a gateway that must be there. */
export async function startField(context: BenchContext, ports: Ports, choices: FieldChoices): Promise<Field> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const timers: NodeJS.Timeout[] = [];
  const nodes: MqttClient[] = [];
  let count = FIRST_COUNT;
  let acknowledged = 0;
  const next = () => {
    count = count < LAST_COUNT ? count + 1 : FIRST_COUNT;
    return count;
  };
  const stop = async () => {
    for (const timer of timers.splice(0)) clearInterval(timer);
    await Promise.all(nodes.splice(0).map((node) => node.endAsync(true)));
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  };
  context.atEnd(stop);

  const serve = async (port: number, talk: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      talk(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  };
  /** Repeats recorded frames to whoever is connected, until told to stop. */
  const repeat = (socket: Socket, frames: Uint8Array[], everyMs: number) => {
    let at = 0;
    const timer = setInterval(() => socket.write(frames[at++ % frames.length] as Uint8Array), everyMs);
    timers.push(timer);
    socket.once('close', () => clearInterval(timer));
    return () => clearInterval(timer);
  };
  if (choices.lines) {
    await serve(ports.modbus, (socket) => {
      socket.on('data', (request) => {
        const address = request[0] as number;
        const id = PROBES[address - 1];
        if (request.length !== 8 || id === undefined) return;
        const n = next();
        socket.write(probeReply(address, n));
        choices.sent?.(`${GATEWAY}/${id}/soil.ec@d${address * 10}`, n);
      });
    });
    await serve(ports.davis, (socket) => {
      let quiet = () => {};
      socket.on('data', (bytes) => {
        quiet();
        if (bytes.toString('latin1').startsWith('LPS'))
          quiet = repeat(socket, recorded('davis-vantage-pro2'), CONSOLE_MS);
        else socket.write('\n\r');
      });
    });
    await serve(ports.mavlink, (socket) => void repeat(socket, recorded('mavlink-sprayer'), DRONE_MS));
  }

  for (const [i, id] of NODES.entries()) {
    const node = await connectAsync(`mqtt://127.0.0.1:${ports.gatewayMqtt}`, {
      ...{ clientId: id, username: id, password: passwordOf(id), protocolVersion: 4, reconnectPeriod: 200 },
    });
    nodes.push(node);
    let messages = 0;
    const publish = () => {
      const n = next();
      const message = nodeMessage(++messages, n);
      choices.sent?.(`${GATEWAY}/${id}/soil.ec@d10`, n);
      node.publishAsync(`devices/${id}/up`, message, { qos: 1 }).then(
        () => {
          acknowledged += READINGS_PER_NODE;
        },
        () => {},
      );
    };
    // Spread over the interval, as nodes are that were switched on by hand.
    setTimeout(() => timers.push(setInterval(publish, choices.nodeMs)), (i * choices.nodeMs) / NODES.length);
  }
  return {
    get acknowledged() {
      return acknowledged;
    },
    stop,
  };
}

/** What a node says in its message number `counter`; `n` is its conductivity. */
export function nodeMessage(counter: number, n: number): string {
  const wave = Math.round(Math.sin(counter / 50) * 20) / 10;
  const soil = [
    { d: 10, vwc: 31.4 + wave, temp: 18.62 + wave, ec: n },
    { d: 30, vwc: 34 - wave, temp: 17.9, ec: 455 },
  ];
  return JSON.stringify({ n: counter, t: Date.now(), soil, bat: 3.91, rssi: -67 });
}

/** Seven registers, the third of them `n` (MODBUS over Serial Line V1.02, section 6.2.2 for the CRC). */
function probeReply(address: number, n: number): Buffer {
  const reply = Buffer.alloc(19);
  reply.set([address, 3, 14]);
  for (const [i, register] of [352, 241, n, 64, 18, 12, 63].entries()) reply.writeUInt16BE(register, 3 + i * 2);
  let crc = 0xffff;
  for (const byte of reply.subarray(0, 17)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  reply.writeUInt16LE(crc, 17);
  return reply;
}

function recorded(profile: string): Uint8Array[] {
  const { frames } = profileOf(profile) as Extract<Profile, { frames: { hex?: string }[] }>;
  return frames.flatMap(({ hex }) => (hex === undefined ? [] : [Buffer.from(hex.replace(/\s/g, ''), 'hex')]));
}
