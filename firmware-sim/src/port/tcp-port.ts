/** A serial server's raw TCP port: every client hears the line and may speak on it. */
import { createServer, type Socket } from 'node:net';
import { KarezError } from '@karez/model';
import type { Port } from './port.ts';

/** Bytes that may wait for one client; one that reads slower is cut off. */
const WRITE_LIMIT = 64 * 1024;
/** A small serial server serves a handful. */
const CLIENTS = 8;

export async function openTcpPort(host: string, port: number, take: (bytes: Uint8Array) => void): Promise<Port> {
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    clients.add(socket);
    socket.on('data', take);
    socket.on('error', () => {});
    socket.on('close', () => clients.delete(socket));
  });
  server.maxConnections = CLIENTS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = `port ${port} on ${host} is taken by another program; stop it or choose another under lines`;
      reject(cause.code === 'EADDRINUSE' ? new KarezError('PORT_TAKEN', taken, { cause, where: 'lines' }) : cause);
    });
    server.listen(port, host, resolve);
  });
  return {
    name: `${host}:${(server.address() as { port: number }).port}`,
    write(bytes) {
      for (const client of clients) {
        if (client.writableLength > WRITE_LIMIT) client.destroy();
        else client.write(bytes);
      }
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}
