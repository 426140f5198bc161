/**
 * As much of Protocol Buffers as one message needs (protobuf.dev, Encoding): fields in any order, unknown ones passed over, no
 * recursion, every length checked. 64-bit numbers come as two halves, so that what a double cannot hold is seen.
 */
import { KarezError } from '@karez/model';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** An unsigned 64-bit number. */
export interface Uint64 {
  high: number;
  low: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

export class ProtobufReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next field's number and how its value is written. */
  field(): [number: number, wire: number] {
    const { high, low } = this.varint();
    const number = low >>> 3;
    if (high !== 0 || number === 0) throw malformed(`a field at byte ${this.#at} has no number`);
    return [number, low & 7];
  }

  varint(): Uint64 {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) return { high: high >>> 0, low: low >>> 0 };
    }
    throw malformed(`a number at byte ${this.#at} does not end`);
  }

  bytes(): Uint8Array {
    const { high, low } = this.varint();
    if (high !== 0 || low > this.#bytes.length - this.#at)
      throw new KarezError('FRAME_TOO_SHORT', `${this.#bytes.length} bytes; a field at ${this.#at} has ${low}`, {
        where: 'payload',
      });
    this.#at += low;
    return this.#bytes.subarray(this.#at - low, this.#at);
  }

  text(): string {
    try {
      return utf8.decode(this.bytes());
    } catch (error) {
      if (error instanceof KarezError) throw error;
      throw malformed(`a text before byte ${this.#at} is no UTF-8`);
    }
  }

  float(): number {
    return this.#view.getFloat32(this.#skipped(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#skipped(8), true);
  }

  /** Passes over a value. */
  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === BYTES) this.bytes();
    else if (wire === FIXED64) this.#skipped(8);
    else if (wire === FIXED32) this.#skipped(4);
    else throw malformed(`a field before byte ${this.#at} is written in a way that is not used any more (${wire})`);
  }

  #byte(): number {
    return this.#bytes[this.#skipped(1)] as number;
  }

  #skipped(count: number): number {
    if (this.#at + count > this.#bytes.length)
      throw new KarezError('FRAME_TOO_SHORT', `${this.#bytes.length} bytes; a value at ${this.#at} has ${count}`, {
        where: 'payload',
      });
    this.#at += count;
    return this.#at - count;
  }
}

/** The number, or undefined where a double does not hold it. */
export function asNumber({ high, low }: Uint64): number | undefined {
  return high > 0x1fffff ? undefined : high * 2 ** 32 + low;
}

/** The number with its sign, or undefined where a double does not hold it. */
export function asSigned({ high, low }: Uint64): number | undefined {
  const value = (high | 0) * 2 ** 32 + low;
  return Number.isSafeInteger(value) ? value : undefined;
}

export const malformed = (text: string) => new KarezError('FRAME_MALFORMED', text, { where: 'payload' });
