import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * JXCT JXBS-3001: pH in hundredths, and registers far apart. What stands between them is not documented, so that only
 * registers that belong to it are read, in three requests.
 */
export const jxbs30017in1: ModbusProfile = {
  id: 'jxbs-3001-7in1',
  title: { en: 'Soil probe 7-in-1', zh: '七合一土壤传感器' },
  maker: 'JXCT JXBS-3001-TR, JXBS-3001-NPK-RS (N, P, K)',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 9600,
  source: 'JXCT JXBS-3001 7-in-1 user manual, version 2.0, section 4.3 (register address), as published by others',
  maxGap: 1,
  channels: [
    { quantity: 'soil.moisture', register: 18, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.temperature', register: 19, type: 'int16', divide: 1, decimals: 1 },
    { quantity: 'soil.ec', register: 21, type: 'uint16', decimals: 0 },
    { quantity: 'soil.ph', register: 6, type: 'uint16', divide: 2, decimals: 2 },
    { quantity: 'soil.nitrogen', register: 30, type: 'uint16', decimals: 0 },
    { quantity: 'soil.phosphorus', register: 31, type: 'uint16', decimals: 0 },
    { quantity: 'soil.potassium', register: 32, type: 'uint16', decimals: 0 },
  ],
  frames: [
    {
      hex: '0103001E000365CD0103060009000C0019FCBD',
      values: { 'soil.nitrogen': 9, 'soil.phosphorus': 12, 'soil.potassium': 25 },
      source: 'recorded from an NPK probe: request and reply noted in a public Arduino sketch',
    },
    {
      hex: '010300120001240F010302002D7859',
      values: { 'soil.moisture': 4.5 },
      source: 'recorded from a probe of the same map (ES-SM-TH-01S, public notes): request and reply',
    },
    {
      hex: '010300060001640B01030202BCB895',
      values: { 'soil.ph': 7 },
      source:
        'the example of the JXCT 7-in-1 protocol notes (700 is pH 7.00); its checksum is wrong there and was computed anew',
    },
    {
      hex: '010308013800ED000001A2C1E6',
      values: { 'soil.moisture': 31.2, 'soil.temperature': 23.7, 'soil.ec': 418 },
      source: 'computed from the register table, temperature as in the example of the same notes',
    },
  ],
};
