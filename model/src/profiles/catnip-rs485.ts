import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * An open capacitive probe that gives counts and temperature: moisture follows from a calibration of the soil that it stands
 * in. It wants two stop bits at the port.
 */
export const catnipRs485: ModbusProfile = {
  id: 'catnip-rs485',
  title: { en: 'Capacitive soil probe', zh: '电容式土壤传感器' },
  maker: 'Catnip Electronics RS485 soil moisture sensor',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 4,
  baudRate: 19200,
  source: 'Miceuz/rs485-moist-sensor, README, input registers',
  channels: [
    { quantity: 'soil.raw', register: 0, type: 'uint16', decimals: 0 },
    { quantity: 'soil.temperature', register: 1, type: 'int16', divide: 1, decimals: 1 },
  ],
  frames: [
    {
      hex: '010404012400FCBA32',
      values: { 'soil.raw': 292, 'soil.temperature': 25.2 },
      source: 'computed from the values of the README: about 292 in free air; 252 means 25.2 degrees',
    },
  ],
};
