/** Frames of each who speaks on a port, found apart, so that the bytes of one never get between those of another. */
import { type Cancel, type Clock, type KarezError, LIMITS } from '@karez/model';
import type { MavlinkFrame } from './frame.ts';
import { FrameFinder } from './frame-finder.ts';

/** The bytes of one frame come together; what has not come by then was no frame, or its end is lost. */
const STALE_MS = 1_000;

interface Peer {
  finder: FrameFinder;
  stale: Cancel | undefined;
  staleHead: number;
}

export class Peers {
  readonly #clock: Clock;
  readonly #take: (frame: MavlinkFrame, from: string | undefined) => void;
  readonly #bad: (error: KarezError, bytes: Uint8Array) => void;
  readonly #peers = new Map<string, Peer>();
  /** Counts of peers that gave way. */
  readonly #goneUnknown = new Map<number, number>();
  #goneElsewhere = 0;
  /** Bytes since the last frame of anybody that belonged to none. */
  skipped = 0;

  constructor(
    clock: Clock,
    take: (frame: MavlinkFrame, from: string | undefined) => void,
    bad: (error: KarezError, bytes: Uint8Array) => void,
  ) {
    this.#clock = clock;
    this.#take = take;
    this.#bad = bad;
  }

  push(bytes: Uint8Array, from: string | undefined): void {
    const peer = this.#peerOf(from);
    const { finder } = peer;
    const before = finder.skipped;
    finder.push(bytes);
    this.skipped += finder.skipped - before;
    this.#watch(peer);
  }

  /** Numbers of messages that no dialect has, and how often each came. */
  get unknown(): [id: number, times: number][] {
    const all = new Map(this.#goneUnknown);
    for (const { finder } of this.#peers.values()) addTo(all, finder.unknown);
    return [...all];
  }

  /** Frames of dialects that are not read here. */
  get elsewhere(): number {
    let sum = this.#goneElsewhere;
    for (const { finder } of this.#peers.values()) sum += finder.elsewhere;
    return sum;
  }

  stop(): void {
    for (const { stale } of this.#peers.values()) stale?.();
  }

  #peerOf(from: string | undefined): Peer {
    const name = from ?? '';
    let peer = this.#peers.get(name);
    if (peer === undefined) {
      const finder = new FrameFinder((frame) => {
        this.skipped = 0;
        this.#take(frame, from);
      }, this.#bad);
      peer = { finder, stale: undefined, staleHead: -1 };
    }
    this.#peers.delete(name);
    this.#peers.set(name, peer);
    if (this.#peers.size > LIMITS.linePeers) this.#forget(this.#peers.entries().next().value as [string, Peer]);
    return peer;
  }

  #forget([name, { finder, stale }]: [string, Peer]): void {
    stale?.();
    this.#peers.delete(name);
    this.#goneElsewhere += finder.elsewhere;
    addTo(this.#goneUnknown, finder.unknown);
    while (this.#goneUnknown.size > LIMITS.linePeers)
      this.#goneUnknown.delete(this.#goneUnknown.keys().next().value as number);
  }

  /** Has the beginning of a frame given up when the rest of it does not come. */
  #watch(peer: Peer): void {
    const { finder } = peer;
    if (finder.waiting > 0 && finder.head === peer.staleHead) return;
    peer.stale?.();
    peer.staleHead = finder.waiting > 0 ? finder.head : -1;
    if (peer.staleHead === -1) return;
    peer.stale = this.#clock.after(STALE_MS, () => {
      peer.staleHead = -1;
      finder.giveUp();
      this.#watch(peer);
    });
  }
}

function addTo(all: Map<number, number>, some: ReadonlyMap<number, number>): void {
  for (const [id, times] of some) all.set(id, (all.get(id) ?? 0) + times);
}
