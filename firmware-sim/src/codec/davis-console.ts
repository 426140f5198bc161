/**
 * A Davis Vantage Pro2 console, as bytes (Vantage Serial Communication Reference Manual v2.6.1, sections VIII to XIII):
 * wakes on a line end, answers TEST and VER, tells and sets its clock, shows of its settings what concerns rain, zone and
 * archive, sends LOOP packets after LOOP n, LOOP and LOOP2 in turn after LPS n, its archive after DMP and DMPAFT; stops at
 * any byte that comes in. Its elevation is set to zero, so its barometer shows the pressure at the place.
 */
import type { StationWeather } from '../world/world.ts';
import type { Offer } from './davis-archive.ts';
import { davisCrc, davisSealed } from './davis-crc.ts';
import type { DavisLogger } from './davis-logger.ts';

const ACK = 0x06;
/** Dashes: what stands for a sensor that is not there (section X, "dashed value"). */
const NO_WORD = 0x7fff;
const NO_BYTE = 0xff;
const NO_COUNT = 0xffff;
/** Dashes in the whole-degree indices of LOOP2. */
const NO_INDEX = 255;
const NOAA_REDUCTION = 2;

const HPA_PER_INCH = 33.8638866667;
const inchesOfMercury = (hPa: number) => Math.round((hPa / HPA_PER_INCH) * 1000);
/** To the nearest, a half up; also where a half came from another unit and lost its last binary digit on the way. */
const nearest = (value: number) => Math.round(value + 1e-9);
const fahrenheitTenths = (c: number) => nearest((c * 1.8 + 32) * 10);
const mph = (ms: number) => ms / 0.44704;
const degrees = (deg: number) => (Number.isNaN(deg) ? deg : Math.round(deg) || 360);
/** Both packets have one byte for it; 255 is kept for "no value". */
const wholeMph = (ms: number) => Math.min(254, nearest(mph(ms)));
/** Change of the barometer in three hours: up to 0.02 inch is steady, from 0.06 inch on rapid (console manual). */
function trend(changeHpa: number): number {
  const inches = Math.abs(changeHpa) / HPA_PER_INCH;
  return inches < 0.02 ? 0 : Math.sign(changeHpa) * (inches < 0.06 ? 20 : 60);
}
/** A bucket has tipped, or it has not. */
const clicks = (mm: number, clickMm: number) => Math.floor(mm / clickMm + 1e-9);
const dewPointC = (t: number, rh: number) => {
  const a = Math.log(rh / 100) + (17.27 * t) / (t + 237.3);
  return (237.3 * a) / (17.27 - a);
};

/** What the console shows: the weather, in the size of its rain collector's bucket. */
export interface ConsoleWeather extends StationWeather {
  clickMm: number;
}

/** Byte 2B of its memory (section XIII): the collector in bits 4 and 5, north and east of the zero lines in bits 6 and 7. */
const NORTH_EAST = 0xc0;
const COLLECTORS: Record<number, number> = { 0.254: 0, 0.2: 1, 0.1: 2 };

function packet(fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(99);
  bytes.set([0x4c, 0x4f, 0x4f]);
  const view = new DataView(bytes.buffer);
  fill(view);
  bytes.set([0x0a, 0x0d], 95);
  view.setUint16(97, davisCrc(bytes.subarray(0, 97)));
  return bytes;
}

/** Writers of values, or of dashes where there is none. */
const wordsOf =
  (view: DataView) =>
  (at: number, value: number, dash = NO_WORD) =>
    view.setUint16(at, Number.isNaN(value) ? dash : value, true);
const bytesOf = (view: DataView) => (at: number, value: number) =>
  view.setUint8(at, Number.isNaN(value) ? NO_BYTE : value);

/** What both packets hold at the same places. */
function shared(view: DataView, w: ConsoleWeather): void {
  const word = wordsOf(view);
  const byte = bytesOf(view);
  view.setInt8(3, trend(w.pressureChange3hHpa));
  word(7, inchesOfMercury(w.pressureHpa), 0);
  view.setInt16(9, fahrenheitTenths(22), true);
  view.setUint8(11, 45);
  word(12, fahrenheitTenths(w.temperatureC));
  byte(14, wholeMph(w.windMs));
  word(16, degrees(w.windDeg), 0);
  byte(33, Math.round(w.humidityPct));
  word(41, clicks(w.rainMmPerH, w.clickMm), NO_COUNT);
  byte(43, Math.round(w.uvIndex * 10));
  word(44, Math.round(w.solarWm2));
  word(50, clicks(w.rainDayMm, w.clickMm), NO_COUNT);
  word(56, Math.round((w.etDayMm / 25.4) * 1000), NO_COUNT);
}

