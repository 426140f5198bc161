/**
 * Soil sensors of METER by SDI-12. TEROS 11 and 12 send calibrated counts, which become water content by the maker's
 * curve for mineral soils and apparent permittivity by its equation 8; the counts themselves are kept, so that another
 * curve can be laid over the whole history later.
 */
import type { Sdi12Profile } from '../profile-schemas.ts';

/** What METER's sensors send in place of a value: a failed measurement, lost calibrations, too low a voltage. */
const ERRORS = [-9999, -9992, -9991, -9990];

/** TEROS 11/12 User Manual 20587, section 4.1: equation 6 (mineral soils, in per cent here) and equation 8. */
const FROM_COUNTS: Sdi12Profile['channels'] = [
  { quantity: 'soil.raw', value: 1, absent: ERRORS, decimals: 2 },
  { quantity: 'soil.moisture', value: 1, multiply: 3.879, divide: 2, offset: -69.56, absent: ERRORS, decimals: 2 },
  {
    quantity: 'soil.permittivity',
    value: 1,
    polynomial: [-43.39, 5.276e-2, -2.08e-5, 2.887e-9],
    squared: true,
    absent: ERRORS,
    decimals: 2,
  },
  { quantity: 'soil.temperature', value: 2, absent: ERRORS, decimals: 1 },
];

const SOURCE =
  'METER TEROS 11/12 Integrator Guide 18224, measurement commands and parameters; TEROS 11/12 User Manual 20587, section 4.1';

export const teros11: Sdi12Profile = {
  id: 'teros-11',
  title: { en: 'Soil moisture and temperature', zh: '土壤水分温度传感器' },
  maker: 'METER TEROS 11',
  kind: 'soil',
  intervalMs: 60_000,
  protocol: 'sdi12',
  command: 'C',
  identity: 'METER   TER11',
  deadReplies: [[0, 0]],
  source: SOURCE,
  channels: FROM_COUNTS,
  frames: [
    {
      text: '2+1820.29+20.9',
      values: { 'soil.raw': 1820.29, 'soil.moisture': 1.05, 'soil.permittivity': 1.3, 'soil.temperature': 20.9 },
      source: 'a published session with sensor 213METER   TER11 301T11-00019674',
    },
  ],
};

export const teros12: Sdi12Profile = {
  id: 'teros-12',
  title: { en: 'Soil moisture, temperature and EC', zh: '土壤水分温度电导率传感器' },
  maker: 'METER TEROS 12',
  kind: 'soil',
  intervalMs: 60_000,
  protocol: 'sdi12',
  command: 'C',
  identity: 'METER   TER12',
  deadReplies: [[0, 0, 0]],
  source: SOURCE,
  channels: [...FROM_COUNTS, { quantity: 'soil.ec', value: 3, absent: ERRORS, decimals: 0 }],
  frames: [
    {
      text: '1+1807.82+21.0+1',
      values: {
        'soil.raw': 1807.82,
        'soil.moisture': 0.57,
        'soil.permittivity': 1.14,
        'soil.temperature': 21,
        'soil.ec': 1,
      },
      source: 'a published session with sensor 113METER   TER12 201T12-00082937, in air',
    },
    {
      text: '5+2038.84+16.1+39',
      values: { 'soil.raw': 2038.84, 'soil.moisture': 9.53, 'soil.temperature': 16.1, 'soil.ec': 39 },
      source: 'swarmfw, README: a TEROS 12 at address 5, read with C',
    },
  ],
};

export const teros21: Sdi12Profile = {
  id: 'teros-21',
  title: { en: 'Soil water tension', zh: '土壤水势传感器' },
  maker: 'METER TEROS 21',
  kind: 'soil',
  intervalMs: 60_000,
  protocol: 'sdi12',
  command: 'C',
  identity: 'METER   TER21',
  deadReplies: [[0, 0]],
  source: 'METER TEROS 21 Integrator Guide 18204, measurement commands and table 7',
  channels: [
    { quantity: 'soil.matric-potential', value: 1, absent: ERRORS, decimals: 1 },
    { quantity: 'soil.temperature', value: 2, absent: ERRORS, decimals: 1 },
  ],
  frames: [
    {
      text: '0-11.7+16.1',
      values: { 'soil.matric-potential': -11.7, 'soil.temperature': 16.1 },
      source:
        'the form of the guide’s table, with the values that a Decentlab DL-TRS21 (device 402) recorded of such a sensor',
    },
  ],
};
