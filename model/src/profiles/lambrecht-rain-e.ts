import type { ModbusProfile } from '../profile-schemas.ts';

/** A weighing rain gauge. Each value is asked for by itself; an error is said by -9999. Its speed is whatever was set at it. */
export const lambrechtRainE: ModbusProfile = {
  id: 'lambrecht-rain-e',
  title: { en: 'Rain gauge', zh: '称重式雨量计' },
  maker: 'Lambrecht rain[e], rain[e]H3',
  kind: 'weather',
  intervalMs: 30_000,
  protocol: 'modbus',
  function: 4,
  baudRate: 19_200,
  maxRegisters: 1,
  source:
    'Lambrecht rain[e]H3 user manual, sections 11.4 and 11.5 (31001 in tenths of a millimetre, 34922, error -9999)',
  channels: [
    { quantity: 'rain.total', register: 31_001, type: 'int16', divide: 1, absent: [-9_999], decimals: 1 },
    { quantity: 'indoor.temperature', register: 34_922, type: 'int16', divide: 1, absent: [-9_999], decimals: 1 },
  ],
  frames: [
    {
      hex: '030479190001F8B303040200010130',
      values: { 'rain.total': 0.1 },
      source: 'the example of the manual, section 11.5: request and reply of address 3',
    },
    {
      hex: '0304886A00013B94030402D8F15B74',
      values: { 'indoor.temperature': null },
      source: 'computed: the error code D8F1 of the manual for the inside temperature, register 34922',
    },
  ],
};
