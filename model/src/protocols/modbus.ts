import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** Modbus: a value in the register map (MODBUS Application Protocol V1.1b3, section 6.3 and 6.4). */
export const ModbusChannel = channelOf({
  register: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Address of the first register, from 0.' }),
  type: Type.Union([
    Type.Literal('uint16'),
    Type.Literal('int16'),
    Type.Literal('uint32'),
    Type.Literal('int32'),
    Type.Literal('float32'),
  ]),
  words: Type.Optional(
    Type.Union([Type.Literal('high-first'), Type.Literal('low-first')], {
      description: 'Order of the two registers of a 32-bit value, default high-first.',
    }),
  ),
});

export const ModbusProfile = profileOf('modbus', {
  function: Type.Union([Type.Literal(3), Type.Literal(4)], {
    description: '3 reads holding registers, 4 input registers.',
  }),
  baudRate: Type.Integer({ minimum: 300, description: "The maker's default speed." }),
  maxRegisters: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 125, description: 'Registers that the device answers at once, default 125.' }),
  ),
  maxGap: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 120,
      description: 'Unused registers that may be read along to save a request, default 8.',
    }),
  ),
  channels: Type.Array(ModbusChannel, { minItems: 1 }),
});

export type ModbusProfile = Static<typeof ModbusProfile>;
