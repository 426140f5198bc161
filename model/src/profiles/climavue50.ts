import type { Sdi12Profile } from '../profile-schemas.ts';

/** Sent in place of a value that could not be measured. */
const ERRORS = [-9999, -9992, -9991, -9990];

/**
 * A weather station without moving parts. It sends pressures in kPa and humidity as a fraction of one, as METER's ATMOS
 * 41, whose hardware it is. Rain and lightning strikes are those since it was read last. The compass (value 15) is
 * switched off by the maker and always says 0. Its wind components are positive from the north and from the east.
 */
export const climavue50: Sdi12Profile = {
  id: 'climavue50',
  title: { en: 'Weather station', zh: '一体化气象站' },
  maker: 'Campbell ClimaVue50',
  kind: 'weather',
  intervalMs: 60_000,
  protocol: 'sdi12',
  command: 'C',
  identity: 'CAMPBELLCLIM50',
  source:
    'Campbell Scientific ClimaVUE 50 manual, section 8.1 and table 8-1; METER ATMOS 41 Integrator Guide, parameters',
  channels: [
    { quantity: 'solar.radiation', value: 1, absent: ERRORS, decimals: 0 },
    { quantity: 'rain.amount', value: 2, absent: ERRORS, decimals: 3 },
    { quantity: 'lightning.strikes', value: 3, absent: ERRORS, decimals: 0 },
    { quantity: 'lightning.distance', value: 4, absent: ERRORS, decimals: 0 },
    { quantity: 'wind.speed', value: 5, absent: ERRORS, decimals: 2 },
    { quantity: 'wind.direction', value: 6, absent: ERRORS, decimals: 1 },
    { quantity: 'wind.gust', value: 7, absent: ERRORS, decimals: 2 },
    { quantity: 'air.temperature', value: 8, absent: ERRORS, decimals: 1 },
    { quantity: 'air.vapour-pressure', value: 9, absent: ERRORS, decimals: 2 },
    { quantity: 'air.pressure', value: 10, multiply: 10, absent: ERRORS, decimals: 4 },
    { quantity: 'air.humidity', value: 11, multiply: 100, absent: ERRORS, decimals: 4 },
    { quantity: 'sensor.temperature', value: 12, absent: ERRORS, decimals: 1 },
    { quantity: 'sensor.tilt-north', value: 13, absent: ERRORS, decimals: 1 },
    { quantity: 'sensor.tilt-west', value: 14, absent: ERRORS, decimals: 1 },
    { quantity: 'wind.north', value: 16, absent: ERRORS, decimals: 2 },
    { quantity: 'wind.east', value: 17, absent: ERRORS, decimals: 2 },
  ],
  frames: [
    {
      text: '3+26+0.000+0+0+0.93+246.3+2.65+11.0+1.18+100.83+0.900+10.8+0.2+1.7+0-0.38-0.86+2.65',
      values: {
        'solar.radiation': 26,
        'rain.amount': 0,
        'lightning.strikes': 0,
        'lightning.distance': 0,
        'wind.speed': 0.93,
        'wind.direction': 246.3,
        'wind.gust': 2.65,
        'air.temperature': 11,
        'air.vapour-pressure': 1.18,
        'air.pressure': 1008.3,
        'air.humidity': 90,
        'sensor.temperature': 10.8,
        'sensor.tilt-north': 0.2,
        'sensor.tilt-west': 1.7,
        'wind.north': -0.38,
        'wind.east': -0.86,
      },
      source: 'swarmfw, README: a station at address 3, read with C, its D answers joined',
    },
  ],
};
