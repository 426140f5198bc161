/** The simulated data logger: its clock, its records, its pages, against the maker's reference. */
import { describe, expect, test } from 'vitest';
import type { StationWeather } from '../world/world.ts';
import { ArchiveMemory, archiveRecord, type PeriodValues, RECORDS, stampBytes } from './davis-archive.ts';
import { type ConsoleWords, DavisConsole } from './davis-console.ts';
import { davisCrc, davisSealed } from './davis-crc.ts';
import { type ConsoleZone, DavisLogger } from './davis-logger.ts';

const START = Date.UTC(2026, 5, 1, 10, 2);
const MINUTE = 60_000;
const weather: StationWeather = {
  ...{
    temperatureC: 20,
    humidityPct: 50,
    pressureHpa: 1000,
    windMs: 4.4704,
    gustMs: 8.9408,
    windDeg: 90,
    rainMmPerH: 0,
  },
  ...{ cloud: 0, solarWm2: 500, uvIndex: 3, windAverage10Ms: 4, windAverage2Ms: 4, gust10Ms: 8, gust10Deg: 90 },
  ...{ pressureChange3hHpa: 0, rainDayMm: 0, etDayMm: 0 },
};
const dashed: PeriodValues = {
  ...{
    temperature: Number.NaN,
    temperatureHigh: Number.NaN,
    temperatureLow: Number.NaN,
    insideTemperature: Number.NaN,
  },
  ...{ rainClicks: 0, rainRateClicks: 0, barometer: Number.NaN, solar: Number.NaN, windSamples: 0, wind: Number.NaN },
  ...{
    insideHumidity: Number.NaN,
    humidity: Number.NaN,
    windHigh: 0,
    windHighPoint: Number.NaN,
    windPoint: Number.NaN,
  },
  ...{ uv: Number.NaN, et: 0, solarHigh: 0, uvHigh: 0 },
};

/** A console whose weather and time the test sets. */
function setUp(zone: ConsoleZone = { offsetMinutes: 0 }, startMs = START) {
  const it = { nowMs: startMs, weather };
  const logger = new DavisLogger({ clickMm: 0.254, zone, periodMinutes: 5, revision: 'B' }, () => it.nowMs);
  const console = new DavisConsole(() => ({ ...it.weather, clickMm: 0.254 }), logger);
  const wait = (minutes: number) => {
    for (const endMs = it.nowMs + minutes * MINUTE; it.nowMs < endMs; ) {
      it.nowMs += 2_000;
      console.tick();
    }
  };
  const say = (bytes: string | number[]): ConsoleWords[] =>
    console.take(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : Uint8Array.from(bytes));
  const said = (bytes: string | number[]) => say(bytes).flatMap((words) => [...words.bytes]);
  console.tick();
  return { it, logger, console, wait, say, said };
}

describe('the archive memory', () => {
  const numbered = (n: number) => archiveRecord(START + n * 5 * MINUTE, { ...dashed, rainClicks: n }, 'B');
  const filled = (count: number) => {
    const memory = new ArchiveMemory();
    for (let n = 0; n < count; n++) memory.write(numbered(n));
    return memory;
  };
  const clicksOf = (page: Uint8Array) =>
    Array.from({ length: 5 }, (_, i) => new DataView(page.buffer).getUint16(11 + i * 52, true));

  test('has the checksum of the reference’s worked example', () => {
    expect(davisCrc(Uint8Array.of(0xc6, 0xce, 0xa2, 0x03))).toBe(0xe2b4);
    expect(stampBytes(Date.UTC(2003, 5, 6, 9, 30)).slice(2)).toEqual([0xa2, 0x03]);
  });

  test('gives what comes after a record that it has, from the middle of a page', () => {
    const { pages, first, page } = filled(23).after(stampBytes(START + 11 * 5 * MINUTE));
    expect([pages, first]).toEqual([3, 2]);
    expect(clicksOf(page(0))).toEqual([10, 11, 12, 13, 14]);
    expect(clicksOf(page(2))).toEqual([20, 21, 22, 0xffff, 0xffff]);
    for (const n of [0, 1, 2]) {
      expect(page(n)).toHaveLength(267);
      expect([page(n)[0], davisCrc(page(n))]).toEqual([n, 0]);
    }
    expect(filled(23).after(stampBytes(START + 22 * 5 * MINUTE)).pages).toBe(0);
  });

  test('gives everything after a record that it does not have: 513 pages once it is full', () => {
    expect(filled(23).after([0, 0, 0, 0])).toMatchObject({ pages: 5, first: 0 });
    const { pages, first, page } = filled(RECORDS + 13).after(stampBytes(0));
    expect([pages, first]).toEqual([513, 3]);
    expect(page(0).subarray(1, 265)).toEqual(page(512).subarray(1, 265));
    expect(clicksOf(page(0))).toEqual([2570, 2571, 2572, 13, 14]);
    expect(page(256)[0]).toBe(0);
  });
});

