/** Loopback ports for processes that must be told theirs before they start. */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below those that Linux gives to outgoing connections (ip_local_port_range, 32768 and up), so that none takes one meanwhile. */
const FROM = 12_000;
const BELOW = 32_000;

/** Ports of 127.0.0.1 that were free a moment ago, each another. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(FROM, BELOW);
    const server = await listening(port);
    if (server !== undefined) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
}

/** One of them. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
