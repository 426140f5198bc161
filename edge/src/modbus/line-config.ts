/** A Modbus line of the configuration. */
import { RELAY_BOARDS, type RelayBoardId } from '@karez/model';
import { Id } from '@karez/model/schemas';
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

const RelayOutput = Type.Object(
  {
    id: Id,
    board: Type.Unsafe<RelayBoardId>({
      ...{ type: 'string', enum: Object.keys(RELAY_BOARDS) },
      description: 'What it is a relay of.',
    }),
    address: Address,
    relay: Type.Integer({ minimum: 1, maximum: 256, description: 'As printed on the board: 1 is coil 0.' }),
  },
  closed,
);
export type RelayOutput = Static<typeof RelayOutput>;

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
    devices: Type.Optional(
      Type.Union([Type.Array(Type.Union([ModbusDevice, ModbusGroup]), { minItems: 1, maxItems: 256 }), ModbusGroup]),
    ),
    outputs: Type.Optional(
      Type.Array(RelayOutput, { minItems: 1, maxItems: 128, description: 'Relays that actuators hang on.' }),
    ),
  },
  closed,
);
/** With its groups made into devices. */
export type ModbusLineConfig = Omit<Static<typeof ModbusLine>, 'devices'> & { devices: Static<typeof ModbusDevice>[] };
