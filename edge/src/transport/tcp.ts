/** A serial server's raw TCP port. */
import { connect } from 'node:net';
import type { Connection, ConnectionEvents } from './connection.ts';

const KEEPALIVE_MS = 10_000;

/** `address` is host:port. */
export function connectTcp(address: string, events: ConnectionEvents): Connection {
  const colon = address.lastIndexOf(':');
  const socket = connect({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEPALIVE_MS,
  });
  let cause: Error | undefined;
  socket.once('connect', () => events.opened());
  socket.on('data', (chunk) => events.bytes(chunk));
  socket.on('error', (error) => {
    cause = error;
  });
  socket.once('close', () => events.ended(cause));
  return {
    get waiting() {
      return socket.writableLength;
    },
    write: (bytes) => void socket.write(bytes),
    close: () =>
      new Promise((resolve) => {
        if (socket.closed) return resolve();
        socket.once('close', () => resolve());
        socket.destroy();
      }),
  };
}
