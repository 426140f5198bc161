/**
 * Modbus devices on one bus or behind one gateway, as bytes (MODBUS Application Protocol V1.1b3, sections 6.3, 6.4 and 7;
 * over Serial Line V1.02; on TCP/IP V1.0b): each answers reads of the registers that it has, refuses others with an
 * exception, and keeps silent to foreign addresses and broken frames.
 */

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

/** What a device has to say. */
export interface Slave {
  /** 3 reads holding registers, 4 input registers; some devices answer both alike. */
  functions: readonly number[];
  /** A register's word, or undefined where there is none. */
  word(register: number): number | undefined;
  /** Registers that it answers at once. */
  most?: number;
  /** What answers a request, function and four bytes, where the device is more than registers. */
  answer?(request: readonly number[]): number[];
}

export type SlaveFraming = 'rtu' | 'tcp';

export interface SlaveReply {
  address: number;
  reply: Uint8Array;
}

const RTU_REQUEST = 8;
const TCP_REQUEST = 12;

/** Answers requests on a bus; `slave` gives the device of an address or its holding registers from 0, undefined where none is. */
export class ModbusBus {
  #buffer: number[] = [];
  readonly #slave: (address: number) => Slave | readonly number[] | undefined;
  readonly #framing: SlaveFraming;

  constructor(slave: (address: number) => Slave | readonly number[] | undefined, framing: SlaveFraming = 'rtu') {
    this.#slave = slave;
    this.#framing = framing;
  }

  /** Takes what a master sent; returns the replies, with the address that gave each. */
  take(chunk: Uint8Array): SlaveReply[] {
    this.#buffer.push(...chunk);
    return this.#framing === 'rtu' ? this.#takeRtu() : this.#takeTcp();
  }

  /** A request is eight bytes; what does not check out is slid over byte by byte. */
  #takeRtu(): SlaveReply[] {
    const replies: SlaveReply[] = [];
    while (this.#buffer.length >= RTU_REQUEST) {
      const frame = Uint8Array.from(this.#buffer.slice(0, RTU_REQUEST));
      if (modbusCrc(frame) !== 0) {
        this.#buffer.shift();
        continue;
      }
      this.#buffer.splice(0, RTU_REQUEST);
      const address = frame[0] as number;
      const answer = this.#answer(address, frame.subarray(1, 6));
      if (answer !== undefined) replies.push({ address, reply: sealed([address, ...answer]) });
    }
    return replies;
  }

  /** A read request is twelve bytes: transaction, protocol 0, length 6, unit, function, register, count. */
  #takeTcp(): SlaveReply[] {
    const replies: SlaveReply[] = [];
    while (this.#buffer.length >= TCP_REQUEST) {
      const [t1, t2, p1, p2, l1, l2, unit] = this.#buffer as [number, number, number, number, number, number, number];
      if (p1 !== 0 || p2 !== 0 || l1 !== 0 || l2 !== TCP_REQUEST - 6) {
        this.#buffer.shift();
        continue;
      }
      const answer = this.#answer(unit, Uint8Array.from(this.#buffer.slice(7, TCP_REQUEST)));
      this.#buffer.splice(0, TCP_REQUEST);
      if (answer === undefined) continue;
      replies.push({ address: unit, reply: Uint8Array.of(t1, t2, 0, 0, 0, answer.length + 1, unit, ...answer) });
    }
    return replies;
  }

  /** Function and what follows it, for a request's function, register and count; undefined where nobody answers. */
  #answer(address: number, request: Uint8Array): number[] | undefined {
    const known = this.#slave(address);
    if (known === undefined) return undefined;
    if ('answer' in known && known.answer !== undefined) return known.answer([...request]);
    const { functions, word, most = 125 } = 'word' in known ? known : holdingFromZero(known);
    const [code, high, low, countHigh, countLow] = request as unknown as [number, number, number, number, number];
    const first = (high << 8) | low;
    const count = (countHigh << 8) | countLow;
    if (!functions.includes(code)) return [code | 0x80, 1];
    if (count < 1 || count > most) return [code | 0x80, 3];
    const words = Array.from({ length: count }, (_, i) => word(first + i));
    if (words.includes(undefined)) return [code | 0x80, 2];
    return [code, count * 2, ...(words as number[]).flatMap((w) => [w >>> 8, w & 0xff])];
  }
}

const holdingFromZero = (registers: readonly number[]): Slave => ({
  functions: [3],
  word: (register) => registers[register],
});
