/**
 * Doubles of which nothing is expected: eight bytes, each against the same byte of the channel's last double, the bits
 * of a byte learnt. docs/protocol/batch.md, section "Raw doubles".
 */
import { malformed } from './numbers.ts';
import { type Coder, Counters } from './range-coder.ts';

/** The two halves of a channel's last double. */
export interface Halves {
  high: number;
  low: number;
}

const double = new DataView(new ArrayBuffer(8));

export class RawDoubles {
  readonly #bytes = new Counters(8 * 256);

  code(coder: Coder, last: Halves, value: number): number {
    double.setFloat64(0, value);
    const high = this.#word(coder, (double.getUint32(0) ^ last.high) >>> 0, 0);
    const low = this.#word(coder, (double.getUint32(4) ^ last.low) >>> 0, 4);
    last.high = (last.high ^ high) >>> 0;
    last.low = (last.low ^ low) >>> 0;
    double.setUint32(0, last.high);
    double.setUint32(4, last.low);
    const result = double.getFloat64(0);
    if (!Number.isFinite(result)) throw malformed('value', 'not a finite number');
    return result;
  }

  #word(coder: Coder, word: number, firstByte: number): number {
    let result = 0;
    for (let b = 0; b < 4; b++) {
      const byte = (word >>> (24 - b * 8)) & 255;
      let tree = 1;
      for (let i = 7; i >= 0; i--)
        tree = tree * 2 + this.#bytes.code(coder, (firstByte + b) * 256 + tree, ((byte >> i) & 1) === 1);
      result = result * 256 + (tree - 256);
    }
    return result;
  }
}
