/**
 * SDI-12 sensors on one bus behind an adapter, as bytes (SDI-12 specification v1.4, sections 4.4 and 7): each answers
 * a!, aI!, ?!, aAb!, aM! and aC! (and their forms with a CRC), aD0! to aD9!, aR0!; announces M by a service request; gives a
 * measurement up that a break interrupts. The adapter breaks before each command. Time is handed in, so that it may be simulated.
 */

/** What a sensor is, and what it measures when it is asked. */
export interface BusSensor {
  readonly device: string;
  address: string;
  /** What stands behind the address in its answer to aI!. */
  readonly identity: string;
  /** Seconds that it says it needs, and that it takes; less than it says, as the specification wants (section 4.4.5). */
  readonly seconds: number;
  readonly takesMs: number;
  /** The values of one measurement, each as it is sent, e.g. "+21.0"; undefined where it is silent. */
  measure(): string[] | undefined;
}

/** What goes out. */
export interface BusAnswer {
  device: string;
  text: string;
  /** Whether values stand in it. */
  hasValues: boolean;
  hasCrc: boolean;
}

interface Memory {
  values: string[];
  hasCrc: boolean;
  /** When the values are there; a measurement that was given up has none. */
  readyMs: number;
  /** By M or V: a break interrupts it, and its end is announced. */
  isExclusive: boolean;
  isAnnounced: boolean;
  /** Characters of values in one answer. */
  room: number;
  /** Answers nothing until then: it writes its new address. */
  deafUntilMs: number;
}

/** Section 4.4.8: values of one answer after M, and after C and R. */
const ROOM_AFTER_M = 35;
const ROOM_AFTER_C = 75;
const WRITING_MS = 1_000;
const MOST_BY_M = 9;
/** Longest command: an address, two letters, a digit and the mark. */
const COMMAND_CHARACTERS = 16;

/** The CRC of section 4.4.12, bit by bit as it is written there. */
export function sdi12Crc(text: string): string {
  let crc = 0;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let count = 0; count < 8; count++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return [crc >>> 12, (crc >>> 6) & 0x3f, crc & 0x3f].map((bits) => String.fromCharCode(0x40 | bits)).join('');
}

/** The answer with a CRC that fits `address` and `values`, where it has one. */
export function dataAnswer(address: string, values: string, hasCrc: boolean): string {
  return `${address}${values}${hasCrc ? sdi12Crc(address + values) : ''}\r\n`;
}

export class Sdi12Bus {
  readonly #sensors: readonly BusSensor[];
  readonly #memory = new Map<BusSensor, Memory>();
  readonly #nowMs: () => number;
  #command = '';

  constructor(sensors: readonly BusSensor[], nowMs: () => number) {
    this.#sensors = sensors;
    this.#nowMs = nowMs;
    for (const sensor of sensors) this.#memory.set(sensor, fresh());
  }

