/**
 * The road between gateway and cloud, as a TCP relay that can be cut, silent, slow or lossy. Loss is what a TCP user sees
 * of it: what was lost comes after a retransmission timeout (RFC 6298: at least a second at first), and everything behind
 * it waits. Each state counts what it did.
 */
import { createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@karez/model';

export type Road =
  | { state: 'open' }
  | { state: 'cut' }
  | { state: 'silent' }
  | { state: 'slow'; bytesPerSecond?: number; delayMs?: number }
  | { state: 'lossy'; share: number };

export interface WeakLink {
  port: number;
  /** From now on. Connections that were silent are reset when that ends, as a router does that forgot them. */
  become(road: Road): void;
  road(): Road;
  /** What it did in each state: connections cut or refused, held, pieces delayed or lost. */
  readonly struck: Record<Exclude<Road['state'], 'open'>, number>;
  readonly bytes: { up: number; down: number };
  close(): Promise<void>;
}

const RETRANSMIT_MS = 1_000;
/** What a modem keeps before the sender has to wait. */
const QUEUE_BYTES = 64 * 1024;
const PIECE_BYTES = 1_400;

/** Relays a free loopback port to `target`. */
export async function startWeakLink(target: number, random: Random): Promise<WeakLink> {
  const link: Pick<WeakLink, 'struck' | 'bytes'> & { road: Road } = {
    road: { state: 'open' },
    struck: { cut: 0, silent: 0, slow: 0, lossy: 0 },
    bytes: { up: 0, down: 0 },
  };
  const pairs = new Set<[Socket, Socket | undefined]>();
  const isSilent = () => link.road.state === 'silent';

  const server = createServer({ noDelay: true }, (near) => {
    near.on('error', () => {});
    if (link.road.state === 'cut') {
      link.struck.cut++;
      near.resetAndDestroy();
      return;
    }
    if (isSilent()) {
      link.struck.silent++;
      near.pause();
      pairs.add([near, undefined]);
      return;
    }
    const far = createConnection({ port: target, host: '127.0.0.1', noDelay: true });
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    far.on('error', () => !isSilent() && near.resetAndDestroy());
    carry(near, far, 'up');
    carry(far, near, 'down');
    near.on('close', () => {
      pairs.delete(pair);
      if (!isSilent()) far.destroy();
    });
    far.on('close', () => !isSilent() && near.destroy());
  });

  /** Carries one direction, piece by piece, as the road is at that moment. */
  function carry(from: Socket, to: Socket, way: 'up' | 'down'): void {
    const lane = new Lane(random);
    let queued = 0;
    let last: Promise<unknown> = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      queued += chunk.length;
      if (queued > QUEUE_BYTES) from.pause();
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        const { dueMs, struck } = lane.send(performance.now(), piece.length, link.road);
        if (struck && (link.road.state === 'slow' || link.road.state === 'lossy')) link.struck[link.road.state]++;
        last = last.then(async () => {
          const waitMs = dueMs - performance.now();
          if (waitMs > 0) await pause(waitMs);
          while (isSilent() && !from.destroyed) await pause(20);
          queued -= piece.length;
          link.bytes[way] += piece.length;
          if (!to.destroyed) to.write(piece);
          if (from.isPaused() && queued <= QUEUE_BYTES / 2 && !isSilent()) from.resume();
        });
      }
    });
  }

  const cutAll = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far?.resetAndDestroy();
    }
    const n = pairs.size;
    pairs.clear();
    return n;
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ port: (server.address() as { port: number }).port, struck: link.struck, bytes: link.bytes },
    road: () => link.road,
    become(road) {
      const before = link.road.state;
      if (before === 'silent' && road.state !== 'silent') cutAll();
      link.road = road;
      if (road.state === 'cut') link.struck.cut += cutAll();
      if (road.state !== 'silent') return;
      link.struck.silent += pairs.size;
      for (const [near, far] of pairs) {
        near.pause();
        far?.pause();
      }
    },
    async close() {
      link.road = { state: 'open' };
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One direction of a road: when what is sent arrives, in the order of sending. */
export class Lane {
  readonly #random: Random;
  /** When the road has carried all that was sent before, and when the last of it arrives. */
  #freeMs = 0;
  #lastMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A piece is sent at `nowMs`. `struck`: the road slowed it, or lost it at first. */
  send(nowMs: number, bytes: number, road: Road): { dueMs: number; struck: boolean } {
    let dueMs = nowMs;
    let struck = false;
    if (road.state === 'slow') {
      struck = true;
      this.#freeMs = Math.max(this.#freeMs, nowMs);
      if (road.bytesPerSecond !== undefined) this.#freeMs += (bytes / road.bytesPerSecond) * 1_000;
      dueMs = this.#freeMs + (road.delayMs ?? 0);
    } else if (road.state === 'lossy') {
      for (let againMs = RETRANSMIT_MS; this.#random.next() < road.share && againMs < 60_000; againMs *= 2)
        dueMs += againMs;
      struck = dueMs > nowMs;
    }
    this.#lastMs = Math.max(this.#lastMs, dueMs);
    return { dueMs: this.#lastMs, struck };
  }
}
