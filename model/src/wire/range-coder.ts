/**
 * An adaptive binary range coder: each yes/no decision costs as many bits as it is surprising, learnt as the block
 * goes on. The arithmetic is that of the range coder of LZMA (7-zip's LZMA specification, "The range coder"), with
 * 16-bit probabilities and a learning rate that starts fast. docs/protocol/batch.md has every step.
 */
import { KarezError } from '../errors.ts';

const TOP = 0x1000000;
/** Learning rate by how often a model was used: 1/2 … 1/32. */
const SHIFTS = [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5];
/** How far a model that was told what to expect has come in `SHIFTS`. */
const EXPECTED = 3;
const LAST = SHIFTS.length - 1;
/** Zero bytes at the end that are left out; a decoder reads as many past the end. */
const TAIL = 4;
const LOWEST = 64;
const HIGHEST = 65_536 - 64;

/** A set of adaptive models; each starts at one half. */
export class Models {
  readonly p: Uint16Array;
  readonly n: Uint8Array;

  constructor(count: number) {
    this.p = new Uint16Array(count).fill(32_768);
    this.n = new Uint8Array(count);
  }

  /** Sets what is expected of model `i` before anything is learnt: how likely a 1 is, in 65,536ths. */
  expect(i: number, one: number): void {
    this.p[i] = 65_536 - one;
    this.n[i] = EXPECTED;
  }

  learn(i: number, bit: number): void {
    const n = this.n[i] as number;
    const shift = SHIFTS[n] as number;
    if (n < LAST) this.n[i] = n + 1;
    let p = this.p[i] as number;
    p = bit === 0 ? p + ((65_536 - p) >> shift) : p - (p >> shift);
    this.p[i] = p < LOWEST ? LOWEST : p > HIGHEST ? HIGHEST : p;
  }
}

/** What both directions share, so that one description of the format serves encoder and decoder. */
export interface Coder {
  /** Codes one decision with model `i`; the decoder ignores `bit`. */
  bit(models: Models, i: number, bit: number): number;
  /** Codes the low `count` (at most 24) bits of `value`, each as likely as not. */
  plain(count: number, value: number): number;
}

export class Encoder implements Coder {
  #out = new Uint8Array(1024);
  #length: number;
  #low = 0;
  #range = 0xffffffff;
  #cache = 0;
  #pending = 1;
  /** The coder's first byte is always zero: it is written one place early and thus overwritten by the header. */
  readonly #start: number;

  /** @param reserve bytes to leave free in front. */
  constructor(reserve: number) {
    this.#start = reserve;
    this.#length = reserve - 1;
  }

  bit(models: Models, i: number, bit: number): number {
    const bound = (this.#range >>> 16) * (models.p[i] as number);
    if (bit === 0) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
    }
    models.learn(i, bit);
    if (this.#range < TOP) this.#normalise();
    return bit;
  }

  plain(count: number, value: number): number {
    for (let i = count - 1; i >= 0; i--) {
      this.#range >>>= 1;
      if ((value >>> i) & 1) this.#low += this.#range;
      if (this.#range < TOP) this.#normalise();
    }
    return value;
  }

  /** The bytes, header space included; nothing may be coded afterwards. */
  finish(): Uint8Array {
    // Any number in [low, low + range) will do: one with as many zero bytes at its end as possible, which are left out.
    const end = this.#low + this.#range - 1;
    for (const zeros of [0x1000000, 0x10000, 0x100, 1]) {
      const candidate = Math.floor(end / zeros) * zeros;
      if (candidate >= this.#low) {
        this.#low = candidate;
        break;
      }
    }
    for (let i = 0; i < 5; i++) this.#shift();
    let length = this.#length;
    const least = Math.max(this.#start, length - TAIL);
    while (length > least && this.#out[length - 1] === 0) length--;
    return this.#out.slice(0, length);
  }

  #normalise(): void {
    while (this.#range < TOP) {
      this.#range = (this.#range << 8) >>> 0;
      this.#shift();
    }
  }

  #shift(): void {
    if (this.#low < 0xff000000 || this.#low >= 0x100000000) {
      const carry = this.#low >= 0x100000000 ? 1 : 0;
      this.#push((this.#cache + carry) & 0xff);
      for (; this.#pending > 1; this.#pending--) this.#push((0xff + carry) & 0xff);
      this.#pending = 0;
      this.#cache = Math.floor(this.#low / TOP) & 0xff;
    }
    this.#pending++;
    this.#low = (this.#low % TOP) * 256;
  }

  #push(byte: number): void {
    if (this.#length === this.#out.length) {
      const larger = new Uint8Array(this.#out.length * 2);
      larger.set(this.#out);
      this.#out = larger;
    }
    this.#out[this.#length++] = byte;
  }
}

export class Decoder implements Coder {
  readonly #bytes: Uint8Array;
  #position: number;
  #range = 0xffffffff;
  #code = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#position = start;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  bit(models: Models, i: number): number {
    const bound = (this.#range >>> 16) * (models.p[i] as number);
    let bit: number;
    if (this.#code < bound) {
      this.#range = bound;
      bit = 0;
    } else {
      this.#code -= bound;
      this.#range -= bound;
      bit = 1;
    }
    models.learn(i, bit);
    while (this.#range < TOP) this.#refill();
    return bit;
  }

  plain(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit) this.#code -= this.#range;
      value = value * 2 + bit;
      while (this.#range < TOP) this.#refill();
    }
    return value;
  }

  /** Whether the bytes were used up: anything left over was not written by an encoder. */
  get atEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  #refill(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  #next(): number {
    const at = this.#position++;
    if (at < this.#bytes.length) return this.#bytes[at] as number;
    if (at >= this.#bytes.length + TAIL) {
      throw new KarezError('BATCH_MALFORMED', `the batch ends early, after ${this.#bytes.length} bytes`, {
        where: 'body',
      });
    }
    return 0;
  }
}
