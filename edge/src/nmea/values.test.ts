import { channelKey, type NmeaProfile, profileOf } from '@karez/model';
import { parseProfile } from '@karez/model/schemas';
import { describe, expect, test } from 'vitest';
import { createChecker } from '../check/check.ts';
import { Preferences } from '../preferences.ts';
import { SatelliteTime, zdaMs } from './satellite-time.ts';
import { readSentence } from './sentence.ts';
import { sentenceValues } from './values.ts';

const weather = profileOf('nmea-weather') as NmeaProfile;
const airmar = profileOf('airmar-weather-station') as NmeaProfile;

/** By channel; the sentence is given without its checksum. */
function said(profile: NmeaProfile, text: string): Record<string, number> {
  const { channels, values } = sentenceValues(profile, readSentence(text, false));
  return Object.fromEntries(
    channels.map((position, i) => [
      channelKey(profile.channels[position] as { quantity: string }),
      values[i] as number,
    ]),
  );
}

describe('values', () => {
  test.each([
    ['$WIMWV,214.8,R,10,N,A', 5.14],
    ['$WIMWV,214.8,R,10,M,A', 10],
    ['$WIMWV,214.8,R,36,K,A', 10],
    ['$WIMWV,214.8,R,10,S,A', 4.47],
  ])('%s: %d m/s', (text, speed) => {
    expect(said(weather, text)).toEqual({ 'wind.direction': 214.8, 'wind.speed': speed });
  });

  test('void and empty are absent, another reference says nothing', () => {
    expect(said(weather, '$WIMWV,,T,,N,V')).toEqual({ 'wind.direction': Number.NaN, 'wind.speed': Number.NaN });
    expect(said(weather, '$WIMWV,12,T,3,N,V')).toEqual({ 'wind.direction': Number.NaN, 'wind.speed': Number.NaN });
    expect(said(airmar, '$WIMWV,12,T,3,N,A')).toEqual({});
    expect(said(weather, '$GPRMC,101340,A,5926.115,N,01756.172,E,0.04,063.42,,,')).toEqual({});
  });

  test('inches where there are some, else bars', () => {
    expect(said(weather, '$WIMDA,,I,0.9952,B')['air.pressure']).toBe(995.2);
    expect(said(weather, '$WIMDA,29.3882,I,,B')['air.pressure']).toBe(995.2);
    expect(said(weather, '$WIMDA,,I,,B')['air.pressure']).toBeNaN();
  });

  test('a pressure whose inches are ten times too small is marked by its range', () => {
    const { 'air.pressure': pressure } = said(
      weather,
      '$WIMDA,3.02,I,1.01,B,23.4,C,,,40.2,,12.1,C,19.3,T,20.1,M,13.1,N,1.1,M',
    );
    expect(pressure).toBe(102.27);
    expect(createChecker().check(1, 'air.pressure', 0, pressure as number)).toBe(1);
  });

  test('transducers are known by type and name, whatever their order and unit', () => {
    const own = parseProfile(
      {
        ...structuredClone(weather),
        channels: [
          {
            quantity: 'air.temperature',
            from: [{ sentence: 'XDR', transducer: { type: 'C', name: 'ROOF' } }],
            decimals: 2,
          },
          { quantity: 'air.pressure', from: [{ sentence: 'XDR', transducer: { type: 'P' } }], decimals: 1 },
          { quantity: 'air.humidity', from: [{ sentence: 'XDR', transducer: { type: 'H' } }], decimals: 0 },
        ],
      },
      'own.yaml',
    ) as NmeaProfile;
    expect(said(own, '$WIXDR,C,40,C,BOX,H,55,P,HUM,C,68,F,ROOF,P,101325,P,BARO')).toEqual({
      'air.temperature': 20,
      'air.pressure': 1013.3,
      'air.humidity': 55,
    });
    expect(said(own, '$YXXDR,A,0.1,D,PTCH,A,-2.0,D,ROLL')).toEqual({});
    expect(said(own, '$YXXDR')).toEqual({});
  });

  test('what is no number or no unit is named by its field', () => {
    expect(() => said(weather, '$WIMWV,north,R,3,N,A')).toThrow('field 1 of MWV must be a number, not "north"');
    expect(() => said(weather, '$WIMWV,12,R,3,X,A')).toThrow(
      'field 4 of MWV must be a unit of wind.speed (M, N, K, S), not "X"',
    );
    expect(() => said(weather, '$WIXDR,C,24.6,,T')).toThrow('field 3 of XDR must be a unit of air.temperature');
  });
});

