import { expect, test } from 'vitest';
import { nmeaSentence, nmeaSentences } from './nmea-instrument.ts';

const weather = {
  ...{
    temperatureC: 27.9,
    humidityPct: 48.8,
    pressureHpa: 1009,
    windMs: 0.823,
    gustMs: 1,
    windDeg: 29.4,
    rainMmPerH: 0,
  },
  ...{ cloud: 0, solarWm2: 0, uvIndex: 0, windAverage10Ms: 0, windAverage2Ms: 0, gust10Ms: 0, gust10Deg: 0 },
  ...{ pressureChange3hHpa: 0, rainDayMm: 0, etDayMm: 0 },
};
const instrument = {
  ...{
    weather,
    clockMs: Date.UTC(2018, 3, 2, 6, 20, 53),
    latitude: 23.158358,
    longitude: 113.493767,
    elevationM: 29.7,
  },
};
const one = (formatter: string, changes: Partial<typeof instrument> = {}) =>
  nmeaSentences({ ...instrument, ...changes }).filter((text) => text.slice(3, 6) === formatter);

test('has the checksums of sentences that others have recorded', () => {
  expect(nmeaSentence('WIMWV', '56.2', 'R', '1.6', 'N', 'A')).toBe('$WIMWV,56.2,R,1.6,N,A*15\r\n');
  expect(nmeaSentence('GPZDA', '062053.00', '02', '04', '2018', '00', '00')).toBe(
    '$GPZDA,062053.00,02,04,2018,00,00*69\r\n',
  );
});

test('says what a recorded stream of such a station says, where the weather decides it', () => {
  expect(one('ZDA')).toEqual(['$GPZDA,062053.00,02,04,2018,00,00*69\r\n']);
  const recorded = 'WIMDA,29.8991,I,1.0125,B,27.9,C,,,48.8,,16.1,C,29.4,T,32.0,M,1.6,N,0.8,M'.split(',');
  const said = (one('MDA')[0] as string).slice(1, -5).split(',');
  expect(said).toHaveLength(recorded.length);
  // Reduced to sea level by another formula, and without magnetic declination.
  for (const [i, field] of recorded.entries()) if (![1, 3, 15].includes(i)) expect(said[i]).toBe(field);
  expect(Number(said[3])).toBeCloseTo(1.0125, 3);
  expect(one('GGA')[0]).toMatch(/^\$GPGGA,062053\.00,2309\.5015,N,11329\.6260,E,1,9,/);
});

test('what it cannot measure is empty and void; without a fix it knows no time', () => {
  const blind = { weather: { ...weather, windMs: Number.NaN, windDeg: Number.NaN, temperatureC: Number.NaN } };
  expect(one('MWV', blind)[0]).toMatch(/^\$WIMWV,,R,,N,V\*/);
  expect(one('MDA', blind)[0]).toMatch(/,B,,C,,,48\.8,,,C,,T,,M,,N,,M\*/);
  expect(one('ZDA', { clockMs: 5_000 })[0]).toMatch(/^\$GPZDA,,,,,,\*/);
  expect(one('GGA', { clockMs: 5_000 })[0]).toMatch(/^\$GPGGA,,,,,,0,/);
});
