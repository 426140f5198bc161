import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** Functions that read: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers. */
const ReadFunction = Type.Enum([1, 2, 3, 4], {
  description: '1 reads coils, 2 discrete inputs, 3 holding registers, 4 input registers.',
});

/** Modbus: a value in the register map (MODBUS Application Protocol V1.1b3, sections 6.1 to 6.4). */
export const ModbusChannel = channelOf({
  register: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    description: 'Address of the first register, or of the coil or input, from 0.',
  }),
  function: Type.Optional(ReadFunction),
  type: Type.Enum(['uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float32', 'float64', 'bit'], {
    description: 'What the registers hold; bit for coils and discrete inputs.',
  }),
  words: Type.Optional(
    Type.Enum(['high-first', 'low-first'], {
      description: 'Order of the registers of a value that takes several, default high-first.',
    }),
  ),
  bytes: Type.Optional(
    Type.Enum(['high-first', 'low-first'], {
      description: 'Order of the two bytes of each register, default high-first, as the standard has it.',
    }),
  ),
  mask: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 0xffff_ffff,
      description: 'Bits of an unsigned value to keep, shifted down to the lowest of them.',
    }),
  ),
  decimalsRegister: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description: 'Register that says how many decimals the value has: it is divided by that power of ten as well.',
    }),
  ),
  unitRegister: Type.Optional(
    Type.Object(
      {
        register: Type.Integer({ minimum: 0, maximum: 65_535 }),
        factors: Type.Record(Type.String({ pattern: '^[0-9]+$' }), Type.Number(), {
          description: 'Factor to the stored unit by what the register says; another unit is refused.',
        }),
      },
      { additionalProperties: false, description: 'Register that says which unit the value has.' },
    ),
  ),
});
export type ModbusChannel = Static<typeof ModbusChannel>;

export const ModbusProfile = profileOf('modbus', {
  function: ReadFunction,
  baudRate: Type.Integer({ minimum: 300, description: "The maker's default speed." }),
  parity: Type.Optional(
    Type.Enum(['none', 'even', 'odd'], { description: "The maker's default, where it is not none." }),
  ),
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
