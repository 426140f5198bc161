/** Datagrams, one for each piece that leaves: to an address, or to whoever spoke last. */
import { createSocket, type Socket } from 'node:dgram';
import { KarezError } from '@karez/model';
import type { Port } from './port.ts';

/** Sends to `address` (host:port) from a port of its own, as a drone or its Wi-Fi radio does; hears what comes back. */
export async function openUdpPort(address: string, take: (bytes: Uint8Array) => void): Promise<Port> {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  const socket = createSocket('udp4');
  socket.on('message', take);
  await bound(socket, 0, '0.0.0.0');
  return portOf(socket, `udp ${address}`, (bytes) => socket.send(bytes, port, host, () => {}));
}

/** Waits on a port until somebody speaks, and then speaks to the one that spoke last. */
export async function openUdpListener(host: string, port: number, take: (bytes: Uint8Array) => void): Promise<Port> {
  const socket = createSocket('udp4');
  let peer: { address: string; port: number } | undefined;
  socket.on('message', (bytes, from) => {
    peer = from;
    take(bytes);
  });
  await bound(socket, port, host);
  return portOf(socket, `udp ${host}:${socket.address().port}`, (bytes) => {
    if (peer !== undefined) socket.send(bytes, peer.port, peer.address, () => {});
  });
}

async function bound(socket: Socket, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = `UDP port ${port} on ${host} is taken by another program; choose another under lines`;
      reject(cause.code === 'EADDRINUSE' ? new KarezError('PORT_TAKEN', taken, { cause, where: 'lines' }) : cause);
    });
    socket.bind(port, host, resolve);
  });
  socket.removeAllListeners('error');
  // What cannot be sent is gone, as in the air.
  socket.on('error', () => {});
}

function portOf(socket: Socket, name: string, write: (bytes: Uint8Array) => void): Port {
  return { name, write, stop: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}
