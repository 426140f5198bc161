import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * A submersible level transmitter that says itself in which unit and with how many decimals it gives the level. One that
 * gives a pressure instead is refused, for its level depends on the liquid.
 */
export const qdy30a: ModbusProfile = {
  id: 'qdy30a',
  title: { en: 'Water level', zh: '投入式水位计' },
  maker: 'QDY30A, QDY30A-B',
  kind: 'water',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 9600,
  source: 'QDY30A Modbus sheet: register 2 unit (16 m, 17 cm, 18 mm), register 3 decimals, register 4 value',
  channels: [
    {
      quantity: 'water.level',
      register: 4,
      type: 'int16',
      unitRegister: { register: 2, factors: { 16: 1, 17: 0.01, 18: 0.001 } },
      decimalsRegister: 3,
      decimals: 4,
    },
  ],
  frames: [
    {
      hex: '010300000007040801030E0001000300110001001A0000138866D4',
      values: { 'water.level': 0.026 },
      source:
        'recorded: all registers of a QDY30A in air, 2.6 cm (public bench log of a farmers IoT toolkit, 2026-07-15)',
    },
    {
      hex: '0103060012000004F61BF0',
      values: { 'water.level': 1.27 },
      source: 'computed from the sheet: whole millimetres',
    },
  ],
};
