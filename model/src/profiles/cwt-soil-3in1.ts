import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * Moisture, temperature and conductivity in three holding registers from 0: ComWinTop CWT-SOIL-THC-S, and with another
 * speed DFRobot SEN0601, Renke RS-ECTH-N01 and others.
 */
export const cwtSoil3in1: ModbusProfile = {
  id: 'cwt-soil-3in1',
  title: { en: 'Soil probe 3-in-1', zh: '三合一土壤传感器' },
  maker: 'ComWinTop CWT-SOIL-THC-S, DFRobot SEN0601 (9600 baud), Renke RS-ECTH-N01',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 4800,
  source: 'DFRobot SEN0601 wiki, Modbus-RTU register address table; ComWinTop CWT-SOIL manual',
  channels: [
    { quantity: 'soil.moisture', register: 0, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.temperature', register: 1, type: 'int16', divide: 1, decimals: 1 },
    { quantity: 'soil.ec', register: 2, type: 'uint16', decimals: 0 },
  ],
  frames: [
    {
      hex: '0103060292FF9B03E8D80F',
      values: { 'soil.moisture': 65.8, 'soil.temperature': -10.1, 'soil.ec': 1000 },
      source: 'the example of the DFRobot SEN0601 wiki, reply to 01030000000305CB',
    },
    {
      hex: '010306000000E100007143',
      values: { 'soil.moisture': 0, 'soil.temperature': 22.5, 'soil.ec': 0 },
      source:
        'recorded from a CWT-SOIL-THC-S in air at 4800 baud (public bench log of a farmers IoT toolkit, 2026-07-15)',
    },
  ],
};
