/**
 * Where a reader of batches gets its decisions from, and the range decoder that takes them from bytes.
 * Source: docs/protocol/batch.md, "Range decoder".
 */
import { refuseUnless } from './refusal.ts';

export type Bit = 0 | 1;

export interface Decisions {
  /** A decision with chance `p` of 1, in 65,536ths. */
  decide(p: number): Bit;
  /** A bit that is as likely as not. */
  plainBit(): Bit;
}

/** A number of `count` plain bits, the highest first. */
export function plain(from: Decisions, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 2 + from.plainBit();
  return value;
}

/** Zero bytes that a writer may have left out at the end. */
const MISSING_AT_MOST = 4;

/** Takes decisions from the coded part of a batch. */
export class RangeDecoder implements Decisions {
  readonly #coded: Uint8Array;
  #at = 0;
  #range = 0xffffffff;
  #code = 0;

  constructor(coded: Uint8Array) {
    this.#coded = coded;
    for (let i = 0; i < 4; i++) this.#code = this.#code * 256 + this.#nextByte();
  }

  decide(p: number): Bit {
    const bound = (this.#range >>> 16) * p;
    const bit = this.#code < bound ? 1 : 0;
    if (bit === 1) this.#range = bound;
    else {
      this.#code -= bound;
      this.#range -= bound;
    }
    this.#fill();
    return bit;
  }

  plainBit(): Bit {
    this.#range >>>= 1;
    const bit = this.#code >= this.#range ? 1 : 0;
    if (bit === 1) this.#code -= this.#range;
    this.#fill();
    return bit;
  }

  /** To be called after the last decision: every byte must have been taken. */
  end(): void {
    refuseUnless(this.#at >= this.#coded.length, 'bytes are left over');
  }

  #fill(): void {
    while (this.#range < 0x1000000) {
      this.#range *= 256;
      this.#code = (this.#code * 256 + this.#nextByte()) % 0x100000000;
    }
  }

  #nextByte(): number {
    const byte = this.#coded[this.#at] ?? 0;
    this.#at += 1;
    refuseUnless(this.#at <= this.#coded.length + MISSING_AT_MOST, 'the coded part ends early');
    return byte;
  }
}
