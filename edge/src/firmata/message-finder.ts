/**
 * Finds whole messages of a Firmata board in a stream (github.com/firmata/protocol, protocol.md, version 2.5): an analog or
 * digital value, a version, or a sysex from F0 to F7. Firmata has no checksum: what tells a cut message is that only its
 * first byte, and the F7, is 80 or more. Everything else is skipped and counted. Holds less than one message.
 */
import { KarezError } from '@karez/model';

export const FIRMATA = {
  digital: 0x90,
  analog: 0xe0,
  version: 0xf9,
  sysex: 0xf0,
  sysexEnd: 0xf7,
} as const;

/** Second byte of a sysex. */
export const SYSEX = {
  analogMapping: 0x6a,
  capabilities: 0x6c,
  pinState: 0x6e,
  text: 0x71,
  i2cReply: 0x77,
  firmware: 0x79,
} as const;

/** The longest that is of use, the capabilities of 128 pins, has 3,000; whatever says more is not believed. */
export const LONGEST_SYSEX = 4_096;
const SHORT_BYTES = 3;

export class MessageFinder {
  readonly #message: (bytes: Uint8Array) => void;
  readonly #bad: (error: KarezError, bytes: Uint8Array) => void;
  #held: number[] = [];
  /** Bytes that belonged to no whole message. */
  skipped = 0;
  /** The same since the last whole message. */
  noise = 0;

  constructor(message: (bytes: Uint8Array) => void, bad: (error: KarezError, bytes: Uint8Array) => void) {
    this.#message = message;
    this.#bad = bad;
  }

  /** Bytes of a message that is not whole yet. */
  get waiting(): number {
    return this.#held.length;
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) this.#take(byte);
  }

  reset(): void {
    this.#skip(this.#held.length);
    this.#held = [];
  }

  #take(byte: number): void {
    const held = this.#held;
    if (byte < 0x80) {
      if (held.length === 0) this.#skip(1);
      else this.#add(byte);
      return;
    }
    if (byte === FIRMATA.sysexEnd && held[0] === FIRMATA.sysex) {
      held.push(byte);
      this.#whole();
      return;
    }
    if (held.length > 0) this.#giveUp('FRAME_MALFORMED', `byte ${hex(byte)} stands inside of a message: it was cut`);
    if (begins(byte)) this.#held = [byte];
    else this.#skip(1);
  }

  #add(byte: number): void {
    this.#held.push(byte);
    const { length, 0: first } = this.#held;
    if (first !== FIRMATA.sysex) {
      if (length === SHORT_BYTES) this.#whole();
    } else if (length === LONGEST_SYSEX) this.#giveUp('FRAME_TOO_LONG', `a sysex of ${length} bytes without an end`);
  }

  #whole(): void {
    const bytes = Uint8Array.from(this.#held);
    this.#held = [];
    if (bytes[0] === FIRMATA.sysex && bytes.length === 2) {
      this.#skip(2);
      return;
    }
    this.noise = 0;
    this.#message(bytes);
  }

  #giveUp(code: 'FRAME_MALFORMED' | 'FRAME_TOO_LONG', why: string): void {
    const bytes = Uint8Array.from(this.#held);
    this.#held = [];
    this.#skip(bytes.length);
    this.#bad(new KarezError(code, why, { where: `message ${hex(bytes[0] as number)}` }), bytes);
  }

  #skip(count: number): void {
    this.skipped += count;
    this.noise += count;
  }
}

/** Whether a board begins a message with it. */
function begins(byte: number): boolean {
  const kind = byte & 0xf0;
  return kind === FIRMATA.digital || kind === FIRMATA.analog || byte === FIRMATA.version || byte === FIRMATA.sysex;
}

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

/** A 14-bit value of an analog or digital message. */
export const valueOf14 = (bytes: Uint8Array): number => (bytes[1] as number) | ((bytes[2] as number) << 7);

/** Bytes that a sysex carries as two of seven bits each; undefined where it is not made so. */
export function bytesOfPairs(pairs: Uint8Array): Uint8Array | undefined {
  if (pairs.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(pairs.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = pairs[2 * i + 1] as number;
    if (high > 1) return undefined;
    bytes[i] = (pairs[2 * i] as number) | (high << 7);
  }
  return bytes;
}
