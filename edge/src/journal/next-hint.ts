/**
 * The next sequence number, written beside the journal after each commit without waiting for the disk. It says how much
 * a journal has lost whose end was torn off; nothing else depends on it.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const BYTES = 12;

export class NextHint {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(BYTES);

  constructor(path: string) {
    this.#file = openSync(path, 'a+', 0o600);
    closeSync(this.#file);
    this.#file = openSync(path, 'r+');
  }

  /** The number as last written; undefined where there is none or it is damaged. */
  read(): number | undefined {
    const bytes = Buffer.alloc(BYTES);
    if (readSync(this.#file, bytes, 0, BYTES, 0) < BYTES) return undefined;
    const next = bytes.readDoubleBE(0);
    return bytes.readUInt32BE(8) === crc32(bytes.subarray(0, 8)) && Number.isSafeInteger(next) ? next : undefined;
  }

  write(next: number): void {
    this.#bytes.writeDoubleBE(next, 0);
    this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(0, 8)), 8);
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
