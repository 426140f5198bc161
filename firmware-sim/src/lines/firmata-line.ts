/** A board with StandardFirmata: analog soil probes, air sensors on I2C, rain gauges, and relays at its outputs. */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { Bme280Chip } from '../codec/bme280-chip.ts';
import { type BoardMessage, FirmataBoard, type I2cDevice } from '../codec/firmata-board.ts';
import type { Emission, Trait } from '../faults/fault-table.ts';
import type { Senses } from '../senses.ts';
import { closed, DepthCm, type LineDevice, lineKind, SimPort } from './line-kind.ts';

const Steps = Type.Integer({ minimum: 1, maximum: 1_022 });
const Probe = Type.Object(
  {
    ...{ device: Id, channel: Type.Integer({ minimum: 0, maximum: 5 }), field: Id, depthCm: DepthCm },
    dry: Type.Optional(Type.Integer({ ...Steps, description: 'Steps of the converter in dry soil. Default 520.' })),
    wet: Type.Optional(
      Type.Integer({
        ...Steps,
        description: 'Steps at 45 % water by volume, between which it is straight. Default 260.',
      }),
    ),
  },
  closed,
);
const Air = Type.Object(
  {
    device: Id,
    sensor: Type.Union([Type.Literal('bme280'), Type.Literal('dht-backpack')]),
    address: Type.Integer({ minimum: 0x08, maximum: 0x77 }),
  },
  closed,
);
const Rain = Type.Object(
  {
    ...{ device: Id, pin: Type.Integer({ minimum: 2, maximum: 13 }) },
    tipMm: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Rain in one tip, mm. Default 0.2794.' })),
  },
  closed,
);

/** Contacts open and close in such steps. */
const EVERY_MS = 100;
/** So many steps pass between two looks at the rain. */
const LOOK_EVERY = 10;
const DRY = 520;
const WET = 260;
const WET_PCT = 45;
const TIP_MM = 0.2794;
const SENSOR: Trait[] = ['bytes', 'values', 'absent'];
const AIR_VALUES = ['temperatureC', 'humidityPct', 'pressureHpa'];

export const firmataLine = lineKind({
  schema: Type.Object(
    {
      ...{ type: Type.Literal('firmata'), device: Id, port: SimPort },
      probes: Type.Optional(Type.Array(Probe, { maxItems: 6 })),
      air: Type.Optional(Type.Array(Air, { maxItems: 8 })),
      rain: Type.Optional(Type.Array(Rain, { maxItems: 12 })),
    },
    closed,
  ),
  devices: ({ device, probes = [], air = [], rain = [] }) => [
    { id: device, key: 'device', traits: ['bytes'], values: [] },
    ...probes.map(
      (probe, i): LineDevice => ({
        ...{ id: probe.device, key: `probes.${i}.device`, field: { id: probe.field, key: `probes.${i}.field` } },
        ...{ traits: SENSOR, values: ['moisturePct'] },
      }),
    ),
    ...air.map(
      (one, i): LineDevice => ({ id: one.device, key: `air.${i}.device`, traits: SENSOR, values: AIR_VALUES }),
    ),
    ...rain.map(
      (one, i): LineDevice => ({ id: one.device, key: `rain.${i}.device`, traits: SENSOR, values: ['rainDayMm'] }),
    ),
  ],
  problem({ probes = [], air = [], rain = [] }) {
    const differ = (all: readonly number[]) => new Set(all).size === all.length;
    if (!differ(probes.map((p) => p.channel))) return { key: 'probes', expected: 'must have channels that differ' };
    if (!differ(air.map((a) => a.address))) return { key: 'air', expected: 'must have addresses that differ' };
    if (!differ(rain.map((r) => r.pin))) return { key: 'rain', expected: 'must have pins that differ' };
    const hidden = air.length > 0 && probes.some((p) => p.channel > 3);
    return hidden ? { key: 'probes', expected: 'must leave channels 4 and 5 to I2C' } : undefined;
  },
  open({ device, probes = [], air = [], rain = [] }, senses) {
    const gauges = rain.map((one) => new Gauge(one, senses));
    const sensors = new Map(air.map((one) => [one.address, { ...one, it: airSensor(one, senses) }]));
    const board = new FirmataBoard(
      {
        analog(channel) {
          const probe = probes.find((p) => p.channel === channel);
          return probe === undefined ? 0 : steps(probe, senses);
        },
        isClosed: (pin) => gauges.find((g) => g.pin === pin)?.isClosed ?? false,
        i2c: (address) => sensors.get(address)?.it.connected(),
      },
      () => senses.world.nowMs,
    );
    const whose = (about: BoardMessage['about']): string | undefined => {
      if (about === undefined) return undefined;
      if ('analog' in about) return probes.find((p) => p.channel === about.analog)?.device;
      if ('address' in about) return sensors.get(about.address)?.device;
      return rain.find((r) => r.pin >> 3 === about.port)?.device;
    };
    const emission = ({ bytes, about }: BoardMessage): Emission => ({
      ...{ device: whose(about) ?? device, bytes, framed: about !== undefined },
    });
    return {
      everyMs: EVERY_MS,
      tick() {
        for (const gauge of gauges) gauge.tick();
        return board.tick().map(emission);
      },
      take: (bytes) => board.take(bytes).map(emission),
      restart(id) {
        if (id === device) board.restart();
        for (const sensor of sensors.values()) if (id === device || id === sensor.device) sensor.it.restart();
      },
    };
  },
});

