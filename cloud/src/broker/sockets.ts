/**
 * The broker's sockets before they are MQTT: how many, how large a packet may announce itself, and who gives way when too
 * many that have not logged in stand at the door (the oldest, since a gateway is through it in no time).
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { KarezError, LIMITS, packetGuard } from '@karez/model';
import type { TlsFiles } from '../tls.ts';

export interface SocketParts {
  /** A new connection. */
  opened(socket: Socket): void;
  closed(socket: Socket): void;
  /** A packet that announced more than `limitBytes`, or no length at all; its connection is cut. */
  tooLarge(limitBytes: number): void;
  strangerCut(): void;
  /** A connection that did not come as far as TLS. */
  notTls?(error: Error): void;
}

export interface Sockets {
  port: number;
  depth(): { sockets: number; strangers: number };
  /** The other side is a gateway. */
  known(socket: Socket): void;
  close(cutOthers: () => Promise<void>): Promise<void>;
}

/** A handshake that takes longer is none. */
const HANDSHAKE_MS = 10_000;
const BIGGEST_PACKET = Math.max(LIMITS.inventoryBytes, LIMITS.batchBytes) + 1024;

/** Listens. Throws PORT_TAKEN in words. */
export async function openSockets(parts: SocketParts, port: number, host: string, tls?: TlsFiles): Promise<Sockets> {
  const sockets = new Set<Socket>();
  const strangers = new Set<Socket>();
  /** What a TLS connection comes over: also those that have not come so far. */
  const wires = new Set<Socket>();
  const opened = (socket: Socket) => {
    sockets.add(socket.setNoDelay(true));
    strangers.add(socket);
    for (const oldest of strangers) {
      if (strangers.size <= LIMITS.brokerStrangers) break;
      strangers.delete(oldest);
      parts.strangerCut();
      oldest.destroy();
    }
    const early = packetGuard(LIMITS.controlBytes);
    const guard = packetGuard(BIGGEST_PACKET);
    socket.on('data', (chunk: Buffer) => {
      const isSmall = !strangers.has(socket) || early(chunk) === 'ok';
      if (guard(chunk) === 'ok' && isSmall) return;
      parts.tooLarge(isSmall ? BIGGEST_PACKET : LIMITS.controlBytes);
      socket.destroy();
    });
    socket.once('close', () => {
      sockets.delete(socket);
      strangers.delete(socket);
      parts.closed(socket);
    });
    parts.opened(socket);
  };
  const server: Server =
    tls === undefined
      ? createServer(opened)
      : createTlsServer({ ...tls, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS }, opened);
  if (tls !== undefined) {
    server.on('connection', (wire: Socket) => {
      wires.add(wire);
      wire.once('close', () => wires.delete(wire));
    });
    server.on('tlsClientError', (error: Error) => parts.notTls?.(error));
  }
  server.maxConnections = LIMITS.brokerConnections;
  return {
    port: await listen(server, port, host),
    depth: () => ({ sockets: sockets.size, strangers: strangers.size }),
    known: (socket) => strangers.delete(socket),
    async close(cutOthers) {
      const closed = new Promise((resolve) => server.close(resolve));
      await cutOthers();
      for (const socket of [...sockets, ...wires]) socket.destroy();
      await closed;
    },
  };
}

/** Starts listening; a taken port is told in one sentence. */
async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `port ${port} on ${host} is taken by another program; stop it or choose another port`;
      reject(
        error.code === 'EADDRINUSE'
          ? new KarezError('PORT_TAKEN', taken, { cause: error, where: `${host}:${port}` })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as { port: number }).port;
}
