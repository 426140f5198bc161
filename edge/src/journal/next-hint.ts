/**
 * The next sequence number, up to which all are settled, and what is refused and lost, written beside the journal after each
 * commit without waiting for the disk. They say how much a damaged journal has lost; nothing else depends on them.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { LOSS_REASONS } from './settlement.ts';

const NUMBERS = 3 + LOSS_REASONS.length;
const BYTES = NUMBERS * 8 + 4;

export interface Hint {
  nextSeq: number;
  settledTo: number;
  refused: number;
  /** In the order of LOSS_REASONS. */
  lost: readonly number[];
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
    if (bytes.readUInt32BE(NUMBERS * 8) !== crc32(bytes.subarray(0, NUMBERS * 8))) return undefined;
    const numbers = Array.from({ length: NUMBERS }, (_, i) => bytes.readDoubleBE(i * 8));
    if (!numbers.every(Number.isSafeInteger)) return undefined;
    const [nextSeq, settledTo, refused, ...lost] = numbers as [number, number, number, ...number[]];
    return { nextSeq, settledTo, refused, lost };
  }

  write({ nextSeq, settledTo, refused, lost }: Hint): void {
    [nextSeq, settledTo, refused, ...lost].forEach((n, i) => {
      this.#bytes.writeDoubleBE(n, i * 8);
    });
    this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(0, NUMBERS * 8)), NUMBERS * 8);
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
