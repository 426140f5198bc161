/** An SDI-12 line of the configuration. */
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { characterAddresses, groupHead } from '../config/device-group.ts';
import { LinePort } from '../config/port.ts';

const own = {
  crc: Type.Optional(Type.Boolean({ description: "Whether values are asked for with a CRC. Default: the profile's." })),
};

const Address = Type.Union([
  Type.String({ pattern: '^[0-9A-Za-z]$', description: 'A character 0 to 9, A to Z or a to z.' }),
  Type.Integer({ minimum: 0, maximum: 9 }),
]);

export const Sdi12Device = Type.Object({ ...deviceHead, address: Address, ...own }, closed);

const Sdi12Group = Type.Object({ ...groupHead, addresses: characterAddresses(), ...own }, closed);

export const Sdi12Line = Type.Object(
  {
    type: Type.Literal('sdi12'),
    port: LinePort,
    adapter: Type.Enum(['command', 'transparent'], {
      description:
        'command: takes a command such as 0M! and sees to break and timing itself; transparent: passes on every character, so that the gateway keeps the timing of SDI-12.',
    }),
    sendBreak: Type.Optional(
      Type.Boolean({
        description:
          'With a transparent adapter: whether the gateway makes the breaks that wake the sensors. Default true on a serial port; a TCP port cannot.',
      }),
    ),
    lineEnd: Type.Optional(
      Type.Enum(['none', 'cr', 'lf', 'crlf'], {
        description: 'What a command adapter wants behind the !, default none.',
      }),
    ),
    startDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30_000,
        description:
          'How long the adapter needs once its port is open, e.g. 2500 where opening restarts it. Default 0.',
      }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({
        minimum: 50,
        maximum: 10_000,
        description: 'Wait for the answer of a command adapter, which repeats by itself, default 1000.',
      }),
    ),
    retries: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 5,
        description: 'Repeats of a command without a right answer. Default 1; with own breaks 2, of three tries each.',
      }),
    ),
    devices: Type.Union([Type.Array(Type.Union([Sdi12Device, Sdi12Group]), { minItems: 1, maxItems: 62 }), Sdi12Group]),
  },
  closed,
);
/** With its groups made into devices. */
export type Sdi12LineConfig = Omit<Static<typeof Sdi12Line>, 'devices'> & { devices: Static<typeof Sdi12Device>[] };

/** What the schema cannot say. `fail` throws. */
export function checkSdi12Line(
  { adapter, port, sendBreak, lineEnd, timeoutMs }: Sdi12LineConfig,
  key: string,
  fail: (key: string, expected: string) => never,
): void {
  if (sendBreak !== undefined && adapter === 'command')
    fail(`${key}.sendBreak`, 'must be left out with a command adapter, which makes the breaks itself');
  if (sendBreak && 'tcp' in port) fail(`${key}.sendBreak`, 'must be false on a TCP port, which carries no breaks');
  for (const [name, value] of Object.entries({ lineEnd, timeoutMs }))
    if (value !== undefined && adapter === 'transparent')
      fail(`${key}.${name}`, 'must be left out with a transparent adapter, where SDI-12 itself says it');
}
