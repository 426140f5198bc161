/**
 * Turns a reader into a writer: whoever asks it for a decision gets the bit that `next` wants, and the bytes that say
 * so are made on the way. So whatever the reader can be told, a batch can be made of, also what our own encoder never
 * writes. Source: docs/protocol/batch.md, "Bytes" and "Advice to writers".
 */
import { CODED_AT, checksum, type Origin } from './batch-reader.ts';
import type { Bit, Decisions } from './decisions.ts';

export class RangeWriter implements Decisions {
  readonly #next: (p: number) => Bit;
  readonly #bytes: number[] = [];
  #low = 0;
  #range = 0xffffffff;

  /** @param next the bit wanted next, where 1 has chance `p`, in 65,536ths. */
  constructor(next: (p: number) => Bit) {
    this.#next = next;
  }

  decide(p: number): Bit {
    const bit = this.#next(p);
    const bound = (this.#range >>> 16) * p;
    if (bit === 1) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
    }
    this.#shift();
    return bit;
  }

  plainBit(): Bit {
    const bit = this.#next(0x8000);
    this.#range >>>= 1;
    if (bit === 1) this.#low += this.#range;
    this.#shift();
    return bit;
  }

  /** The coded part, with as many zero bytes left out as can be. */
  finish(): Uint8Array {
    const unit = [4, 3, 2, 1, 0].map((zeros) => 256 ** zeros).find((u) => this.#rounded(u) < this.#low + this.#range);
    return this.#end(this.#rounded(unit as number), unit as number);
  }

  /** A coded part that says what was said so far by the highest number that does. */
  finishAtTop(): Uint8Array {
    return this.#end(this.#low + this.#range - 1, 1);
  }

  /** Ends with this number, without the zero bytes below `unit`. */
  #end(number: number, unit: number): Uint8Array {
    this.#low = number;
    for (let left = 256 ** 3; left >= unit; left /= 256) this.#byteOut();
    this.#carry();
    return Uint8Array.from(this.#bytes);
  }

  #rounded(unit: number): number {
    return Math.ceil(this.#low / unit) * unit;
  }

  #shift(): void {
    while (this.#range < 0x1000000) {
      this.#byteOut();
      this.#range *= 256;
    }
  }

  #byteOut(): void {
    this.#carry();
    this.#bytes.push(Math.floor(this.#low / 0x1000000));
    this.#low = (this.#low * 256) % 0x100000000;
  }

  #carry(): void {
    if (this.#low < 0x100000000) return;
    this.#low -= 0x100000000;
    let at = this.#bytes.length - 1;
    while (this.#bytes[at] === 0xff) this.#bytes[at--] = 0;
    this.#bytes[at] = (this.#bytes[at] as number) + 1;
  }
}

/** A batch of this origin with this coded part. */
export function asBatch(coded: Uint8Array, origin: Origin): Uint8Array {
  const bytes = new Uint8Array(CODED_AT + coded.length);
  bytes.set([0x4b, 0x5e, 0x1f, 0x00, 0xd5]);
  bytes.set(coded, CODED_AT);
  return withChecksum(bytes, origin);
}

/** The same batch with the checksum that its bytes should have. */
export function withChecksum(bytes: Uint8Array, origin: Origin): Uint8Array {
  const repaired = Buffer.from(bytes);
  if (bytes.length >= CODED_AT) repaired.writeUInt32BE(checksum(bytes, origin), 5);
  return repaired;
}
