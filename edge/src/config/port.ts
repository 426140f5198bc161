import Type, { type Static } from 'typebox';
import { closed } from './device.ts';

/** Where bytes come from: a serial device of this machine, or a serial server's raw TCP port. */
export const LinePort = Type.Union([
  Type.Object(
    {
      serial: Type.String({
        minLength: 1,
        description: 'Path of the device; one below /dev/serial/by-id stays the same whatever is plugged in first.',
      }),
      baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 4_000_000 })),
      parity: Type.Optional(
        Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], { description: 'Default none.' }),
      ),
      dataBits: Type.Optional(Type.Union([Type.Literal(7), Type.Literal(8)], { description: 'Default 8.' })),
      stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)], { description: 'Default 1.' })),
    },
    closed,
  ),
  Type.Object(
    { tcp: Type.String({ pattern: '^[^:\\s]+:[0-9]{1,5}$', description: 'Host:port, e.g. 192.168.1.20:4001.' }) },
    closed,
  ),
]);
export type LinePort = Static<typeof LinePort>;
