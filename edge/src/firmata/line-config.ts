/** A line of the configuration with a board that has StandardFirmata. */
import { type FirmataProfile, KarezError, type Profile } from '@karez/model';
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { closed, deviceHead, Title } from '../config/device.ts';
import { differ, type Fail } from '../config/differ.ts';
import { LinePort } from '../config/port.ts';

const Digital = Type.Integer({ minimum: 0, maximum: 127 });

const BoardDevice = Type.Object(
  {
    ...deviceHead,
    pin: Type.Optional(
      Type.Union([Type.String({ pattern: '^A[0-9]{1,2}$' }), Digital], {
        description: 'Where it is on the board: A0 for an analog pin, a number for a digital one.',
      }),
    ),
    address: Type.Optional(
      Type.Integer({ minimum: 0x08, maximum: 0x77, description: 'On I2C; 0x76 is usual for a BME280.' }),
    ),
    tipMm: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10,
        description: 'Rain in one tip of this gauge, mm. Default: its profile’s.',
      }),
    ),
  },
  closed,
);
export type BoardDevice = Static<typeof BoardDevice>;

const BoardOutput = Type.Object(
  {
    id: Id,
    title: Type.Optional(Title),
    pin: Digital,
    activeLow: Type.Optional(
      Type.Boolean({
        description: 'The relay is on while the pin is low. Default false. Such a relay is on while the board starts.',
      }),
    ),
    safe: Type.Optional(
      Type.Union([Type.Literal('off'), Type.Literal('on')], {
        description: 'How it is set whenever the gateway takes the board up, and when it stops. Default off.',
      }),
    ),
  },
  closed,
);
export type BoardOutput = Static<typeof BoardOutput>;

export const FirmataLine = Type.Object(
  {
    type: Type.Literal('firmata'),
    port: LinePort,
    devices: Type.Array(BoardDevice, { maxItems: 64 }),
    outputs: Type.Optional(Type.Array(BoardOutput, { minItems: 1, maxItems: 64 })),
  },
  closed,
);
export type FirmataLineConfig = Static<typeof FirmataLine>;

/** Where each kind of sensor is connected. */
const CONNECTION = {
  analog: {
    key: 'pin',
    fits: ({ pin }: BoardDevice) => typeof pin === 'string',
    expected: 'must be an analog pin such as A0',
  },
  'tipping-bucket': {
    key: 'pin',
    fits: ({ pin }: BoardDevice) => typeof pin === 'number',
    expected: 'must be the number of a digital pin',
  },
  bme280: {
    key: 'address',
    fits: ({ address }: BoardDevice) => address !== undefined,
    expected: 'must be its address on I2C, 0x76 or 0x77',
  },
  'dht-backpack': {
    key: 'address',
    fits: ({ address }: BoardDevice) => address !== undefined,
    expected: 'must be its address on I2C, 0x0A to 0x0D',
  },
} as const;

/** What the schema cannot say of a line. @param key of the line in its file; `fail` throws. */
export function checkFirmataLine({ devices, outputs = [] }: FirmataLineConfig, key: string, fail: Fail): void {
  if (devices.length === 0 && outputs.length === 0)
    fail(`${key}.devices`, 'must not be empty where there are no outputs');
  const places = [
    ...devices.flatMap(({ pin }, i) => (pin === undefined ? [] : [{ at: `devices.${i}.pin`, what: `pin ${pin}` }])),
    ...devices.flatMap(({ address }, i) =>
      address === undefined ? [] : [{ at: `devices.${i}.address`, what: `address ${address}` }],
    ),
    ...outputs.map(({ pin }, i) => ({ at: `outputs.${i}.pin`, what: `pin ${pin}` })),
  ];
  differ(
    places,
    ({ what }) => what,
    (i) => `${key}.${places[i]?.at}`,
    fail,
  );
}

/** What a device's profile asks of its entry. @param key of the device in its file; `fail` throws. */
export function checkBoardDevice(device: BoardDevice, { sensor }: FirmataProfile, key: string, fail: Fail): void {
  const { key: its, fits, expected } = CONNECTION[sensor];
  if (!fits(device)) {
    const said = device[its] === undefined ? '' : `, not ${device[its]}`;
    fail(`${key}.${its}`, `${expected}, for a sensor "${sensor}"${said}`);
  }
  for (const other of ['pin', 'address', 'tipMm'] as const) {
    const belongs = other === its || (other === 'tipMm' && sensor === 'tipping-bucket');
    if (!belongs && device[other] !== undefined) fail(`${key}.${other}`, `must be left out with a sensor "${sensor}"`);
  }
}

/** A device by how its place is written on a command line: A0, 2, 0x76. Throws REQUEST_INVALID where its profile asks for another. */
export function placeOnBoard(
  device: { id: string; profile: string; intervalMs?: number },
  place: string,
  profile: Profile | undefined,
): BoardDevice {
  const where = place.startsWith('A')
    ? { pin: place }
    : place.startsWith('0x')
      ? { address: Number(place) }
      : { pin: Number(place) };
  const entry: BoardDevice = { ...device, ...where };
  if (profile?.protocol === 'firmata')
    checkBoardDevice(entry, profile, 'device', (_, expected) => {
      throw new KarezError('REQUEST_INVALID', `the address ${expected.replace(/, not .*/, '')}`, { where: 'address' });
    });
  return entry;
}
