import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** What hangs on a board's pins, and what is read of each. */
export const FIRMATA_SENSORS = {
  analog: ['raw'],
  bme280: ['temperature', 'humidity', 'pressure'],
  'dht-backpack': ['temperature', 'humidity'],
  'tipping-bucket': ['rain'],
} as const;
export type FirmataSensor = keyof typeof FIRMATA_SENSORS;
export type FirmataReading = (typeof FIRMATA_SENSORS)[FirmataSensor][number];

/** A board with StandardFirmata: what one of its sensors gives. */
export const FirmataChannel = channelOf({
  reading: Type.Union(
    [
      Type.Literal('raw'),
      Type.Literal('temperature'),
      Type.Literal('humidity'),
      Type.Literal('pressure'),
      Type.Literal('rain'),
    ],
    {
      description:
        'raw: steps of the analog converter; temperature: °C; humidity: % relative; pressure: hPa; rain: mm since the last reading.',
    },
  ),
});

export const FirmataProfile = profileOf('firmata', {
  sensor: Type.Union(
    [Type.Literal('analog'), Type.Literal('bme280'), Type.Literal('dht-backpack'), Type.Literal('tipping-bucket')],
    { description: 'How the board reads it: an analog pin, I2C, or a contact that is counted.' },
  ),
  endsAbsent: Type.Optional(
    Type.Literal(true, {
      description:
        'Of an analog sensor: 0 and the highest value of the converter mean that nothing, or a short circuit, is on the pin.',
    }),
  ),
  dht: Type.Optional(
    Type.Union([Type.Literal(11), Type.Literal(21), Type.Literal(22)], {
      description: 'Of a dht-backpack: which DHT is on it.',
    }),
  ),
  tipMm: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 10,
      description: 'Of a tipping-bucket: rain in one tip, mm, unless the configuration says otherwise.',
    }),
  ),
  channels: Type.Array(FirmataChannel, { minItems: 1 }),
});
export type FirmataProfile = Static<typeof FirmataProfile>;

/** What the schema cannot say. `fail` throws, naming the key. */
export function checkFirmataProfile(profile: FirmataProfile, fail: (key: string, expected: string) => void): void {
  const { sensor, dht, tipMm, endsAbsent, channels } = profile;
  const readings: readonly string[] = FIRMATA_SENSORS[sensor];
  for (const [i, { reading }] of channels.entries())
    if (!readings.includes(reading))
      fail(`channels.${i}.reading`, `must be one of ${readings.join(', ')} of a sensor "${sensor}", not "${reading}"`);
  if (endsAbsent && sensor !== 'analog') fail('endsAbsent', `must be left out with a sensor "${sensor}"`);
  if ((dht === undefined) === (sensor === 'dht-backpack'))
    fail(
      'dht',
      dht === undefined ? 'must say which DHT is on the backpack' : `must be left out with a sensor "${sensor}"`,
    );
  if ((tipMm === undefined) === (sensor === 'tipping-bucket'))
    fail('tipMm', tipMm === undefined ? 'must say the rain in one tip' : `must be left out with a sensor "${sensor}"`);
}