describe('the clock', () => {
  const timeOf = (said: number[]) => said.slice(1, 7);

  test('shows local time with the zone’s daylight saving, and tells the zone', () => {
    const berlin = setUp({ number: 20, name: 'Europe/Berlin' });
    expect(timeOf(berlin.said('GETTIME\n'))).toEqual([0, 2, 12, 1, 6, 126]);
    expect(berlin.said('EEBRD 11 06\n').slice(1, 7)).toEqual([20, 0, 0, 0, 0, 0]);
    const nepal = setUp({ offsetMinutes: 345 });
    expect(timeOf(nepal.said('GETTIME\n'))).toEqual([0, 47, 15, 1, 6, 126]);
    expect(nepal.said('EEBRD 11 06\n').slice(1, 7)).toEqual([0, 1, 0, 575 & 255, 575 >> 8, 1]);
  });

  test('is set; a wrong checksum is refused', () => {
    const { said } = setUp();
    expect(said('SETTIME\n')).toEqual([6]);
    expect(said(davisSealed([0, 27, 15, 4, 6, 103]))).toEqual([6]);
    expect(timeOf(said('GETTIME\n'))).toEqual([0, 27, 15, 4, 6, 103]);
    said('SETTIME\n');
    expect(said([0, 27, 15, 4, 6, 103, 1, 1])).toEqual([0x18]);
  });

  test('begins in 2000 where it knows no time', () => {
    expect(timeOf(setUp(undefined, 90_000).said('GETTIME\n'))).toEqual([30, 1, 0, 1, 1, 100]);
  });
});

describe('a record', () => {
  test('holds means and extremes of its period, and what fell in it', () => {
    const { it, logger, wait } = setUp();
    wait(3);
    it.weather = { ...weather, temperatureC: 30, rainDayMm: 1, rainMmPerH: 12, gustMs: 11.176, windDeg: 180 };
    wait(1);
    it.weather = { ...weather, temperatureC: 10, rainDayMm: 2, windMs: 0, gustMs: 0 };
    wait(4.1);
    const records = logger.memory.records();
    expect(records).toHaveLength(2);
    const [first, second] = records.map((r) => new DataView(r.buffer)) as [DataView, DataView];
    expect([...new Uint8Array(first.buffer, 0, 4)]).toEqual(stampBytes(Date.UTC(2026, 5, 1, 10, 5)));
    expect([first.getInt16(4, true), first.getUint16(10, true), first.getUint8(27)]).toEqual([680, 0, 4]);
    // One minute at 30, four at 10 degrees; the last of the first is the first of the second.
    expect(second.getInt16(4, true)).toBeGreaterThan(570);
    expect(second.getInt16(4, true)).toBeLessThan(575);
    expect([second.getInt16(6, true), second.getInt16(8, true)]).toEqual([860, 500]);
    expect([second.getUint16(10, true), second.getUint16(12, true)]).toEqual([7, 47]);
    expect([second.getUint8(25), second.getUint8(26), second.getUint8(27), second.getUint8(42)]).toEqual([25, 8, 8, 0]);
  });

  test('the day’s rain and evapotranspiration are the sum of its records', () => {
    const { it, logger, wait } = setUp();
    for (let minute = 0; minute < 180; minute++) {
      it.weather = { ...weather, rainDayMm: minute * 0.11, etDayMm: minute * 0.004 };
      wait(1);
    }
    const sum = (read: (v: DataView) => number) =>
      logger.memory.records().reduce((total, r) => total + read(new DataView(r.buffer)), 0);
    const shown = logger.shown(it.weather);
    const unwritten = Math.floor((179 * 0.11) / 0.254) - sum((v) => v.getUint16(10, true));
    expect(shown.rainDayMm / 0.254).toBeCloseTo(sum((v) => v.getUint16(10, true)) + unwritten, 6);
    expect((shown.etDayMm / 25.4) * 1_000).toBeCloseTo(
      sum((v) => v.getUint8(29)),
      6,
    );
    expect(sum((v) => v.getUint8(29))).toBeGreaterThan(10);
  });

  test('of type A has dashes where B has more, and FF in byte 42', () => {
    const bytes = archiveRecord(START, dashed, 'A');
    expect(bytes[42]).toBe(0xff);
    expect(new DataView(bytes.buffer).getInt16(4, true)).toBe(32_767);
  });
});

test('a download goes page by page; a page is sent again after NAK, and ESC ends it', () => {
  const { said, say, wait } = setUp();
  wait(60);
  expect(said('DMPAFT\n')).toEqual([6]);
  const offer = said(davisSealed(stampBytes(Date.UTC(2026, 5, 1, 10, 10))));
  expect(offer.slice(0, 5)).toEqual([6, 3, 0, 2, 0]);
  expect(davisCrc(Uint8Array.from(offer.slice(1)))).toBe(0);
  const [first] = say([6]);
  expect([first?.framed, first?.bytes[0]]).toEqual([true, 0]);
  expect(said([0x15])).toEqual([...(first?.bytes ?? [])]);
  expect(said([6])[0]).toBe(1);
  expect(said([0x21])[0]).toBe(1);
  expect(said([0x1b])).toEqual([]);
  expect(said('\n')).toEqual([0x0a, 0x0d]);
  expect(said('DMPAFT\n')).toEqual([6]);
  expect(said([1, 2, 3, 4, 5, 6])).toEqual([0x18]);
});
