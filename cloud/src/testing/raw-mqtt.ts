/** MQTT 3.1.1 packets made by hand, for clients that behave as no library would. */
import { createConnection, type Socket } from 'node:net';

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** A packet with its fixed header (section 2.2). */
export function packet(type: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let left = body.length; ; left = left >> 7) {
    length.push(left < 128 ? left : (left & 0x7f) | 0x80);
    if (left < 128) break;
  }
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

export interface Hello {
  clientId: string;
  username?: string;
  password?: string;
  keepaliveS?: number;
  clean?: boolean;
  will?: { topic: string; payload: string };
}

/** CONNECT (section 3.1). */
export function connectPacket(hello: Hello): Buffer {
  const { clientId, username, password, keepaliveS = 30, clean = true, will } = hello;
  const flags =
    (username === undefined ? 0 : 0x80) |
    (password === undefined ? 0 : 0x40) |
    (will === undefined ? 0 : 0x04) |
    (clean ? 0x02 : 0);
  return packet(
    0x10,
    text('MQTT'),
    Buffer.from([4, flags, keepaliveS >> 8, keepaliveS & 0xff]),
    text(clientId),
    ...(will === undefined ? [] : [text(will.topic), text(will.payload)]),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]),
  );
}

/** SUBSCRIBE with QoS 1 (section 3.8). */
export const subscribePacket = (topic: string): Buffer =>
  packet(0x82, Buffer.from([0, 1]), text(topic), Buffer.from([1]));

/** PUBLISH with QoS 0, 1 or 2 (section 3.3). */
export const publishPacket = (topic: string, payload: string | Uint8Array, qos = 0): Buffer =>
  packet(0x30 | (qos << 1), text(topic), ...(qos === 0 ? [] : [Buffer.from([0, 7])]), Buffer.from(payload));

export interface RawClient {
  socket: Socket;
  received: Buffer;
  /** Resolves when the other side has ended or cut the connection. */
  closed: Promise<void>;
  /** Resolves when so many bytes have come. */
  bytes(count: number): Promise<Buffer>;
}

/** Opens a socket; reads unless told not to. */
export async function openRaw(port: number, read = true): Promise<RawClient> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const waiting = new Set<() => void>();
  const client: RawClient = {
    ...{ socket, received: Buffer.alloc(0), closed },
    bytes: (count) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (client.received.length < count) return;
          waiting.delete(look);
          resolve(client.received);
        };
        waiting.add(look);
        look();
        closed.then(() => reject(new Error(`closed after ${client.received.length} bytes`)));
      }),
  };
  if (read) {
    socket.on('data', (chunk: Buffer) => {
      client.received = Buffer.concat([client.received, chunk]);
      for (const look of waiting) look();
    });
  } else socket.pause();
  return client;
}

/** Return code of a CONNACK (section 3.2). */
export async function connackOf(client: RawClient): Promise<number> {
  return (await client.bytes(4))[3] as number;
}
