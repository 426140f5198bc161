import type { NmeaProfile } from '../profile-schemas.ts';

/**
 * Airmar's ultrasonic weather stations. Wind comes as a speed against the instrument (MWV, R), which on a mast that stands
 * still is the wind's own, and from true north by the built-in compass in MDA. The pressure of MDA is reduced by the
 * station's altitude; XDR has the one at the place (STNP), which is not read here.
 */
export const airmarWeatherStation: NmeaProfile = {
  id: 'airmar-weather-station',
  title: { en: 'Ultrasonic weather station', zh: '超声波气象站' },
  maker: 'Airmar 110WX, 150WX, 200WX, 220WX',
  kind: 'weather',
  intervalMs: 5_000,
  protocol: 'nmea',
  baudRate: 4800,
  source: 'Airmar LB150 WeatherStation Technical Manual 0.013, section 2.1 (MDA, MWD, MWV); recorded streams below',
  channels: [
    {
      quantity: 'air.pressure',
      from: [
        { sentence: 'MDA', field: 1, unit: 2 },
        { sentence: 'MDA', field: 3, unit: 4 },
      ],
      decimals: 2,
    },
    { quantity: 'air.temperature', from: [{ sentence: 'MDA', field: 5, unit: 6 }], decimals: 1 },
    { quantity: 'air.humidity', from: [{ sentence: 'MDA', field: 9 }], decimals: 1 },
    { quantity: 'air.dew-point', from: [{ sentence: 'MDA', field: 11, unit: 12 }], decimals: 1 },
    {
      quantity: 'wind.speed',
      from: [
        { sentence: 'MWV', field: 3, unit: 4, when: { 2: 'R' }, status: 5 },
        { sentence: 'MWD', field: 5, unit: 6 },
        { sentence: 'MDA', field: 17, unit: 18 },
      ],
      decimals: 2,
    },
    {
      quantity: 'wind.direction',
      from: [
        { sentence: 'MDA', field: 13, when: { 14: 'T' } },
        { sentence: 'MWD', field: 1, when: { 2: 'T' } },
      ],
      decimals: 1,
    },
  ],
  frames: [
    {
      text: '$WIMDA,29.8991,I,1.0125,B,27.9,C,,,48.8,,16.1,C,29.4,T,32.0,M,1.6,N,0.8,M*63',
      values: {
        'air.pressure': 1012.5,
        'air.temperature': 27.9,
        'air.humidity': 48.8,
        'air.dew-point': 16.1,
        'wind.direction': 29.4,
        'wind.speed': 0.82,
      },
      source: 'a stream recorded on 2 April 2018 and published with a data logger’s source: 29.8991 inHg is 1.0125 bar',
    },
    {
      text: '$WIMWV,56.2,R,1.6,N,A*15',
      values: { 'wind.speed': 0.82 },
      source: 'the same stream: 1.6 knots',
    },
    {
      text: '$WIMDA,29.3882,I,0.9952,B,20.9,C,,,40.0,,6.7,C,,,,,,,,*40',
      values: { 'air.pressure': 995.2, 'air.temperature': 20.9, 'air.humidity': 40, 'wind.speed': null },
      source: 'a stream of another station without a position fix, published with its logger’s source',
    },
  ],
};
