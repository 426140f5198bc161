/** A TCP port that devices connect to: radios and serial servers that are clients. */
import { createServer, type Socket } from 'node:net';
import { LIMITS } from '@karez/model';
import type { Connection, ConnectionEvents } from './connection.ts';
import { PeerList } from './peer-list.ts';

const KEEPALIVE_MS = 10_000;
/** Bytes that may wait for one client; what is more is not sent. */
const WAITING_LIMIT = 16 * 1024;

/** Listens on `address` (host:port). */
export function listenTcp(address: string, events: ConnectionEvents): Connection {
  const colon = address.lastIndexOf(':');
  const peers = new PeerList<Socket>();
  const sockets = new Set<Socket>();
  let cause: Error | undefined;
  const over = Promise.withResolvers<void>();
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS }, (socket) => {
    const name = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.add(socket);
    peers.heard(name, socket);
    socket.on('data', (bytes) => {
      peers.heard(name, socket);
      events.bytes(bytes, name);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      peers.gone(name);
    });
  });
  server.maxConnections = LIMITS.linePeers;
  server.on('listening', () => events.opened());
  server.on('error', (error) => {
    cause = error;
    end();
  });
  function end(): void {
    // Closing one that never listened calls back too, with an error that says nothing new.
    server.close(() => {
      events.ended(cause);
      over.resolve();
    });
    for (const socket of sockets) socket.destroy();
  }
  server.listen(Number(address.slice(colon + 1)), address.slice(0, colon));
  let isClosing = false;
  return {
    waiting: 0,
    write(bytes, to) {
      for (const socket of peers.named(to)) if (socket.writableLength < WAITING_LIMIT) socket.write(bytes);
    },
    close() {
      if (!isClosing && cause === undefined) end();
      isClosing = true;
      return over.promise;
    },
  };
}
