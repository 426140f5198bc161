import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * A clamp-on ultrasonic flow meter. Its 32-bit values have the low register first; REGnnnn of the manual is address nnnn - 1.
 * The total is the net one, in cubic metres, as a float: above 16 million it counts in steps of two.
 */
export const tuf2000m: ModbusProfile = {
  id: 'tuf-2000m',
  title: { en: 'Flow meter', zh: '超声波流量计' },
  maker: 'TUF-2000M, TUF-2000F',
  kind: 'water',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 9600,
  source: 'TUF-2000M/F user manual, section 5.1.1 (Modbus registers table): REG0001, 0005, 0033, 0035, 0092, 0113',
  channels: [
    { quantity: 'water.flow', register: 0, type: 'float32', words: 'low-first', decimals: 3 },
    { quantity: 'water.velocity', register: 4, type: 'float32', words: 'low-first', decimals: 3 },
    { quantity: 'water.temperature', place: 'n1', register: 32, type: 'float32', words: 'low-first', decimals: 2 },
    { quantity: 'water.temperature', place: 'n2', register: 34, type: 'float32', words: 'low-first', decimals: 2 },
    { quantity: 'signal.quality', register: 91, type: 'uint16', mask: 0xff, decimals: 0 },
    { quantity: 'water.volume', register: 112, type: 'float32', words: 'low-first', decimals: 3 },
  ],
  frames: [
    {
      hex: '01030000002445D10103481D9BBF5C13C8BC0E944FBEEDF94644A7000000005EA03E5D00000000000000000057000026A33F5DFFC8FFFF9881BF62000000000000000000900000BE893F3F3CD040E36F08409679ED',
      values: {
        'water.flow': -0.86,
        'water.velocity': -0.464,
        'water.temperature@n1': 7.1,
        'water.temperature@n2': 4.7,
      },
      source:
        'a frame made of register values that a TUF-2000M gave on 2017-01-11 (Gambit challenge, feed.txt): temperature 1 is 7.1012 there',
    },
    {
      hex: '0103005B0001F5D90103020326396E',
      values: { 'signal.quality': 38 },
      source: 'the same recorded values: register 92 is 806, of which the low byte is the quality, 38',
    },
    {
      hex: '010300700002C5D0010304080044BE4B23',
      values: { 'water.volume': 1520.25 },
      source: 'computed from the register table',
    },
  ],
};