test.each([
  ['channels.0.from.0.transducer is missing', { sentence: 'XDR', field: 1 }],
  ['channels.0.from.0.transducer must be left out', { sentence: 'MDA', transducer: { type: 'P' } }],
  ['channels.0.from.0.field is missing', { sentence: 'MDA' }],
  ['channels.0.from.0.field must be left out', { sentence: 'XDR', field: 2, transducer: { type: 'P' } }],
  ['channels.0.from.0.sentence must be the three letters of a sentence', { sentence: 'mda', field: 1 }],
  ['channels.0.from.0.unit must be left out', { sentence: 'MDA', field: 1, unit: 2 }, 'soil.ph'],
])('a profile from outside is checked: %s', (message, source, quantity = 'air.pressure') => {
  const wrong = { ...structuredClone(weather), channels: [{ quantity, from: [source], decimals: 1 }] };
  expect(() => parseProfile(wrong, 'own.yaml')).toThrow(`own.yaml: ${message}`);
});

test('the best source that gives a value is read, others while it is silent', () => {
  const it = new Preferences();
  const takes = (rank: number, value: number, atS: number) => it.takes(0, rank, value, atS * 1_000);
  expect(takes(2, 5, 0)).toBe(true);
  expect(takes(0, 5, 1)).toBe(true);
  expect(takes(2, 5, 2)).toBe(false);
  expect(takes(0, 5, 3)).toBe(true);
  expect(takes(0, Number.NaN, 10)).toBe(false);
  expect(takes(2, 5, 18)).toBe(false);
  expect(takes(2, 5, 18.1)).toBe(true);
  expect(takes(0, Number.NaN, 19)).toBe(false);
  expect(takes(0, 5, 20)).toBe(true);
  expect(it.takes(1, 7, Number.NaN, 0)).toBe(true);
});

test('until it is known what there is, only the best source is read', () => {
  const it = new Preferences(3_000);
  const takes = (position: number, rank: number, value: number, atS: number) =>
    it.takes(position, rank, value, atS * 1_000);
  expect(takes(0, 2, 5, 0)).toBe(false);
  expect(takes(0, 0, 5, 0.5)).toBe(true);
  expect(takes(1, 1, 5, 1)).toBe(false);
  expect(takes(2, 0, Number.NaN, 1)).toBe(false);
  expect(takes(1, 1, 5, 3)).toBe(true);
  expect(takes(2, 0, Number.NaN, 3)).toBe(true);
  // After a silence it is all anew.
  expect(takes(0, 2, 5, 19)).toBe(false);
  expect(takes(0, 2, 5, 22)).toBe(true);
});

describe('the time', () => {
  const ZDA = '$GPZDA,062053.00,02,04,2018,00,00*69';
  const fix = (quality: number) => `$GPGGA,062052.40,2309.5015,N,11329.6260,E,${quality},9,1.0,29.7,M,-4.4,M,,`;
  const read = (text: string) => readSentence(text, false);

  test('of ZDA is UTC, to the hundredth', () => {
    expect(zdaMs(read(ZDA))).toBe(Date.UTC(2018, 3, 2, 6, 20, 53));
    expect(zdaMs(read('$GPZDA,235960.25,31,12,2016,00,00'))).toBe(Date.UTC(2017, 0, 1, 0, 0, 0, 250));
    expect(zdaMs(read('$GPZDA,,,,'))).toBeUndefined();
    expect(zdaMs(read('$GPZDA,,,,,'))).toBeUndefined();
  });

  test.each([
    '245900,01,01,2026',
    '126100,01,01,2026',
    '120061,01,01,2026',
    '120000,30,02,2026',
    '120000,00,01,2026',
    '120000,01,13,2026',
  ])('%s is none', (text) => expect(() => zdaMs(read(`$GPZDA,${text},00,00`))).toThrow('is no time'));

  test('counts with a fix, and where nothing tells of one', () => {
    const it = new SatelliteTime();
    const take = (text: string, atS: number) => it.take(read(text), atS * 1_000);
    expect(take(ZDA, 0)).toBe(Date.UTC(2018, 3, 2, 6, 20, 53));
    take(fix(0), 1);
    expect(take(ZDA, 1)).toBeUndefined();
    take('$GPRMC,101340,V,,,,,,,,,', 1);
    take(fix(2), 2);
    expect(take(ZDA, 2)).toBe(Date.UTC(2018, 3, 2, 6, 20, 53));
    expect(take(ZDA, 20)).toBeUndefined();
    take('$GPGLL,5926.110,N,01756.171,E,101517,A', 21);
    expect(take(ZDA, 21)).toBeDefined();
    take(fix(8), 22);
    expect(take(ZDA, 22)).toBeUndefined();
  });
});
