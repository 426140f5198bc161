/** SDI-12 sensors on one bus behind an adapter. */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { type BusAnswer, type BusSensor, dataAnswer, Sdi12Bus } from '../codec/sdi12-bus.ts';
import {
  ABSENT,
  climavueValues,
  MOST_DIGITS,
  sent,
  teros11Values,
  teros12Values,
  teros21Values,
} from '../codec/sdi12-values.ts';
import type { Emission } from '../faults/fault-table.ts';
import { Column, columnNames, textsNow } from '../replay/columns.ts';
import type { Senses } from '../senses.ts';
import { SOIL_VALUES, type SoilValues, WEATHER_VALUES } from '../world/world.ts';
import { closed, DepthCm, lineKind, SimPort } from './line-kind.ts';

const shared = {
  device: Id,
  address: Type.Union([
    Type.String({ pattern: '^[0-9A-Za-z]$', description: 'A character 0 to 9, A to Z or a to z.' }),
    Type.Integer({ minimum: 0, maximum: 9 }),
  ]),
  seconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 999, description: 'How long it says that it measures. Default 1.' }),
  ),
};

const SOIL = {
  'teros-11': { identity: '13METER   TER11 303', serial: 'T11', values: teros11Values },
  'teros-12': { identity: '13METER   TER12 303', serial: 'T12', values: teros12Values },
  'teros-21': { identity: '13METER   TER21 389', serial: 'T21', values: teros21Values },
} as const;

const SoilSensor = Type.Object(
  {
    ...shared,
    sensor: Type.Union([Type.Literal('teros-11'), Type.Literal('teros-12'), Type.Literal('teros-21')]),
    field: Id,
    depthCm: DepthCm,
  },
  closed,
);
const Station = Type.Object({ ...shared, sensor: Type.Literal('climavue50') }, closed);
const Played = Type.Object(
  {
    ...shared,
    sensor: Type.Union([...SoilSensor.properties.sensor.anyOf, Station.properties.sensor]),
    replay: Type.Object(
      {
        recording: Id,
        values: Type.Array(Column, {
          ...{ minItems: 1, maxItems: 99 },
          description: 'Where its values stand, in the order in which it sends them.',
        }),
      },
      { ...closed, description: 'Sends what was recorded, digit for digit, in place of what the world is like.' },
    ),
  },
  closed,
);
type Sensor = Static<typeof SoilSensor> | Static<typeof Station> | Static<typeof Played>;

/** How often service requests are looked for: simulated time moves on in such steps. */
const LOOK_EVERY_MS = 250;
const SECONDS = 1;
/** A sensor is done a little before the time that it says. */
const TAKES = 0.6;

export const sdi12Line = lineKind({
  schema: Type.Object(
    {
      type: Type.Literal('sdi12'),
      port: SimPort,
      echo: Type.Optional(
        Type.Boolean({ description: 'The adapter gives commands back, as half-duplex ones do. Default false.' }),
      ),
      sensors: Type.Array(Type.Union([SoilSensor, Station, Played]), { minItems: 1, maxItems: 62 }),
    },
    closed,
  ),
  devices: ({ sensors }) =>
    sensors.map((sensor, i) => ({
      ...{ id: sensor.device, key: `sensors.${i}.device` },
      ...('field' in sensor ? { field: { id: sensor.field, key: `sensors.${i}.field` } } : {}),
      ...{ traits: ['bytes', 'checksum', 'address', 'values', 'absent'] },
      values: valueNames(sensor),
    })),
  recorded: ({ sensors }) =>
    sensors.flatMap((sensor, i) =>
      'replay' in sensor
        ? [
            {
              ...{ recording: sensor.replay.recording, columns: columnNames(sensor.replay.values) },
              key: `sensors.${i}.replay`,
            },
          ]
        : [],
    ),
  problem({ sensors }) {
    const differ = new Set(sensors.map((s) => String(s.address))).size === sensors.length;
    return differ ? undefined : { key: 'sensors', expected: 'must have addresses that differ' };
  },
  open({ sensors, echo = false }, senses) {
    const bus = new Sdi12Bus(
      sensors.map((sensor) => busSensor(sensor, senses)),
      () => senses.world.nowMs,
    );
    const bytes = (text: string) => new TextEncoder().encode(text);
    return {
      everyMs: LOOK_EVERY_MS,
      tick: () => bus.due().map(emission),
      take(chunk) {
        const answers = bus.take(chunk).map(emission);
        const device = answers[0]?.device ?? (sensors[0] as Sensor).device;
        return echo
          ? [{ device, bytes: bytes(new TextDecoder('latin1').decode(chunk)), framed: false }, ...answers]
          : answers;
      },
      restart: (device) => bus.restart(device),
    };
  },
});

