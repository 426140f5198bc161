/**
 * The archive memory of a Davis console, as bytes (Vantage Serial Communication Reference Manual v2.6.1, sections X.4 and XI):
 * 512 pages of five records, the oldest overwritten, sent page by page after DMP and DMPAFT.
 */
import { davisCrc } from './davis-crc.ts';

export const RECORDS = 2_560;
const RECORD_BYTES = 52;
const PAGE_RECORDS = 5;
const PAGES = RECORDS / PAGE_RECORDS;
const REV_B = 0x00;
const NO_WORD = 0x7fff;
const NO_BYTE = 0xff;

/** What a record keeps of its period, in the console's own units. NaN is a dash. */
export interface PeriodValues {
  /** Tenths of a degree Fahrenheit: mean, highest, lowest; inside. */
  temperature: number;
  temperatureHigh: number;
  temperatureLow: number;
  insideTemperature: number;
  rainClicks: number;
  rainRateClicks: number;
  /** Thousandths of an inch of mercury. */
  barometer: number;
  solar: number;
  windSamples: number;
  insideHumidity: number;
  humidity: number;
  /** Miles per hour. */
  wind: number;
  windHigh: number;
  /** Points of the compass, 0 north to 15. */
  windHighPoint: number;
  windPoint: number;
  /** Tenths. */
  uv: number;
  /** Thousandths of an inch of the last hour, in the record of the hour. */
  et: number;
  solarHigh: number;
  uvHigh: number;
}

/** Firmware before 24 April 2002 writes A. */
export type Revision = 'A' | 'B';

/** Date and time stamp of a local time given as if it were UTC. */
export function stampBytes(localMs: number): [number, number, number, number] {
  const at = new Date(localMs);
  const date = at.getUTCDate() + (at.getUTCMonth() + 1) * 32 + (at.getUTCFullYear() - 2000) * 512;
  const time = at.getUTCHours() * 100 + at.getUTCMinutes();
  return [date & 255, date >> 8, time & 255, time >> 8];
}

/** A record of the period that ends at `localMs`. */
export function archiveRecord(localMs: number, v: PeriodValues, revision: Revision): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES).fill(NO_BYTE);
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number, dash: number) =>
    view.setUint16(at, Number.isNaN(value) ? dash : value, true);
  const byte = (at: number, value: number, dash = NO_BYTE) => view.setUint8(at, Number.isNaN(value) ? dash : value);
  bytes.set(stampBytes(localMs));
  word(4, v.temperature, NO_WORD);
  word(6, v.temperatureHigh, 0x8000);
  word(8, v.temperatureLow, NO_WORD);
  word(10, v.rainClicks, 0);
  word(12, v.rainRateClicks, 0);
  word(14, v.barometer, 0);
  word(16, v.solar, NO_WORD);
  word(18, v.windSamples, 0);
  word(20, v.insideTemperature, NO_WORD);
  byte(22, v.insideHumidity);
  byte(23, v.humidity);
  byte(24, v.wind);
  byte(25, v.windHigh, 0);
  byte(26, v.windHighPoint);
  byte(27, v.windPoint);
  byte(28, v.uv);
  byte(29, v.et, 0);
  if (revision === 'A') return bytes;
  word(30, v.solarHigh, 0);
  byte(32, v.uvHigh, 0);
  bytes[33] = 193;
  bytes[42] = REV_B;
  return bytes;
}

/** Pages that are about to be sent. */
export interface Offer {
  pages: number;
  /** Where in the first page the first new record stands. */
  first: number;
  page(n: number): Uint8Array;
}

export class ArchiveMemory {
  readonly #records: (Uint8Array | undefined)[] = new Array(RECORDS).fill(undefined);
  /** Where the next record will be written. */
  next = 0;
  #isFull = false;

  write(record: Uint8Array): void {
    this.#records[this.next] = record;
    this.next = (this.next + 1) % RECORDS;
    this.#isFull ||= this.next === 0;
  }

  clear(): void {
    this.#records.fill(undefined);
    this.next = 0;
    this.#isFull = false;
  }

  /** Everything, oldest first. */
  records(): Uint8Array[] {
    const from = this.#isFull ? this.next : 0;
    const all = Array.from({ length: RECORDS }, (_, i) => this.#records[(from + i) % RECORDS]);
    return all.filter((record) => record !== undefined);
  }

  /** What is sent of the records after the one with this stamp; of all where none has it. */
  after(stamp: ArrayLike<number>): Offer {
    const found = this.#records.findLastIndex(
      (record) => record !== undefined && [0, 1, 2, 3].every((i) => record[i] === stamp[i]),
    );
    const start = found < 0 ? (this.#isFull ? this.next : 0) : (found + 1) % RECORDS;
    const count = (this.next - start + RECORDS) % RECORDS || (found < 0 && this.#isFull ? RECORDS : 0);
    const firstPage = Math.floor(start / PAGE_RECORDS);
    const first = start % PAGE_RECORDS;
    const pages = count === 0 ? 0 : Math.ceil((first + count) / PAGE_RECORDS);
    return { pages, first, page: (n) => this.#page((firstPage + n) % PAGES, n & 255) };
  }

  #page(page: number, sequence: number): Uint8Array {
    const bytes = new Uint8Array(267).fill(NO_BYTE);
    bytes[0] = sequence;
    for (let i = 0; i < PAGE_RECORDS; i++) {
      const record = this.#records[page * PAGE_RECORDS + i];
      if (record !== undefined) bytes.set(record, 1 + i * RECORD_BYTES);
    }
    new DataView(bytes.buffer).setUint16(265, davisCrc(bytes.subarray(0, 265)));
    return bytes;
  }
}
