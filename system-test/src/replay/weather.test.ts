/**
 * Recorded weather of three stations as a console's packets, read by the gateway's own parts in virtual time. A console says
 * temperature to 0.1 °F, pressure to 0.001 inHg, wind in whole miles per hour, and humidity, radiation and direction in whole
 * numbers: what is stored is each row at that resolution, and nothing else.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { VirtualGateway } from '../devices/virtual-gateway.ts';
import { isThere, partOf, type RecordedTable, readRecorded } from './recorded-table.ts';

interface Column {
  column: string;
  multiply?: number;
  offset?: number;
}

interface Station {
  file: string;
  recording: object;
  /** First row that is played. */
  from: number;
  columns: Record<string, Column>;
}

const LANGLEY_PER_HOUR = 11.622;
const STATIONS: Record<string, Station> = {
  'a greenhouse, outdoors (Koidra)': {
    ...{ file: 'ts-koidra-agc2022/weather.csv', recording: {}, from: 700 },
    columns: {
      temperatureC: { column: 'Tout' },
      humidityPct: { column: 'Rhout' },
      solarWm2: { column: 'Iglob' },
      windMs: { column: 'Windsp' },
      windDeg: { column: 'Winddir' },
    },
  },
  'AgriMet Fallon, in °F, mph and langleys': {
    ...{ file: 'refet-hourly/FALN_Agrimet_hourly_raw_2015.csv', from: 4_000 },
    recording: { time: ['YEAR', 'MONTH', 'DAY', 'HOUR'], utcOffsetH: -8 },
    columns: {
      temperatureC: { column: 'OB', multiply: 5 / 9, offset: -160 / 9 },
      windMs: { column: 'WS', multiply: 0.44704 },
      solarWm2: { column: 'SI', multiply: LANGLEY_PER_HOUR },
    },
  },
  'a ClimaVue50': {
    ...{ file: 'ts-compass-teros12/Compass_OWC_W_321_ClimaVue50_15min_20220824143830.dat', recording: {} },
    from: 0,
    columns: {
      temperatureC: { column: 'AirT_C_Avg' },
      pressureHpa: { column: 'BP_mbar' },
      humidityPct: { column: 'RH' },
      solarWm2: { column: 'SlrFD_W_Avg' },
      windMs: { column: 'WS_ms_S_WVT' },
      windDeg: { column: 'WindDir_D1_WVT' },
    },
  },
};

/** What a console shows of a value, in the stored unit (Vantage Serial Communication Reference Manual v2.6.1, section X). */
const SHOWN: Record<string, { channel: string; of: (value: number) => number }> = {
  temperatureC: { channel: 'air.temperature', of: (c) => round((round(c * 1.8 + 32, 1) - 32) / 1.8, 2) },
  humidityPct: { channel: 'air.humidity', of: (percent) => round(percent, 0) },
  pressureHpa: { channel: 'air.pressure', of: (hPa) => round(round(hPa / 33.8638866667, 3) * 33.8638866667, 2) },
  windMs: { channel: 'wind.speed', of: (ms) => round(round(ms / 0.44704, 0) * 0.44704, 2) },
  windDeg: { channel: 'wind.direction', of: (degrees) => round(degrees, 0) || 360 },
  solarWm2: { channel: 'solar.radiation', of: (wm2) => round(wm2, 0) },
};
const round = (value: number, decimals: number) => Math.round(value * 10 ** decimals + 1e-9) / 10 ** decimals;

const ROWS = 300;
/** A console sends a packet every two seconds, and each is a row. */
const PACKET_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'karez-weather-'));
afterAll(() => rmSync(folder, { recursive: true }));

let gateway: VirtualGateway | undefined;
afterEach(() => gateway?.end());

/** Plays the rows, one in each packet, and gives back what the journal holds of each channel, in order. */
async function played({ recording, columns }: Station, { header, lines }: RecordedTable) {
  const file = join(folder, 'station.dat');
  writeFileSync(file, [...header, ...lines].join('\n'));
  const startMs = Date.UTC(2026, 5, 10);
  gateway = new VirtualGateway({
    sim: {
      recordings: { station: { ...recording, file, next: 'reading' } },
      lines: [
        {
          ...{ type: 'davis', device: 'mast', port: { pty: 'mast' } },
          replay: { recording: 'station', values: columns },
        },
      ],
    },
    lines: [
      {
        ...{ type: 'davis', port: { serial: '0' }, archive: 'off' },
        device: { id: 'mast', profile: 'davis-vantage-pro2', intervalMs: PACKET_MS },
      },
    ],
    startMs,
  });
  await gateway.start();
  await gateway.advance((ROWS + 10) * PACKET_MS);
  await gateway.stop();
  return gateway.readings();
}

for (const [name, station] of Object.entries(STATIONS)) {
  test.runIf(isThere(station.file))(name, async () => {
    const table = partOf(readRecorded(station.file), station.from, ROWS);
    const readings = await played(station, table);
    for (const [value, { column, multiply = 1, offset = 0 }] of Object.entries(station.columns)) {
      const { channel, of } = SHOWN[value] as (typeof SHOWN)[string];
      const found = readings.filter((r) => r.channel === channel).map((r) => r.value);
      expect(found, channel).toEqual(table.rows.map((row) => of(Number(row[column]) * multiply + offset)));
    }
  });
}
