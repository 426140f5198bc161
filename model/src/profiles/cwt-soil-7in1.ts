import type { ModbusProfile } from '../profile-schemas.ts';

/** Seven values in seven holding registers from 0, in the order of the maker's manual. */
export const cwtSoil7in1: ModbusProfile = {
  id: 'cwt-soil-7in1',
  title: { en: 'Soil probe 7-in-1', zh: '七合一土壤传感器' },
  maker: 'ComWinTop CWT-SOIL',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 4800,
  source: 'ComWinTop CWT-Soil-THCPH-S user manual, communication protocol and register table',
  channels: [
    { quantity: 'soil.moisture', register: 0, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.temperature', register: 1, type: 'int16', divide: 1, decimals: 1 },
    { quantity: 'soil.ec', register: 2, type: 'uint16', decimals: 0 },
    { quantity: 'soil.ph', register: 3, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.nitrogen', register: 4, type: 'uint16', decimals: 0 },
    { quantity: 'soil.phosphorus', register: 5, type: 'uint16', decimals: 0 },
    { quantity: 'soil.potassium', register: 6, type: 'uint16', decimals: 0 },
  ],
  frames: [
    {
      hex: '01030E016000F101A200400012000C003FA0FD',
      values: {
        'soil.moisture': 35.2,
        'soil.temperature': 24.1,
        'soil.ec': 418,
        'soil.ph': 6.4,
        'soil.nitrogen': 18,
        'soil.phosphorus': 12,
        'soil.potassium': 63,
      },
      source: 'published reply to 0103000000070408',
    },
  ],
};
