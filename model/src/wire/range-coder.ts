/**
 * The arithmetic under a batch: a binary range coder, where each yes/no decision costs as many bits as it is
 * surprising, and the counters that learn what to expect as the block goes on. Invariant: encoder and decoder do the
 * same whole-number arithmetic, so a decoder that is given what the encoder wrote makes the same decisions.
 * Source: the arithmetic of the range coder in the LZMA specification (7-zip, "The range coder"), with 16-bit chances.
 * docs/protocol/batch.md, sections "Range decoder" and "Counters", has every step.
 */
import { KarezError } from '../errors.ts';

const TOP = 0x1000000;
/** Zero bytes that may be left out at the end: a decoder reads as many past the end. */
const WINDOW = 4;
/** A chance never gets closer to 0 or 65,536 than this, so that every decision stays possible. */
const EDGE = 32;
/** A counter follows 1/(n + 1.5) of each surprise, and never less than its last step. */
const STEPS = Array.from({ length: 31 }, (_, n) => Math.floor(32_768 / (n + 1.5)));
const LAST = STEPS.length - 1;

/**
 * Room for the counters of one block, used again for the next: coding never waits, so one block at a time is under way. A small
 * block would otherwise leave twenty times its own size behind as garbage outside the heap, which is collected late.
 */
const ROOM = 32_768;
const room = { p: new Uint16Array(ROOM), n: new Uint8Array(ROOM), used: 0 };

/** To be called before a block is begun: the counters of the one before are void. */
export function clearRoom(): void {
  room.used = 0;
}

function take(count: number): [p: Uint16Array, n: Uint8Array] {
  const from = room.used;
  const to = from + count;
  if (to > ROOM) return [new Uint16Array(count), new Uint8Array(count)];
  room.used = to;
  return [room.p.subarray(from, to), room.n.subarray(from, to)];
}

/** A set of counters, each the learnt chance of a 1 in 65,536ths. */
export class Counters {
  p: Uint16Array;
  n: Uint8Array;

  /**
   * @param chance of a 1 before anything is learnt, in 65,536ths.
   * @param n how many decisions that is worth.
   */
  constructor(count: number, chance = 32_768, n = 0) {
    [this.p, this.n] = take(count);
    this.p.fill(chance);
    this.n.fill(n);
  }

  /** Counters with a chance each. */
  static of(chances: readonly number[], n: number): Counters {
    const counters = new Counters(chances.length, 0, n);
    counters.p.set(chances);
    return counters;
  }

  /** Codes one decision by counter `i`, which learns it. */
  code(coder: Coder, i: number, wanted: boolean): number {
    const bit = coder.bit(this.p[i] as number, wanted ? 1 : 0);
    this.learn(i, bit);
    return bit;
  }

  /** Moves counter `i` towards `bit`. */
  learn(i: number, bit: number): void {
    const n = this.n[i] as number;
    if (n < LAST) this.n[i] = n + 1;
    const p = this.p[i] as number;
    const moved = p + (((bit === 0 ? -p : 65_535 - p) * (STEPS[n] as number)) >> 15);
    this.p[i] = Math.max(EDGE, Math.min(65_536 - EDGE, moved));
  }

  /** Makes room for `count` counters; new ones start at one half. */
  grow(count: number): void {
    const length = this.p.length;
    if (count <= length) return;
    const [p, n] = [this.p, this.n];
    [this.p, this.n] = take(Math.max(count, length * 2));
    this.p.fill(32_768);
    this.n.fill(0);
    this.p.set(p);
    this.n.set(n);
  }
}

/** What both directions share, so that one routine serves encoder and decoder. */
export interface Coder {
  /** Codes one decision whose chance of being 1 is `chance` 65,536ths; a decoder ignores `bit` and returns what was coded. */
  bit(chance: number, bit: number): number;
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
  readonly #start: number;

  /** @param reserve bytes to leave free in front, at least one. */
  constructor(reserve: number) {
    this.#start = reserve;
    // The first byte that a carry could reach is always zero: it lands on the last reserved one and is overwritten.
    this.#length = reserve - 1;
  }

  bit(chance: number, bit: number): number {
    const bound = (this.#range >>> 16) * chance;
    if (bit === 1) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
    }
    while (this.#range < TOP) this.#normalise();
    return bit;
  }

  plain(count: number, value: number): number {
    for (let i = count - 1; i >= 0; i--) {
      this.#range >>>= 1;
      if ((value >>> i) & 1) this.#low += this.#range;
      while (this.#range < TOP) this.#normalise();
    }
    return value;
  }

  /** The bytes, reserved space included; nothing may be coded afterwards. */
  finish(): Uint8Array {
    // Any number from low to low + range − 1 will do: the one with most zero bytes at its end, which are left out.
    const end = this.#low + this.#range - 1;
    for (const zeros of [0x100000000, 0x1000000, 0x10000, 0x100, 1]) {
      const candidate = Math.floor(end / zeros) * zeros;
      if (candidate >= this.#low) {
        this.#low = candidate;
        break;
      }
    }
    for (let i = 0; i < 5; i++) this.#shift();
    let length = this.#length;
    const least = Math.max(this.#start, length - WINDOW);
    while (length > least && this.#out[length - 1] === 0) length--;
    return this.#out.slice(0, length);
  }

  #normalise(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#shift();
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
    for (let i = 0; i < WINDOW; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  bit(chance: number): number {
    const bound = (this.#range >>> 16) * chance;
    let bit: number;
    if (this.#code < bound) {
      this.#range = bound;
      bit = 1;
    } else {
      this.#code -= bound;
      this.#range -= bound;
      bit = 0;
    }
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

  /** Whether nothing is left over. */
  get exhausted(): boolean {
    return this.#position >= this.#bytes.length;
  }

  #refill(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  #next(): number {
    const at = this.#position++;
    if (at < this.#bytes.length) return this.#bytes[at] as number;
    if (at >= this.#bytes.length + WINDOW) {
      throw new KarezError('BATCH_MALFORMED', `byte ${this.#bytes.length}: the batch ends early`, { where: 'body' });
    }
    return 0;
  }
}
