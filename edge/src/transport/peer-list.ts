/** Who was heard on a port where anybody may speak: so many as make sense, the one that was silent longest gives way. */
import { LIMITS } from '@karez/model';

export class PeerList<P> {
  readonly #peers = new Map<string, P>();

  heard(name: string, peer: P): void {
    this.#peers.delete(name);
    this.#peers.set(name, peer);
    if (this.#peers.size > LIMITS.linePeers) this.#peers.delete(this.#peers.keys().next().value as string);
  }

  gone(name: string): void {
    this.#peers.delete(name);
  }

  /** The one of this name, where it is known; all of them where no name is given. */
  named(name: string | undefined): P[] {
    if (name === undefined) return [...this.#peers.values()];
    const peer = this.#peers.get(name);
    return peer === undefined ? [] : [peer];
  }
}