  /** Takes characters of the host; returns the answers to the commands that they end. Line ends between commands are passed over. */
  take(bytes: Uint8Array): BusAnswer[] {
    const answers: BusAnswer[] = [];
    for (const byte of bytes) {
      const character = String.fromCharCode(byte & 0x7f);
      if (character < ' ') continue;
      this.#command = (this.#command + character).slice(-COMMAND_CHARACTERS);
      if (character !== '!') continue;
      answers.push(...this.#obey(this.#command.slice(0, -1)));
      this.#command = '';
    }
    return answers;
  }

  /** Service requests that are due now. */
  due(): BusAnswer[] {
    const nowMs = this.#nowMs();
    return this.#sensors.flatMap((sensor) => {
      const memory = this.#of(sensor);
      if (!memory.isExclusive || memory.isAnnounced || nowMs < memory.readyMs) return [];
      memory.isAnnounced = true;
      return [short(sensor, '')];
    });
  }

  /** The sensor starts anew: its measurement is gone, its address is not. */
  restart(device: string): void {
    for (const sensor of this.#sensors) if (sensor.device === device) this.#memory.set(sensor, fresh());
  }

  #obey(command: string): BusAnswer[] {
    const nowMs = this.#nowMs();
    // The break in front of it interrupts a measurement that the recorder should have waited for (section 4.4.5.1).
    for (const memory of this.#memory.values()) if (memory.isExclusive && nowMs < memory.readyMs) giveUp(memory);
    const [address, letters] = [command[0] ?? '', command.slice(1)];
    const meant = this.#sensors.filter((s) => s.address === address || (address === '?' && letters === ''));
    const answers = meant.flatMap((sensor) => this.#answer(sensor, letters) ?? []);
    return answers.length < 2 ? answers : [collision(answers)];
  }

  #answer(sensor: BusSensor, letters: string): BusAnswer | undefined {
    const nowMs = this.#nowMs();
    const memory = this.#of(sensor);
    if (nowMs < memory.deafUntilMs) return undefined;
    // A command to a sensor that measures concurrently ends that, whatever the command (section 4.4.7.1).
    if (!memory.isExclusive && nowMs < memory.readyMs) giveUp(memory);
    if (letters === '') return short(sensor, '');
    if (letters === 'I') return short(sensor, sensor.identity);
    if (/^A[0-9A-Za-z]$/.test(letters)) {
      sensor.address = letters[1] as string;
      memory.deafUntilMs = nowMs + WRITING_MS;
      return short(sensor, '');
    }
    const start = /^([MCV])(C?)([1-9]?)$/.exec(letters);
    if (start !== null) return this.#start(sensor, start[1] as 'M' | 'C' | 'V', start[2] === 'C', start[3] !== '');
    const data = /^D([0-9])$/.exec(letters);
    if (data !== null) return values(sensor, this.#part(memory, Number(data[1])), memory.hasCrc);
    const continuous = /^R(C?)([0-9])$/.exec(letters);
    if (continuous === null) return undefined;
    const now = continuous[2] === '0' ? sensor.measure() : [];
    return now === undefined ? undefined : values(sensor, now.join(''), continuous[1] === 'C');
  }

  /** M1 to M9, C1 to C9 and V are there, and have no values (sections 4.4.9 and 4.4.10). */
  #start(sensor: BusSensor, letter: 'M' | 'C' | 'V', hasCrc: boolean, isOther: boolean): BusAnswer | undefined {
    const digits = letter === 'C' ? 2 : 1;
    if (isOther || letter === 'V') return short(sensor, `000${'0'.repeat(digits)}`);
    // One digit says how many M gives: of a sensor with more, the first nine (table 9).
    const measured = sensor.measure()?.slice(0, letter === 'M' ? MOST_BY_M : undefined);
    if (measured === undefined) return undefined;
    const { seconds } = sensor;
    this.#memory.set(sensor, {
      ...{ values: measured, hasCrc, deafUntilMs: 0 },
      readyMs: this.#nowMs() + (seconds === 0 ? 0 : sensor.takesMs),
      ...{ isExclusive: letter === 'M', isAnnounced: seconds === 0 },
      room: letter === 'C' ? ROOM_AFTER_C : ROOM_AFTER_M,
    });
    return short(sensor, `${String(seconds).padStart(3, '0')}${String(measured.length).padStart(digits, '0')}`);
  }

  /** As many values as have room, value for value (section 4.4.8.3). */
  #part(memory: Memory, part: number): string {
    const parts: string[] = [''];
    for (const value of memory.values) {
      const last = parts.at(-1) as string;
      if (last.length + value.length > memory.room) parts.push(value);
      else parts[parts.length - 1] = last + value;
    }
    return parts[part] ?? '';
  }

  #of(sensor: BusSensor): Memory {
    return this.#memory.get(sensor) as Memory;
  }
}

const fresh = (): Memory => ({
  ...{ values: [], hasCrc: false, readyMs: 0, isExclusive: false, isAnnounced: true, room: ROOM_AFTER_M },
  deafUntilMs: 0,
});

function giveUp(memory: Memory): void {
  Object.assign(memory, { values: [], readyMs: 0, isAnnounced: true });
}

function short({ device, address }: BusSensor, text: string): BusAnswer {
  return { device, text: `${address}${text}\r\n`, hasValues: false, hasCrc: false };
}

function values({ device, address }: BusSensor, text: string, hasCrc: boolean): BusAnswer {
  return { device, text: dataAnswer(address, text, hasCrc), hasValues: text !== '', hasCrc };
}

/** Several sensors drive the line at once: spacing wins (section 3.1), so bits that are 0 anywhere read as 0. */
function collision(answers: readonly BusAnswer[]): BusAnswer {
  const [first, ...others] = answers as [BusAnswer, ...BusAnswer[]];
  const text = [...first.text].map((character, i) =>
    String.fromCharCode(
      others.reduce((code, { text: other }) => code & (other.charCodeAt(i) || 0x7f), character.charCodeAt(0)),
    ),
  );
  return { ...first, text: text.join('') };
}
