/**
 * The next sequence number, and up to which all are settled, written beside the journal after each commit without waiting
 * for the disk. They say how much a damaged journal has lost; nothing else depends on them.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const BYTES = 20;

export interface Hint {
  nextSeq: number;
  settledTo: number;
}

export class NextHint {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(BYTES);

  constructor(path: string) {
    closeSync(openSync(path, 'a', 0o600));
    this.#file = openSync(path, 'r+');
  }

  /** As last written; undefined where there is none or it is damaged. */
  read(): Hint | undefined {
    const bytes = Buffer.alloc(BYTES);
    if (readSync(this.#file, bytes, 0, BYTES, 0) < BYTES) return undefined;
    const hint = { nextSeq: bytes.readDoubleBE(0), settledTo: bytes.readDoubleBE(8) };
    const isWhole = bytes.readUInt32BE(16) === crc32(bytes.subarray(0, 16));
    return isWhole && Number.isSafeInteger(hint.nextSeq) && Number.isSafeInteger(hint.settledTo) ? hint : undefined;
  }

  write({ nextSeq, settledTo }: Hint): void {
    this.#bytes.writeDoubleBE(nextSeq, 0);
    this.#bytes.writeDoubleBE(settledTo, 8);
    this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(0, 16)), 16);
    try {
      writeSync(this.#file, this.#bytes, 0, BYTES, 0);
    } catch {
      // A full disk: the hint is a hint.
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
