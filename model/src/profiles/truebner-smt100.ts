import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * A ring-oscillator probe that gives moisture, the permittivity that it comes from and raw counts, so that a soil's own
 * curve can be used (calibration). Temperatures are counted from -100 degrees.
 */
export const truebnerSmt100: ModbusProfile = {
  id: 'truebner-smt100',
  title: { en: 'Soil moisture probe', zh: '土壤水分传感器' },
  maker: 'Truebner SMT100',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 9600,
  parity: 'even',
  source: 'Truebner AN002, SMT100 Modbus quickstart guide; register map as in slowtec/truebner-smt100, src/core/modbus',
  channels: [
    { quantity: 'soil.temperature', register: 0, type: 'uint16', divide: 2, offset: -100, decimals: 2 },
    { quantity: 'soil.moisture', register: 1, type: 'uint16', divide: 2, decimals: 2 },
    { quantity: 'soil.permittivity', register: 2, type: 'uint16', divide: 2, decimals: 2 },
    { quantity: 'soil.raw', register: 3, type: 'uint16', decimals: 0 },
  ],
  frames: [
    {
      hex: '01030831FD0D7005F02BF2A49C',
      values: { 'soil.temperature': 27.97, 'soil.moisture': 34.4, 'soil.permittivity': 15.2, 'soil.raw': 11250 },
      source:
        'computed from the register values in the tests of slowtec/truebner-smt100 (31FD is 27.97 degrees, 0D70 34.4 %, 05F0 15.2); the counts made up',
    },
  ],
};
