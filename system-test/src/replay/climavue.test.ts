/**
 * Recorded rows of a ClimaVue50 as its SDI-12 replies, one for each measurement, read by the gateway's own parts in virtual
 * time. The logger wrote pressures in mbar and humidity in per cent; the sensor sends kPa and a fraction, and at most seven
 * digits of each, so what is stored is the row to that digit.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { VirtualGateway } from '../devices/virtual-gateway.ts';
import { isThere, partOf, readRecorded } from './recorded-table.ts';

const FILE = 'ts-compass-teros12/Compass_OWC_W_321_ClimaVue50_15min_20220824143830.dat';
const ROWS = { from: 300, count: 200 };
const EVERY_MS = 10_000;

/** In the order in which it sends: channel, column and powers of ten between the two. The logger kept no wind components. */
const VALUES: ([channel: string, column: string, divide?: number] | null)[] = [
  ['solar.radiation', 'SlrFD_W_Avg'],
  ['rain.amount', 'Rain_mm_Tot'],
  ['lightning.strikes', 'Strikes_Tot'],
  ['lightning.distance', 'Dist_km_Min'],
  ['wind.speed', 'WS_ms_S_WVT'],
  ['wind.direction', 'WindDir_D1_WVT'],
  ['wind.gust', 'MaxWS_ms_Max'],
  ['air.temperature', 'AirT_C_Avg'],
  ['air.vapour-pressure', 'VP_mbar_Avg', 1],
  ['air.pressure', 'BP_mbar', 1],
  ['air.humidity', 'RH', 2],
  ['sensor.temperature', 'RHT_C_Avg'],
  ['sensor.tilt-north', 'TiltNS_deg_Avg'],
  ['sensor.tilt-west', 'TiltWE_deg_Avg'],
  null,
  ['wind.north', ''],
  ['wind.east', ''],
];
/** Kept in hPa and in per cent: not divided. */
const UNDIVIDED = new Set(['air.pressure', 'air.humidity']);
const NO_VALUE = -9999;

const folder = mkdtempSync(join(tmpdir(), 'karez-climavue-'));
let gateway: VirtualGateway | undefined;
afterEach(() => gateway?.end());
afterAll(() => rmSync(folder, { recursive: true }));

/** To the seven digits that a value of SDI-12 may have (v1.4, table 11), a zero in front among them. */
function sevenDigits(value: number): number {
  const whole = String(Math.trunc(Math.abs(value))).length;
  return Number((value + Math.sign(value) * 1e-12).toFixed(7 - whole));
}

test.runIf(isThere(FILE))('every value of a row is stored', async () => {
  const { header, lines, rows } = partOf(readRecorded(FILE), ROWS.from, ROWS.count);
  const file = join(folder, 'station.dat');
  writeFileSync(file, [...header, ...lines].join('\n'));
  const values = VALUES.map((value) => {
    if (value === null || value[1] === '') return value === null ? 0 : NO_VALUE;
    return { column: value[1], divide: value[2] ?? 0 };
  });
  const replay = { recording: 'station', values };
  gateway = new VirtualGateway({
    sim: {
      recordings: { station: { file, next: 'reading' } },
      lines: [
        {
          ...{ type: 'sdi12', port: { pty: 'bus' } },
          sensors: [{ device: 'station', sensor: 'climavue50', address: 0, replay }],
        },
      ],
    },
    lines: [
      {
        ...{ type: 'sdi12', port: { serial: '0' }, adapter: 'command' },
        devices: [{ id: 'station', profile: 'climavue50', address: 0, intervalMs: EVERY_MS, crc: true }],
      },
    ],
    startMs: Date.UTC(2026, 5, 10),
    stepMs: 250,
  });
  await gateway.start();
  await gateway.advance(ROWS.count * EVERY_MS);
  await gateway.stop();
  const readings = gateway.readings();
  for (const [channel, column, divide = 0] of VALUES.filter((value) => value !== null)) {
    const found = readings.filter((r) => r.channel === channel).map((r) => r.value);
    const expected = rows.map((row) => {
      if (column === '') return Number.NaN;
      return UNDIVIDED.has(channel) ? Number(row[column]) : sevenDigits(Number(row[column]) / 10 ** divide);
    });
    expect(found, channel).toEqual(expected);
  }
  expect(new Set(readings.map((r) => r.timeMs)).size).toBe(ROWS.count);
});
