import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * A quantum sensor whose value is a 32-bit float, the high register first.
 */
export const apogeeSq522: ModbusProfile = {
  id: 'apogee-sq-522',
  title: { en: 'Light for plants (PAR)', zh: '光合有效辐射传感器' },
  maker: 'Apogee SQ-422X, SQ-522',
  kind: 'weather',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 19200,
  parity: 'even',
  source: "Apogee SQ-522 owner's manual, Modbus interface: registers 0 and 1, calibrated output, float",
  channels: [{ quantity: 'solar.par', register: 0, type: 'float32', decimals: 1 }],
  frames: [
    {
      hex: '010304449A5000F2EC',
      values: { 'solar.par': 1234.5 },
      source: 'computed from the register table (449A5000 is 1234.5 as IEEE 754)',
    },
  ],
};
