/**
 * A Davis Vantage Pro2 console, as bytes (Vantage Serial Communication Reference Manual v2.6.1): wakes on a line feed,
 * answers TEST and VER, sends LOOP packets after LOOP n, LOOP and LOOP2 in turn after LPS n, stops at any byte that
 * comes in.
 */
import type { Weather } from '../world/weather.ts';

const ACK = 0x06;
const NO_WORD = 0x7fff;

/** CRC-CCITT with start 0, by table; the sender puts the high byte first (section XII). */
const TABLE = Uint16Array.from({ length: 256 }, (_, n) => {
  let c = n << 8;
  for (let k = 0; k < 8; k++) c = c & 0x8000 ? (c << 1) ^ 0x1021 : c << 1;
  return c;
});
export function davisCrc(bytes: Uint8Array): number {
  return bytes.reduce((crc, byte) => ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ byte] as number), 0);
}

export interface ConsoleWeather extends Weather {
  rainDayMm: number;
  etDayMm: number;
}

const inchesOfMercury = (hPa: number) => Math.round((hPa / 33.8638866667) * 1000);
const fahrenheitTenths = (c: number) => Math.round((c * 1.8 + 32) * 10);
const mph = (ms: number) => Math.round(ms / 0.44704);
const clicks = (mm: number) => Math.round(mm / 0.254);
const dewPointC = (t: number, rh: number) => {
  const a = Math.log(rh / 100) + (17.27 * t) / (t + 237.3);
  return (237.3 * a) / (17.27 - a);
};

function packet(fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(99);
  bytes.set([0x4c, 0x4f, 0x4f]);
  const view = new DataView(bytes.buffer);
  fill(view);
  bytes.set([0x0a, 0x0d], 95);
  view.setUint16(97, davisCrc(bytes.subarray(0, 97)));
  return bytes;
}

/** What both packets hold at the same places. */
function shared(view: DataView, w: ConsoleWeather): void {
  view.setUint16(7, inchesOfMercury(w.pressureHpa), true);
  view.setInt16(9, fahrenheitTenths(22), true);
  view.setUint8(11, 45);
  view.setInt16(12, fahrenheitTenths(w.temperatureC), true);
  view.setUint8(14, Math.min(254, mph(w.windMs)));
  view.setUint16(16, Math.round(w.windDeg) || 360, true);
  view.setUint8(33, Math.round(w.humidityPct));
  view.setUint16(41, clicks(w.rainMmPerH), true);
  view.setUint8(43, Math.round(w.uvIndex * 10));
  view.setUint16(44, Math.round(w.solarWm2), true);
  view.setUint16(50, clicks(w.rainDayMm), true);
  view.setUint16(56, Math.round((w.etDayMm / 25.4) * 1000), true);
}

/** The LOOP packet (section X.1). */
export function loopPacket(w: ConsoleWeather, archiveRecord = 0): Uint8Array {
  return packet((view) => {
    view.setUint8(4, 0);
    view.setUint16(5, archiveRecord, true);
    for (let i = 18; i < 33; i++) view.setUint8(i, 0xff);
    for (let i = 34; i < 41; i++) view.setUint8(i, 0xff);
    shared(view, w);
    view.setUint8(15, Math.min(254, mph(w.windMs)));
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
    view.setUint16(18, mph(w.windMs) * 10, true);
    view.setUint16(20, mph(w.windMs) * 10, true);
    view.setUint16(22, Math.round((w.gustMs / 0.44704) * 10), true);
    view.setUint16(24, Math.round(w.windDeg) || 360, true);
    view.setUint16(26, NO_WORD, true);
    view.setUint16(28, NO_WORD, true);
    view.setInt16(30, Math.round(dewPointC(w.temperatureC, w.humidityPct) * 1.8 + 32), true);
    view.setUint8(32, 0xff);
    view.setUint8(34, 0xff);
    view.setInt16(35, Math.round(w.temperatureC * 1.8 + 32), true);
    view.setInt16(37, Math.round(w.temperatureC * 1.8 + 32), true);
    view.setInt16(39, 255, true);
    view.setUint16(48, 0xffff, true);
  });
}

/** The console's side of the conversation. `tick` is to be called every two seconds of its time. */
export class DavisConsole {
  readonly #weather: () => ConsoleWeather;
  #line = '';
  #left = 0;
  #mask = 1;
  #turn = 0;

  constructor(weather: () => ConsoleWeather) {
    this.#weather = weather;
  }

  /** Takes bytes of the host; returns what the console answers at once. */
  take(chunk: Uint8Array): Uint8Array {
    const out: number[] = [];
    for (const byte of chunk) {
      this.#left = 0;
      if (byte !== 0x0a && byte !== 0x0d) {
        this.#line = (this.#line + String.fromCharCode(byte)).slice(-32);
        continue;
      }
      if (byte === 0x0d && this.#line === '') continue;
      const command = this.#line.trim();
      this.#line = '';
      out.push(...this.#command(command));
    }
    return Uint8Array.from(out);
  }

  #command(command: string): number[] {
    const text = (s: string) => [...s].map((c) => c.charCodeAt(0));
    if (command === '') return [0x0a, 0x0d];
    if (command === 'TEST') return text('\n\rTEST\n\r');
    if (command === 'VER') return text('\n\rOK\n\rApr 24 2012\n\r');
    if (command === 'NVER') return text('\n\rOK\n\r3.00\n\r');
    const loop = /^(?:LOOP|LPS (\d+)) (\d+)$/.exec(command);
    if (loop === null) return [0x21];
    this.#mask = loop[1] === undefined ? 1 : Number(loop[1]);
    this.#left = Number(loop[2]);
    this.#turn = 0;
    return [ACK];
  }

  /** The packet that is due now, if any. */
  tick(): Uint8Array | undefined {
    if (this.#left <= 0) return undefined;
    this.#left--;
    const second = this.#mask === 2 || (this.#mask === 3 && this.#turn++ % 2 === 1);
    return second ? loop2Packet(this.#weather()) : loopPacket(this.#weather());
  }
}
