import type { ModbusProfile } from '../profile-schemas.ts';

/** Photosynthetically active radiation in one holding register. */
export const dfrobotSen0641: ModbusProfile = {
  id: 'dfrobot-sen0641',
  title: { en: 'Light for plants (PAR)', zh: '光合有效辐射传感器' },
  maker: 'DFRobot SEN0641',
  kind: 'weather',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 4800,
  source: 'DFRobot SEN0641 wiki, register table',
  channels: [{ quantity: 'solar.par', register: 0, type: 'uint16', decimals: 0 }],
  frames: [{ hex: '0103020344B887', values: { 'solar.par': 836 }, source: 'published reply' }],
};
