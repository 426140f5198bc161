/**
 * A board with StandardFirmata 2.5 as an Arduino Uno has it (github.com/firmata/protocol, protocol.md and i2c.md;
 * github.com/firmata/arduino, examples/StandardFirmata): its pins, what it answers, what it reports by itself, and what it does
 * where I2C does not answer: it complains, and sends what is left over from the answer before. Time is handed in.
 */

/** What hangs on the board. */
export interface BoardWiring {
  /** Steps of the converter, 0 to 1023. */
  analog(channel: number): number;
  /** Whether the contact between a pin and ground is closed. */
  isClosed(pin: number): boolean;
  i2c(address: number): I2cDevice | undefined;
}

export interface I2cDevice {
  /** The first byte is a register where the device has any. */
  write(bytes: readonly number[]): void;
  read(count: number): readonly number[];
}

/** A message, and the pin, channel or address that it is about. */
export interface BoardMessage {
  bytes: Uint8Array;
  about: { analog: number } | { port: number } | { address: number } | undefined;
}

const MODE = { input: 0, output: 1, analog: 2, pwm: 3, servo: 4, i2c: 6, pullup: 11 } as const;
const PINS = 20;
const PORTS = 3;
const FIRST_DIGITAL = 2;
const FIRST_ANALOG = 14;
const PWM_PINS = [3, 5, 6, 9, 10, 11];
const I2C_PINS = [18, 19];
const NO_CHANNEL = 127;
const FIRMWARE = 'StandardFirmata.ino';
const VERSION = [2, 5] as const;
const USUAL_SAMPLING_MS = 19;
const SHORTEST_SAMPLING_MS = 1;
/** The bootloader waits for a new program before it lets the old one start. */
const BOOT_MS = 1_600;
/** The Wire library takes no more in one go. */
const WIRE_BYTES = 32;
const LONGEST_SYSEX = 64;

interface Pin {
  mode: number;
  /** What was written to it; of a pull-up 1. */
  state: number;
}

export class FirmataBoard {
  readonly #wiring: BoardWiring;
  readonly #nowMs: () => number;
  #pins: Pin[] = [];
  #reportsAnalog = new Set<number>();
  #reportsPort = new Set<number>();
  #sentPort = new Map<number, number>();
  #samplingMs = USUAL_SAMPLING_MS;
  #sampledMs = 0;
  #hasI2c = false;
  #readyMs = 0;
  #greets = false;
  /** What the last answer of I2C left in its memory. */
  #received = new Array<number>(WIRE_BYTES).fill(0);
  #command: number[] = [];

  constructor(wiring: BoardWiring, nowMs: () => number) {
    this.#wiring = wiring;
    this.#nowMs = nowMs;
    this.#reset();
  }

  /** Power again, or the reset button: deaf and silent for a moment, then it says who it is. */
  restart(): void {
    this.#reset();
    this.#readyMs = this.#nowMs() + BOOT_MS;
    this.#greets = true;
  }

  /** What an output stands at; undefined where the pin is none. */
  output(pin: number): number | undefined {
    const is = this.#pins[pin] as Pin;
    return is.mode === MODE.output ? is.state : undefined;
  }