/** One that has no power gives nothing. */
function steps(
  { device, field, depthCm, dry = DRY, wet = WET }: Static<typeof Probe>,
  { world, felt }: Senses,
): number {
  const { moisturePct } = felt(device, { moisturePct: world.soilAt(field, depthCm, device).moisturePct });
  return Number.isNaN(moisturePct) ? 0 : dry + ((wet - dry) * moisturePct) / WET_PCT;
}

interface AirSensor {
  /** Undefined where it does not answer. */
  connected(): I2cDevice | undefined;
  restart(): void;
}

function airSensor({ device, sensor }: Static<typeof Air>, { world, felt }: Senses): AirSensor {
  const air = () => {
    const { temperatureC, humidityPct, pressureHpa } = world.weather();
    return felt(device, { temperatureC, humidityPct, pressureHpa });
  };
  const chip = sensor === 'bme280' ? new Bme280Chip(air) : new DhtBackpack(air);
  return {
    connected: () => (Object.values(air()).every(Number.isNaN) ? undefined : chip),
    restart: () => chip.restart(),
  };
}

/** johnny-five's backpack: told a pin and a DHT, it gives hundredths of a percent and of a degree, high byte first. */
class DhtBackpack implements I2cDevice {
  readonly #air: () => { temperatureC: number; humidityPct: number };
  #isTold = false;

  constructor(air: () => { temperatureC: number; humidityPct: number }) {
    this.#air = air;
  }

  restart(): void {
    this.#isTold = false;
  }

  write(bytes: readonly number[]): void {
    if (bytes.length === 2) this.#isTold = true;
  }

  read(count: number): number[] {
    const { temperatureC, humidityPct } = this.#air();
    // The DHT gives tenths; where it says nothing, its library gives no number, and the backpack zero.
    const hundredths = (value: number) => (this.#isTold && !Number.isNaN(value) ? Math.round(value * 10) * 10 : 0);
    const bytes = [hundredths(humidityPct), hundredths(temperatureC)].flatMap((n) => [(n >> 8) & 0xff, n & 0xff]);
    return bytes.slice(0, count);
  }
}

/** A tipping bucket: the contact is closed for one step of each tip. */
class Gauge {
  readonly pin: number;
  readonly #tipMm: number;
  readonly #rainDayMm: () => number;
  #before: number | undefined;
  #waterMm = 0;
  #ticks = 0;
  isClosed = false;

  constructor({ device, pin, tipMm = TIP_MM }: Static<typeof Rain>, { world, felt }: Senses) {
    this.pin = pin;
    this.#tipMm = tipMm;
    this.#rainDayMm = () => felt(device, { rainDayMm: world.weather().rainDayMm }).rainDayMm;
  }

  tick(): void {
    if (this.#ticks++ % LOOK_EVERY === 0) this.#look();
    const tips = !this.isClosed && this.#waterMm >= this.#tipMm;
    this.isClosed = tips;
    if (tips) this.#waterMm -= this.#tipMm;
  }

  #look(): void {
    const now = this.#rainDayMm();
    if (Number.isNaN(now)) return;
    // The day's sum begins anew at midnight.
    if (this.#before !== undefined) this.#waterMm += now < this.#before ? now : now - this.#before;
    this.#before = now;
  }
}
