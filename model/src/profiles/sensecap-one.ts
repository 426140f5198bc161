import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * A compact weather station whose values are signed 32-bit thousandths in input registers. Its rain registers differ between
 * models and are left out.
 */
export const sensecapOne: ModbusProfile = {
  id: 'sensecap-one',
  title: { en: 'Weather station', zh: '一体式气象站' },
  maker: 'Seeed SenseCAP ONE S500, S700, S1000',
  kind: 'weather',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 4,
  baudRate: 9600,
  source: 'Seeed SenseCAP ONE user manual, section 4.1.2 (register address definition)',
  channels: [
    { quantity: 'air.temperature', register: 0, type: 'int32', divide: 3, decimals: 3 },
    { quantity: 'air.humidity', register: 2, type: 'int32', divide: 3, decimals: 3 },
    { quantity: 'air.pressure', register: 4, type: 'int32', divide: 5, decimals: 2 },
    { quantity: 'light.illuminance', register: 6, type: 'int32', divide: 3, decimals: 0 },
    { quantity: 'wind.direction', register: 12, type: 'int32', divide: 3, decimals: 1 },
    { quantity: 'wind.gust', register: 16, type: 'int32', divide: 3, decimals: 2 },
    { quantity: 'wind.speed', register: 18, type: 'int32', divide: 3, decimals: 2 },
  ],
  frames: [
    {
      hex: '010428FFFFF63200010AF405FA98080005FA00000000000005573000027EAC00000000000014500000092E121C',
      values: {
        'air.temperature': -2.51,
        'air.humidity': 68.34,
        'air.pressure': 1003.09,
        'light.illuminance': 392,
        'wind.direction': 163.5,
        'wind.gust': 5.2,
        'wind.speed': 2.35,
      },
      source: 'computed from the register table: thousandths, pressure in pascals',
    },
  ],
};