  /** What it sends by itself now. */
  tick(): BoardMessage[] {
    const nowMs = this.#nowMs();
    if (nowMs < this.#readyMs) return [];
    const sent: BoardMessage[] = [];
    if (this.#greets) sent.push(about(undefined, [0xf9, ...VERSION]), firmware());
    this.#greets = false;
    for (const port of this.#reportsPort) sent.push(...this.#port(port, false));
    if (nowMs - this.#sampledMs < this.#samplingMs) return sent;
    this.#sampledMs = nowMs;
    for (const channel of [...this.#reportsAnalog].sort((a, b) => a - b))
      if (this.#pins[FIRST_ANALOG + channel]?.mode === MODE.analog) sent.push(this.#analog(channel));
    return sent;
  }

  /** Takes bytes of the host; returns what it answers at once. */
  take(bytes: Uint8Array): BoardMessage[] {
    if (this.#nowMs() < this.#readyMs) return [];
    const sent: BoardMessage[] = [];
    for (const byte of bytes) {
      const command = this.#command;
      if (byte >= 0x80 && byte !== 0xf7) command.length = 0;
      else if (command.length === 0) continue;
      command.push(byte);
      const length = lengthOf(command[0] as number);
      const isWhole = command[0] === 0xf0 ? byte === 0xf7 : command.length === length;
      if (command.length > LONGEST_SYSEX || length === 0) command.length = 0;
      if (!isWhole) continue;
      sent.push(...this.#obey(command));
      command.length = 0;
    }
    return sent;
  }

  #obey(command: readonly number[]): BoardMessage[] {
    const [first, a, b] = command as unknown as [number, number, number];
    if (first === 0xf0) return this.#sysex(command[1] as number, command.slice(2, -1));
    if (first === 0xf9) return [about(undefined, [0xf9, ...VERSION])];
    if (first === 0xff) this.#reset();
    else if (first === 0xf4) return this.#setMode(a, b);
    else if (first === 0xf5) this.#write(a, b);
    else if ((first & 0xf0) === 0xc0) return this.#reportAnalog(first & 0x0f, a);
    else if ((first & 0xf0) === 0xd0) return this.#reportPort(first & 0x0f, a);
    else if ((first & 0xf0) === 0x90)
      for (let i = 0; i < 8; i++) this.#write(8 * (first & 0x0f) + i, ((a | (b << 7)) >> i) & 1);
    return [];
  }

  #sysex(kind: number, data: readonly number[]): BoardMessage[] {
    const [a = 0, b = 0] = data;
    switch (kind) {
      case 0x79:
        return [firmware()];
      case 0x6b:
        return [about(undefined, [0xf0, 0x6c, ...this.#pins.flatMap((_, pin) => [...capabilities(pin), 0x7f]), 0xf7])];
      case 0x69:
        return [about(undefined, [0xf0, 0x6a, ...this.#pins.map((_, pin) => channelOf(pin) ?? NO_CHANNEL), 0xf7])];
      case 0x6d: {
        const { mode, state } = this.#pins[a] ?? { mode: NO_CHANNEL, state: 0 };
        return [about(undefined, a < PINS ? [0xf0, 0x6e, a, mode, state, 0xf7] : [0xf0, 0x6e, a, 0xf7])];
      }
      case 0x7a:
        this.#samplingMs = Math.max(SHORTEST_SAMPLING_MS, a | (b << 7));
        return [];
      case 0x78:
        for (const pin of I2C_PINS) this.#setMode(pin, MODE.i2c);
        this.#hasI2c = true;
        return [];
      case 0x76:
        return this.#i2c(data);
      default:
        return [];
    }
  }

  #i2c([address = 0, how = 0, ...rest]: readonly number[]): BoardMessage[] {
    const bytes = Array.from(
      { length: rest.length >> 1 },
      (_, i) => (rest[2 * i] ?? 0) | ((rest[2 * i + 1] ?? 0) << 7),
    );
    const device = this.#hasI2c ? this.#wiring.i2c(address) : undefined;
    const mode = (how >> 3) & 3;
    if (mode === 0) device?.write(bytes);
    if (mode !== 1) return [];
    const [register, count] = bytes.length > 1 ? [bytes[0], bytes[1] ?? 0] : [undefined, bytes[0] ?? 0];
    if (register !== undefined) device?.write([register]);
    const read = (device?.read(Math.min(count, WIRE_BYTES)) ?? []).slice(0, count);
    const complaint = read.length < count ? [text('I2C: Too few bytes received', address)] : [];
    for (const [i, byte] of read.entries()) this.#received[i] = byte;
    const sent = [address, register ?? 0, ...this.#received.slice(0, count)];
    return [...complaint, about({ address }, [0xf0, 0x77, ...pairs(sent), 0xf7])];
  }

  #setMode(pin: number, mode: number): BoardMessage[] {
    const is = this.#pins[pin];
    if (is === undefined) return [];
    if (![...modesOf(pin)].some(([known]) => known === mode)) return [text('Unknown pin mode', undefined)];
    this.#pins[pin] = { mode, state: mode === MODE.pullup ? 1 : 0 };
    return [];
  }

  #write(pin: number, value: number): void {
    const is = this.#pins[pin];
    if (is !== undefined && pin >= FIRST_DIGITAL && (is.mode === MODE.output || is.mode === MODE.input))
      is.state = value;
  }

  #reportAnalog(channel: number, on: number): BoardMessage[] {
    if (FIRST_ANALOG + channel >= PINS) return [];
    if (on === 0) this.#reportsAnalog.delete(channel);
    else this.#reportsAnalog.add(channel);
    return on === 0 ? [] : [this.#analog(channel)];
  }

  #reportPort(port: number, on: number): BoardMessage[] {
    if (port >= PORTS) return [];
    if (on === 0) this.#reportsPort.delete(port);
    else this.#reportsPort.add(port);
    return on === 0 ? [] : this.#port(port, true);
  }

  #analog(channel: number): BoardMessage {
    const value = Math.min(1023, Math.max(0, Math.round(this.#wiring.analog(channel))));
    return about({ analog: channel }, [0xe0 | channel, value & 0x7f, value >> 7]);
  }

  /** Only inputs count; the others are 0. Sent when it has changed. */
  #port(port: number, always: boolean): BoardMessage[] {
    let value = 0;
    for (let i = 0; i < 8; i++) {
      const { mode, state } = this.#pins[8 * port + i] ?? { mode: MODE.output, state: 0 };
      const isHigh = mode === MODE.pullup || (mode === MODE.input && state === 1);
      if (isHigh && !this.#wiring.isClosed(8 * port + i)) value |= 1 << i;
    }
    if (!always && this.#sentPort.get(port) === value) return [];
    this.#sentPort.set(port, value);
    return [about({ port }, [0x90 | port, value & 0x7f, value >> 7])];
  }

  /** All pins that have a converter measure, all others are outputs at 0; nothing is reported. */
  #reset(): void {
    this.#pins = Array.from({ length: PINS }, (_, pin) => ({
      ...{ mode: channelOf(pin) === undefined ? MODE.output : MODE.analog, state: 0 },
    }));
    this.#reportsAnalog = new Set();
    this.#reportsPort = new Set();
    this.#sentPort = new Map();
    this.#samplingMs = USUAL_SAMPLING_MS;
    this.#hasI2c = false;
    this.#command = [];
  }
}

/** Bytes of a command from the host; undefined for a sysex, 0 for what is none. */
function lengthOf(first: number): number | undefined {
  if (first === 0xf0) return undefined;
  if (first === 0xf9 || first === 0xff) return 1;
  const kind = first & 0xf0;
  if (kind === 0xc0 || kind === 0xd0) return 2;
  return kind === 0x90 || kind === 0xe0 || first === 0xf4 || first === 0xf5 ? 3 : 0;
}

const channelOf = (pin: number) => (pin >= FIRST_ANALOG ? pin - FIRST_ANALOG : undefined);

/** Modes that a pin has, each with its resolution in bits. */
function modesOf(pin: number): Map<number, number> {
  const modes = new Map<number, number>();
  if (pin < FIRST_DIGITAL) return modes;
  modes.set(MODE.input, 1).set(MODE.pullup, 1).set(MODE.output, 1);
  if (channelOf(pin) !== undefined) modes.set(MODE.analog, 10);
  if (PWM_PINS.includes(pin)) modes.set(MODE.pwm, 8);
  modes.set(MODE.servo, 14);
  if (I2C_PINS.includes(pin)) modes.set(MODE.i2c, 1);
  return modes;
}

const capabilities = (pin: number) => [...modesOf(pin)].flat();
const about = (what: BoardMessage['about'], bytes: number[]): BoardMessage => ({
  bytes: Uint8Array.from(bytes),
  about: what,
});
/** Each byte as two of seven bits. */
const pairs = (bytes: readonly number[]) => bytes.flatMap((byte) => [byte & 0x7f, byte >> 7]);
const charCodes = (words: string) => [...words].map((c) => c.charCodeAt(0));
const firmware = () => about(undefined, [0xf0, 0x79, ...VERSION, ...pairs(charCodes(FIRMWARE)), 0xf7]);
const text = (words: string, address: number | undefined) =>
  about(address === undefined ? undefined : { address }, [0xf0, 0x71, ...pairs(charCodes(words)), 0xf7]);
