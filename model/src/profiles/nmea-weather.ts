import type { NmeaProfile } from '../profile-schemas.ts';

/**
 * Any instrument that speaks NMEA 0183 weather sentences, of whatever talker. Where several sentences carry a quantity, the
 * one that says most exactly what is meant stands first: MWD gives the wind from north, MWV only against the mounting of the
 * instrument, which must then point north. Copy this into a profile of your own for other transducers of XDR.
 */
export const nmeaWeather: NmeaProfile = {
  id: 'nmea-weather',
  title: { en: 'Weather instrument (NMEA)', zh: '气象仪(NMEA)' },
  maker: 'any that speaks NMEA 0183',
  kind: 'weather',
  intervalMs: 5_000,
  protocol: 'nmea',
  baudRate: 4800,
  source: 'IEC 61162-1 (NMEA 0183), sentences MDA, MTW, MWD, MWV and XDR; gpsd.gitlab.io/gpsd/NMEA.html',
  channels: [
    {
      quantity: 'air.pressure',
      from: [
        { sentence: 'MDA', field: 1, unit: 2 },
        { sentence: 'MDA', field: 3, unit: 4 },
        { sentence: 'XDR', transducer: { type: 'P' } },
      ],
      decimals: 2,
    },
    {
      quantity: 'air.temperature',
      from: [
        { sentence: 'MDA', field: 5, unit: 6 },
        { sentence: 'XDR', transducer: { type: 'C' } },
      ],
      decimals: 2,
    },
    {
      quantity: 'air.humidity',
      from: [
        { sentence: 'MDA', field: 9 },
        { sentence: 'XDR', transducer: { type: 'H' } },
      ],
      decimals: 1,
    },
    { quantity: 'air.dew-point', from: [{ sentence: 'MDA', field: 11, unit: 12 }], decimals: 2 },
    {
      quantity: 'wind.direction',
      from: [
        { sentence: 'MWD', field: 1, when: { 2: 'T' } },
        { sentence: 'MDA', field: 13, when: { 14: 'T' } },
        { sentence: 'MWV', field: 1, status: 5 },
      ],
      decimals: 1,
    },
    {
      quantity: 'wind.speed',
      from: [
        { sentence: 'MWD', field: 7, unit: 8 },
        { sentence: 'MWD', field: 5, unit: 6 },
        { sentence: 'MWV', field: 3, unit: 4, status: 5 },
        { sentence: 'MDA', field: 19, unit: 20 },
        { sentence: 'MDA', field: 17, unit: 18 },
      ],
      decimals: 2,
    },
    {
      quantity: 'water.temperature',
      from: [
        { sentence: 'MTW', field: 1, unit: 2 },
        { sentence: 'MDA', field: 7, unit: 8 },
      ],
      decimals: 2,
    },
  ],
  frames: [
    {
      text: '$WIMDA,3.02,I,1.01,B,23.4,C,,,40.2,,12.1,C,19.3,T,20.1,M,13.1,N,1.1,M*62',
      values: {
        'air.pressure': 102.27,
        'air.temperature': 23.4,
        'air.humidity': 40.2,
        'air.dew-point': 12.1,
        'wind.direction': 19.3,
        'wind.speed': 1.1,
        'water.temperature': null,
      },
      source: 'a published example, whose inches are ten times too small: the range of air pressure shows it',
    },
    {
      text: '$WIMWV,12.1,T,10.1,N,A*27',
      values: { 'wind.direction': 12.1, 'wind.speed': 5.2 },
      source: 'a published example: 12.1 degrees, 10.1 knots, valid',
    },
    {
      text: '$WIMWV,,T,,N,V*32',
      values: { 'wind.direction': null, 'wind.speed': null },
      source: 'a published example: void',
    },
    {
      text: '$WIXDR,C,24.59,C,TEMP,P,1.02412,B,BARO*5E',
      values: { 'air.temperature': 24.59, 'air.pressure': 1024.12 },
      source: 'github.com/ingmar/nanobaro, README: 24.59 Celsius, 1.02412 bar',
    },
    {
      text: '$IIMTW,19,C*05',
      values: { 'water.temperature': 19 },
      source: 'Nexus multi control manual, page 66, with its checksum',
    },
    {
      text: '$IIMWD,161.77,T,159.27,M,07.01,N,03.61,M*48',
      values: { 'wind.direction': 161.8, 'wind.speed': 3.61 },
      source: 'Nexus multi control manual, page 66, with its checksum',
    },
  ],
};