/** The LOOP packet (section X.1). */
export function loopPacket(w: ConsoleWeather, archiveRecord = 0): Uint8Array {
  return packet((view) => {
    view.setUint8(4, 0);
    view.setUint16(5, archiveRecord, true);
    for (let i = 18; i < 33; i++) view.setUint8(i, 0xff);
    for (let i = 34; i < 41; i++) view.setUint8(i, 0xff);
    shared(view, w);
    bytesOf(view)(15, wholeMph(w.windAverage10Ms));
    view.setUint16(48, 0xffff, true);
    for (let i = 62; i < 70; i++) view.setUint8(i, 0xff);
    view.setUint16(87, Math.round((4.6 * 100 * 512) / 300), true);
    view.setUint16(91, 600, true);
    view.setUint16(93, 1900, true);
  });
}

/** The LOOP2 packet (section X.2). */
export function loop2Packet(w: ConsoleWeather): Uint8Array {
  return packet((view) => {
    view.setUint8(4, 1);
    view.setUint16(5, NO_WORD, true);
    view.setUint8(15, 0xff);
    shared(view, w);
    const word = wordsOf(view);
    const tenthsOfMph = (at: number, ms: number) => word(at, Math.round(mph(ms) * 10));
    tenthsOfMph(18, w.windAverage10Ms);
    tenthsOfMph(20, w.windAverage2Ms);
    tenthsOfMph(22, w.gust10Ms);
    word(24, degrees(w.gust10Deg));
    view.setUint16(26, NO_WORD, true);
    view.setUint16(28, NO_WORD, true);
    word(30, Math.round(dewPointC(w.temperatureC, w.humidityPct) * 1.8 + 32), NO_INDEX);
    view.setUint8(32, 0xff);
    view.setUint8(34, 0xff);
    word(35, Math.round(w.temperatureC * 1.8 + 32), NO_INDEX);
    word(37, Math.round(w.temperatureC * 1.8 + 32), NO_INDEX);
    view.setInt16(39, NO_INDEX, true);
    view.setUint16(48, 0xffff, true);
    view.setUint8(60, NOAA_REDUCTION);
    for (const at of [65, 67, 69]) word(at, inchesOfMercury(w.pressureHpa), 0);
    view.setUint8(71, 0xff);
    for (let at = 83; at < 95; at += 2) view.setUint16(at, NO_WORD, true);
  });
}

const ESC = 0x1b;
const CANCEL = 0x18;
/** The reference says 21 in hexadecimal for the one, 15 for the other. */
const AGAIN = [0x21, 0x15];
const text = (s: string) => [...s].map((c) => c.charCodeAt(0));

/** What the console says; `framed` where it is a packet or a page with its own checksum. */
export interface ConsoleWords {
  bytes: Uint8Array;
  framed: boolean;
}

/** Bytes with a CRC that are awaited after a command, and what is done with them. */
interface Awaited {
  length: number;
  bytes: number[];
  take(bytes: number[]): number[];
}

interface Download {
  offer: Offer;
  /** The page that was sent last. */
  n: number;
}

/** The console's side of the conversation. `tick` is to be called every two seconds of its time. */
export class DavisConsole {
  readonly #weather: () => ConsoleWeather;
  readonly #logger: DavisLogger;
  #line = '';
  #left = 0;
  #mask = 1;
  #turn = 0;
  #awaited: Awaited | undefined;
  #download: Download | undefined;

  constructor(weather: () => ConsoleWeather, logger: DavisLogger) {
    this.#weather = weather;
    this.#logger = logger;
  }

  /** Whether packets are still to come. */
  get isSending(): boolean {
    return this.#left > 0;
  }

  /** The power was away: it sends nothing until it is asked again. Its archive is kept. */
  restart(): void {
    this.#line = '';
    this.#left = 0;
    this.#awaited = undefined;
    this.#download = undefined;
  }

