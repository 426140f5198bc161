/** A Modbus line of the configuration. */
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { groupHead, numbersFrom } from '../config/device-group.ts';
import { LinePort } from '../config/port.ts';

const Address = Type.Integer({
  minimum: 0,
  maximum: 255,
  description: 'Address on the line, 1 to 247; with framing tcp the unit identifier, 0 to 255.',
});

export const ModbusDevice = Type.Object({ ...deviceHead, address: Address }, closed);

const ModbusGroup = Type.Object({ ...groupHead, addresses: numbersFrom(0, 255) }, closed);

export const ModbusLine = Type.Object(
  {
    type: Type.Literal('modbus'),
    port: LinePort,
    framing: Type.Optional(
      Type.Enum(['rtu', 'tcp'], {
        description: 'rtu on serial lines and raw TCP ports of serial servers (default); tcp for Modbus TCP.',
      }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 20, maximum: 10_000, description: 'Wait for an answer, default 300.' }),
    ),
    retries: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 5, description: 'Repeats after no or a broken answer, default 1.' }),
    ),
    turnaroundMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: 'Silence between an answer and the next request, default 10.',
      }),
    ),
    devices: Type.Union([
      Type.Array(Type.Union([ModbusDevice, ModbusGroup]), { minItems: 1, maxItems: 256 }),
      ModbusGroup,
    ]),
  },
  closed,
);
/** With its groups made into devices. */
export type ModbusLineConfig = Omit<Static<typeof ModbusLine>, 'devices'> & { devices: Static<typeof ModbusDevice>[] };
