/** Follows the simulator's record of acknowledged messages as it grows, without reading it anew. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { AckedMessage } from './proof.ts';

const CHUNK = 256 * 1024;

export class AckedTail {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(CHUNK);
  #offset = 0;
  #rest = '';
  count = 0;
  /** Sampling time of the newest message of each node. */
  readonly newestMs = new Map<string, number>();

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** Reads what is new; returns whether there was anything. */
  read(): boolean {
    const before = this.count;
    for (;;) {
      const bytes = readSync(this.#file, this.#buffer, 0, CHUNK, this.#offset);
      if (bytes === 0) return this.count > before;
      this.#offset += bytes;
      const lines = (this.#rest + this.#buffer.toString('utf8', 0, bytes)).split('\n');
      this.#rest = lines.pop() as string;
      for (const line of lines) {
        const { device, t } = JSON.parse(line) as AckedMessage;
        this.count++;
        this.newestMs.set(device, t);
      }
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
