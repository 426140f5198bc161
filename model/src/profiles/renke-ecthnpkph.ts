import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * Renke RS-ECTHNPKPH-N01 and its copies ZTS-3002, SN-3002: the order of CWT-SOIL, and two more registers that the probe
 * works out from conductivity. N, P and K are such too unless somebody has written measured ones into the probe.
 */
export const renkeEcthnpkph: ModbusProfile = {
  id: 'renke-ecthnpkph',
  title: { en: 'Soil probe 7-in-1', zh: '七合一土壤传感器' },
  maker: 'Renke RS-ECTHNPKPH-N01, ZTS-3002-TR, SN-3002-TR',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 4800,
  source: 'ZTS-3002-TR-*-N01 product manual, section 7.2 (register address)',
  channels: [
    { quantity: 'soil.moisture', register: 0, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.temperature', register: 1, type: 'int16', divide: 1, decimals: 1 },
    { quantity: 'soil.ec', register: 2, type: 'uint16', decimals: 0 },
    { quantity: 'soil.ph', register: 3, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.nitrogen', register: 4, type: 'uint16', decimals: 0 },
    { quantity: 'soil.phosphorus', register: 5, type: 'uint16', decimals: 0 },
    { quantity: 'soil.potassium', register: 6, type: 'uint16', decimals: 0 },
    { quantity: 'soil.salinity', register: 7, type: 'uint16', decimals: 0 },
    { quantity: 'soil.dissolved-solids', register: 8, type: 'uint16', decimals: 0 },
  ],
  frames: [
    {
      hex: '01030000000444090103080292FF9B03E8003857B6',
      values: { 'soil.moisture': 65.8, 'soil.temperature': -10.1, 'soil.ec': 1000, 'soil.ph': 5.6 },
      source: 'the example of the manual, section 7.2: request and reply of four registers',
    },
    {
      hex: '0103120292FF9B03E80038002000250030022601F4BE85',
      values: {
        'soil.ph': 5.6,
        'soil.nitrogen': 32,
        'soil.phosphorus': 37,
        'soil.potassium': 48,
        'soil.salinity': 550,
        'soil.dissolved-solids': 500,
      },
      source: 'computed from the register table: nobody has published all nine at once',
    },
  ],
};
