import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * A sensor of a leaf's form: how wet it is and how warm.
 */
export const seeedSYm01: ModbusProfile = {
  id: 'seeed-s-ym-01',
  title: { en: 'Leaf wetness', zh: '叶面湿度传感器' },
  maker: 'Seeed S-YM-01',
  kind: 'weather',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 9600,
  source: 'Seeed Leaf Wetness and Temperature Sensor user guide V1.0, section 6.2',
  channels: [
    { quantity: 'leaf.temperature', register: 0, type: 'int16', divide: 2, decimals: 2 },
    { quantity: 'leaf.wetness', register: 1, type: 'uint16', divide: 2, decimals: 2 },
  ],
  frames: [
    {
      hex: '0103040702186AD0A8',
      values: { 'leaf.temperature': 17.94, 'leaf.wetness': 62.5 },
      source: 'computed from the register table: hundredths of a degree and of a per cent',
    },
  ],
};
