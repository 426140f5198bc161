/**
 * The network between gateway and cloud, as a TCP relay that can fail like a rural link: silent (bytes vanish into a
 * buffer that nobody reads, no FIN, no RST), or reset. Counts what it did, so that a test can prove that a fault fired.
 */
import { createConnection, createServer, type Socket } from 'node:net';

export interface Link {
  port: number;
  /** Connections relayed so far, and how many of them were cut. */
  counts: { connections: number; resets: number; silenced: number; bytesUp: number };
  /** Connections that are open now. */
  open(): number;
  /** Where new connections go. */
  aimAt(port: number): void;
  /** From now on nothing passes in either direction, and nobody is told; new connections hang. */
  goSilent(): void;
  /** Cuts every connection with RST. */
  reset(): void;
  /** Works again: silent connections are reset first, as a router does that forgot them. */
  heal(): void;
  close(): Promise<void>;
}

/** Relays a free loopback port to `target`. */
export async function startLink(target: number): Promise<Link> {
  let aim = target;
  let silent = false;
  const pairs = new Set<[Socket, Socket | undefined]>();
  const counts = { connections: 0, resets: 0, silenced: 0, bytesUp: 0 };

  const server = createServer((near) => {
    counts.connections++;
    near.on('error', () => {});
    if (silent) {
      pairs.add([near, undefined]);
      near.pause();
      return;
    }
    const far = createConnection({ port: aim, host: '127.0.0.1' });
    const pair: [Socket, Socket | undefined] = [near, far];
    pairs.add(pair);
    // While it is silent the near side learns of nothing, not even of a cloud that died.
    far.on('error', () => !silent && near.resetAndDestroy());
    near.on('data', (chunk) => {
      counts.bytesUp += chunk.length;
      if (!silent && !far.write(chunk)) near.pause();
    });
    far.on('drain', () => !silent && near.resume());
    far.on('data', (chunk) => {
      if (!silent && !near.write(chunk)) far.pause();
    });
    near.on('drain', () => !silent && far.resume());
    near.on('close', () => {
      if (!silent) far.destroy();
      pairs.delete(pair);
    });
    far.on('close', () => !silent && near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const cutAll = () => {
    for (const [near, far] of pairs) {
      counts.resets++;
      near.resetAndDestroy();
      far?.resetAndDestroy();
    }
    pairs.clear();
  };
  return {
    port: (server.address() as { port: number }).port,
    counts,
    open: () => pairs.size,
    aimAt(port) {
      aim = port;
    },
    goSilent() {
      silent = true;
      counts.silenced += pairs.size;
      for (const [near, far] of pairs) {
        near.pause();
        far?.pause();
      }
    },
    reset: cutAll,
    heal() {
      cutAll();
      silent = false;
    },
    async close() {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
