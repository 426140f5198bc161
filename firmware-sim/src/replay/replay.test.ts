/** Recordings in a configuration, and what devices make of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { davisCrc } from '../codec/davis-crc.ts';
import { loadSim } from '../config.ts';
import { Farm } from '../farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'soil.csv'),
  'time,counts,temp,ec\n2022-04-06 10:30:00,NAN,NAN,NAN\n2022-04-06 10:45:00,2987.25,24.10,7999\n2022-04-06 11:00:00,3302,-0.5,0\n',
);
writeFileSync(
  join(folder, 'weather.csv'),
  'Date,Tout ,Rh,Glob,Ws\n2/1/2022 0:00,5.10,77.4,1.00,4.40\n2/1/2022 0:04,,,3,\n',
);

const probe = (more: object = {}) => ({
  ...{ device: 'soil-1', sensor: 'teros-12', address: 1, seconds: 0 },
  replay: { recording: 'soil', values: ['counts', 'temp', 'ec'] },
  ...more,
});
function load(line: object, recordings: object = { soil: { file: 'soil.csv', next: 'reading' } }) {
  const path = join(folder, 'sim.yaml');
  const base = {
    ...{ seed: 1, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
    fields: [
      {
        id: 'north',
        soil: 'loam',
        outline: [
          [86, 44],
          [86.1, 44],
          [86.1, 44.1],
        ],
      },
    ],
  };
  writeFileSync(path, JSON.stringify({ ...base, recordings, lines: [line] }, null, 1));
  return loadSim(path);
}
const sdi12 = (...sensors: object[]) => ({ type: 'sdi12', port: { pty: 'tty' }, sensors });

function play({ config, recordings }: ReturnType<typeof load>) {
  const out: Uint8Array[] = [];
  const farm = new Farm(
    config,
    { seed: 1, startMs: 0, firstCounter: 1, ...(recordings && { recordings }) },
    { bytes: (_, bytes) => out.push(bytes), message: () => {}, power: () => {} },
  );
  const say = (text: string): string => {
    out.length = 0;
    farm.take(0, new TextEncoder().encode(text));
    return out.map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
  };
  return { farm, say, out };
}

describe('an SDI-12 sensor', () => {
  test('sends each row to its last digit, -9999 where there is no value, and then nothing', () => {
    const { say } = play(load(sdi12(probe(), probe({ device: 'soil-2', address: 'b' }))));
    expect(say('1M!1D0!')).toBe('10003\r\n1-9999-9999-9999\r\n');
    expect(say('1C!1D0!')).toBe('100003\r\n1+2987.25+24.10+7999\r\n');
    expect(say('bR0!')).toBe('b-9999-9999-9999\r\n');
    expect(say('1R0!')).toBe('1+3302-0.5+0\r\n');
    expect(say('1M!1R0!')).toBe('');
    expect(say('1!')).toBe('1\r\n');
  });

  test('follows the time of the rows, from the start on', () => {
    const { say, farm } = play(load(sdi12(probe()), { soil: { file: 'soil.csv' } }));
    const at = (minutes: number) => {
      farm.advance(minutes * 60_000);
      return say('1R0!');
    };
    expect([at(14.9), at(15), at(44), at(46)]).toEqual([
      ...['1-9999-9999-9999\r\n', '1+2987.25+24.10+7999\r\n', '1+3302-0.5+0\r\n', ''],
    ]);
  });

  test('can be struck by faults as any other', () => {
    const { say, farm } = play(load(sdi12(probe()), { soil: { file: 'soil.csv' } }));
    farm.advance(15 * 60_000);
    farm.command({ fault: 'absent', device: 'soil-1', value: 'value1' });
    farm.command({ fault: 'drift', device: 'soil-1', value: 'value2', perHour: 100 });
    farm.advance(21 * 60_000);
    expect(say('1R0!')).toBe('1-9999+34.10+7999\r\n');
  });
});

test('a weather console sends each row in its packets, dashes where there is no value', () => {
  const line = {
    ...{ type: 'davis', device: 'weather', port: { pty: 'tty' } },
    replay: {
      recording: 'koidra',
      values: { temperatureC: 'Tout', humidityPct: 'Rh', solarWm2: 'Glob', windMs: 'Ws', windAverage10Ms: 'Ws' },
    },
  };
  const { say, farm, out } = play(load(line, { koidra: { file: 'weather.csv', next: 'reading' } }));
  say('LOOP 9\n');
  out.length = 0;
  farm.advance(30_000);
  expect(out.map(davisCrc)).toEqual([0, 0]);
  const [first, second] = out.map((bytes) => new DataView(bytes.buffer)) as [DataView, DataView];
  // 5.1 C is 41.18 F, 4.4 m/s 9.84 mph.
  expect([first.getInt16(12, true), first.getUint8(33), first.getUint16(44, true), first.getUint8(14)]).toEqual([
    412, 77, 1, 10,
  ]);
  expect([second.getInt16(12, true), second.getUint8(33), second.getUint16(44, true), second.getUint8(14)]).toEqual([
    ...[0x7fff, 0xff, 3, 0xff],
  ]);
  expect(first.getUint16(7, true)).toBe(0);
});

describe('what is wrong is named', () => {
  test.each([
    [
      probe({ replay: { recording: 'none', values: ['counts'] } }),
      /lines\.0\.sensors\.0\.replay\.recording must be the id of a recording of this file, not "none"/,
    ],
    [
      probe({ replay: { recording: 'soil', values: ['count'] } }),
      /^soil\.csv: there is no column "count"; there are time, counts, temp, ec$/,
    ],
    [
      probe({ replay: { recording: 'soil', values: ['time'] } }),
      /^soil\.csv:2: column "time" must be a number, not "2022-04-06 10:30:00"$/,
    ],
    [
      probe({ replay: { recording: 'soil', values: [] } }),
      /sensors\.0\.replay\.values must not have fewer than 1 items/,
    ],
  ])('%j', (sensor, words) => expect(() => load(sdi12(sensor))).toThrow(words));

  test('a file that is not there', () =>
    expect(() => load(sdi12(probe()), { soil: { file: 'none.csv' } })).toThrow(
      /cannot read the recording none\.csv: ENOENT/,
    ));
});