  /** Takes bytes of the host; returns what the console answers at once. */
  take(chunk: Uint8Array): ConsoleWords[] {
    const out: ConsoleWords[] = [];
    const answer = (bytes: Iterable<number>) => {
      const words = Uint8Array.from(bytes);
      if (words.length > 0) out.push({ bytes: words, framed: false });
    };
    for (const byte of chunk) {
      this.#left = 0;
      if (this.#awaited !== undefined) answer(this.#await(byte));
      else if (this.#download !== undefined && [ACK, ESC, ...AGAIN].includes(byte)) {
        const page = this.#page(byte);
        if (page !== undefined) out.push({ bytes: page, framed: true });
      } else if (byte === 0x0a || byte === 0x0d) {
        const command = this.#line.trim();
        this.#line = '';
        this.#download = undefined;
        answer(this.#command(command));
      } else this.#line = (this.#line + String.fromCharCode(byte)).slice(-32);
    }
    return out;
  }

  /** The packet that is due now, if any. The sensors are looked at in any case. */
  tick(): Uint8Array | undefined {
    const weather = this.#weather();
    this.#logger.tick(weather);
    if (this.#left <= 0) return undefined;
    this.#left--;
    const second = this.#mask === 2 || (this.#mask === 3 && this.#turn++ % 2 === 1);
    const shown = this.#logger.shown(weather);
    return second ? loop2Packet(shown) : loopPacket(shown, this.#logger.memory.next);
  }

  #command(command: string): number[] {
    // A line end by itself wakes it.
    if (command === '') return [0x0a, 0x0d];
    if (command === 'TEST') return text('\n\rTEST\n\r');
    if (command === 'VER') return text('\n\rOK\n\rApr 24 2012\n\r');
    if (command === 'NVER') return text('\n\rOK\n\r3.00\n\r');
    if (command === 'GETTIME') return [ACK, ...davisSealed(this.#time())];
    if (command === 'SETTIME') return this.#expect(8, (bytes) => this.#setTime(bytes));
    if (command === 'DMP') return this.#offer([0, 0, 0, 0], false);
    if (command === 'DMPAFT') return this.#expect(6, (bytes) => this.#offer(bytes, true));
    if (command === 'CLRLOG') {
      this.#logger.memory.clear();
      return [ACK];
    }
    const [, period] = /^SETPER (1|5|10|15|30|60|120)$/.exec(command) ?? [];
    if (period !== undefined) {
      this.#logger.setPeriod(Number(period));
      return [ACK];
    }
    const [, address, count] = /^EEBRD ([0-9A-F]+) ([0-9A-F]+)$/.exec(command) ?? [];
    if (address !== undefined) return this.#memory(Number.parseInt(address, 16), Number.parseInt(count as string, 16));
    const loop = /^(?:LOOP|LPS (\d+)) (\d+)$/.exec(command);
    if (loop === null) return [0x21];
    this.#mask = loop[1] === undefined ? 1 : Number(loop[1]);
    this.#left = Number(loop[2]);
    this.#turn = 0;
    return [ACK];
  }

  /** Settings, as far as this console has them (section XIII). */
  #memory(address: number, count: number): number[] {
    const known: Record<number, number> = {
      43: NORTH_EAST | ((COLLECTORS[this.#weather().clickMm] ?? 0) << 4),
      45: this.#logger.periodMinutes,
    };
    for (const [i, byte] of this.#logger.zoneBytes().entries()) known[17 + i] = byte;
    const bytes = Array.from({ length: count }, (_, i) => known[address + i]);
    return bytes.includes(undefined) ? [0x21] : [ACK, ...davisSealed(bytes as number[])];
  }

  /** Seconds, minutes, hours, day, month, year − 1900 (section IX.7). */
  #time(): number[] {
    const at = new Date(this.#logger.localMs());
    return [
      ...[at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours()],
      ...[at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCFullYear() - 1900],
    ];
  }

  #setTime([second, minute, hour, day, month, year]: number[]): number[] {
    this.#logger.set(
      Date.UTC(1900 + (year as number), (month as number) - 1, day, hour as number, minute as number, second as number),
    );
    return [ACK];
  }

  #expect(length: number, take: (bytes: number[]) => number[]): number[] {
    this.#awaited = { length, bytes: [], take };
    return [ACK];
  }

  #await(byte: number): number[] {
    const awaited = this.#awaited as Awaited;
    awaited.bytes.push(byte);
    if (awaited.bytes.length < awaited.length) return [];
    this.#awaited = undefined;
    return davisCrc(Uint8Array.from(awaited.bytes)) === 0 ? awaited.take(awaited.bytes) : [CANCEL];
  }

  #offer(stamp: number[], isAfter: boolean): number[] {
    const offer = this.#logger.memory.after(stamp);
    this.#download = { offer, n: -1 };
    const words = [offer.pages & 255, offer.pages >> 8, offer.first & 255, offer.first >> 8];
    return isAfter ? [ACK, ...davisSealed(words)] : [ACK];
  }

  /** The next page, or the same again. */
  #page(byte: number): Uint8Array | undefined {
    const download = this.#download as Download;
    if (byte === ACK) download.n++;
    if (byte === ESC || download.n >= download.offer.pages) {
      this.#download = undefined;
      return undefined;
    }
    return download.offer.page(Math.max(0, download.n));
  }
}