function busSensor(sensor: Sensor, senses: Senses): BusSensor {
  const { device, address, seconds = SECONDS } = sensor;
  const takesMs = seconds * 1_000 * TAKES;
  const head = { device, address: String(address), seconds, takesMs };
  const identity = identityOf(sensor);
  if ('replay' in sensor) return { ...head, identity, measure: played(sensor, senses) };
  if (sensor.sensor === 'climavue50') return { ...head, identity, measure: station(device, senses) };
  const { field, depthCm } = sensor;
  const { values } = SOIL[sensor.sensor];
  return {
    ...{ ...head, identity },
    measure: () => values(senses.felt<SoilValues>(device, senses.world.soilAt(field, depthCm, device))),
  };
}

function identityOf({ sensor, device }: Sensor): string {
  if (sensor === 'climavue50') return `13CAMPBELLCLIM50529VUE-5${serialNumber(device)}`;
  const { identity, serial } = SOIL[sensor];
  return `${identity}${serial}-${serialNumber(device)}`;
}

/** Names of the values that faults can change; of a recording value1, value2 and so on. */
function valueNames(sensor: Sensor): readonly string[] {
  if ('replay' in sensor) return sensor.replay.values.map((_, i) => `value${i + 1}`);
  return 'field' in sensor ? SOIL_VALUES : WEATHER_VALUES;
}

/** What was recorded, text for text; a value that a fault has changed keeps its decimals. */
function played({ device, replay }: Static<typeof Played>, { felt, play }: Senses): BusSensor['measure'] {
  const player = play(replay.recording);
  return () => {
    const texts = textsNow(player, replay.values, MOST_DIGITS);
    if (texts === undefined) return undefined;
    const numbers = texts.map((text) => (text === undefined ? Number.NaN : Number(text)));
    const now = felt(device, Object.fromEntries(numbers.map((number, i) => [`value${i + 1}`, number])));
    return texts.map((text, i) => {
      const value = now[`value${i + 1}`] as number;
      if (!Object.is(value, numbers[i])) return sent(value, text?.split('.')[1]?.length ?? 0);
      return text === undefined ? ABSENT : text.startsWith('-') ? text : `+${text}`;
    });
  };
}

function station(device: string, { world, felt }: Senses): BusSensor['measure'] {
  let rainDayMm: number | undefined;
  return () => {
    const weather = felt(device, world.weather());
    // The day's sum begins anew at midnight.
    const rainMm = rainDayMm === undefined ? 0 : weather.rainDayMm - (weather.rainDayMm < rainDayMm ? 0 : rainDayMm);
    rainDayMm = weather.rainDayMm;
    return climavueValues(weather, rainMm);
  };
}

/** Eight digits that follow from the device's id. */
function serialNumber(device: string): string {
  let sum = 7;
  for (const character of device) sum = (sum * 31 + character.charCodeAt(0)) % 100_000_000;
  return String(sum).padStart(8, '0');
}

function emission({ device, text, hasValues, hasCrc }: BusAnswer): Emission {
  const bytes = new TextEncoder().encode(text);
  const address = text[0] as string;
  const values = text.slice(1, hasCrc ? -5 : -2);
  return {
    ...{ device, bytes, framed: hasValues },
    // Without a CRC only the parity of a character tells; its eighth bit stands for that here.
    spoiled: () =>
      hasCrc ? bytes.map((b, i) => (i === 2 ? b ^ 1 : b)) : bytes.map((b, i) => (i === 2 ? b ^ 0x80 : b)),
    elsewhere: () => new TextEncoder().encode(dataAnswer(address === '9' ? '8' : '9', values, hasCrc)),
  };
}
