/**
 * CWT-SOIL 7-in-1 probes on one RS485 bus, as bytes (ComWinTop manual; MODBUS over Serial Line V1.02): each answers reads
 * of its seven holding registers, refuses others with exception 2, and keeps silent to foreign addresses and broken frames.
 */
import type { SoilValues } from '../world/world.ts';

/** CRC-16/Modbus, by table. */
const TABLE = Uint16Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xa001 ^ (c >>> 1) : c >>> 1;
  return c;
});

export function modbusCrc(bytes: Uint8Array): number {
  return bytes.reduce((crc, byte) => (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number), 0xffff);
}

/** Bytes with their CRC behind them, low byte first. */
export function sealed(bytes: number[]): Uint8Array {
  const crc = modbusCrc(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >>> 8]);
}

/** The seven registers in the order of the manual. */
export function registersOf(v: SoilValues): number[] {
  const word = (n: number) => Math.round(n) & 0xffff;
  return [
    word(v.moisturePct * 10),
    word(v.temperatureC * 10),
    word(v.ecUsCm),
    word(v.ph * 10),
    word(v.nitrogen),
    word(v.phosphorus),
    word(v.potassium),
  ];
}

/** Answers requests on a bus; `registers` gives those of an address, or undefined where no probe answers. */
export class ModbusBus {
  #buffer: number[] = [];
  readonly #registers: (address: number) => number[] | undefined;

  constructor(registers: (address: number) => number[] | undefined) {
    this.#registers = registers;
  }

  /** Takes what a master sent; returns the replies, with the address that gave each. */
  take(chunk: Uint8Array): { address: number; reply: Uint8Array }[] {
    this.#buffer.push(...chunk);
    const replies: { address: number; reply: Uint8Array }[] = [];
    // A request is eight bytes; what does not check out is slid over byte by byte.
    while (this.#buffer.length >= 8) {
      const frame = Uint8Array.from(this.#buffer.slice(0, 8));
      if (modbusCrc(frame) !== 0) {
        this.#buffer.shift();
        continue;
      }
      this.#buffer.splice(0, 8);
      const reply = this.#answer(frame);
      if (reply !== undefined) replies.push({ address: frame[0] as number, reply });
    }
    return replies;
  }

  #answer(frame: Uint8Array): Uint8Array | undefined {
    const [address, code] = frame as unknown as [number, number];
    const registers = this.#registers(address);
    if (registers === undefined) return undefined;
    const first = ((frame[2] as number) << 8) | (frame[3] as number);
    const count = ((frame[4] as number) << 8) | (frame[5] as number);
    if (code !== 3) return sealed([address, code | 0x80, 1]);
    if (count < 1 || count > 125) return sealed([address, code | 0x80, 3]);
    if (first + count > registers.length) return sealed([address, code | 0x80, 2]);
    return sealed([
      address,
      code,
      count * 2,
      ...registers.slice(first, first + count).flatMap((r) => [r >>> 8, r & 0xff]),
    ]);
  }
}
