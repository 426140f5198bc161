import type { ModbusProfile } from '../profile-schemas.ts';

/** Moisture, temperature, conductivity and pH in four holding registers from 0. */
export const dfrobotSen0604: ModbusProfile = {
  id: 'dfrobot-sen0604',
  title: { en: 'Soil probe 4-in-1', zh: '四合一土壤传感器' },
  maker: 'DFRobot SEN0604',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 9600,
  source: 'DFRobot SEN0604 wiki, register table',
  channels: [
    { quantity: 'soil.moisture', register: 0, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'soil.temperature', register: 1, type: 'int16', divide: 1, decimals: 1 },
    { quantity: 'soil.ec', register: 2, type: 'uint16', decimals: 0 },
    { quantity: 'soil.ph', register: 3, type: 'uint16', divide: 1, decimals: 1 },
  ],
  frames: [
    {
      hex: '0103080292FF9B03E8003857B6',
      values: { 'soil.moisture': 65.8, 'soil.temperature': -10.1, 'soil.ec': 1000, 'soil.ph': 5.6 },
      source: 'published reply to 0103000000044409',
    },
  ],
};
