/** Requests of outputs on a bus that is read: they go before the next device is asked, one after the other. */
import { KarezError } from '@karez/model';
import type { Master } from './master.ts';
import type { Request } from './write.ts';

interface Waiting {
  request: Request;
  resolve(data: Uint8Array): void;
  reject(error: unknown): void;
}

export class RequestQueue {
  readonly #master: Pick<Master, 'ask'>;
  readonly #wake: () => void;
  #waiting: Waiting[] = [];
  #closed: string | undefined = 'the line is not open yet';

  /** @param wake tells whoever serves that there is something to do. */
  constructor(master: Pick<Master, 'ask'>, wake: () => void) {
    this.#master = master;
    this.#wake = wake;
  }

  /** Resolves with the data of the answer. Throws as the master does, and TRANSPORT_CLOSED while the line is closed. */
  ask(request: Request): Promise<Uint8Array> {
    if (this.#closed !== undefined) return Promise.reject(new KarezError('TRANSPORT_CLOSED', this.#closed));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#wake();
    });
  }

  /** Serves one. @returns whether there was one. */
  async serve(): Promise<boolean> {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    await this.#master.ask(next.request).then(next.resolve, next.reject);
    return true;
  }

  open(): void {
    this.#closed = undefined;
  }

  close(why: string): void {
    this.#closed = why;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new KarezError('TRANSPORT_CLOSED', why));
  }
}
