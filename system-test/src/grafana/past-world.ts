/** The past of a simulated world, as channels and readings of one gateway. */
import { World } from '@karez/firmware-sim';
import { type Inventory, QUALITY, type QuantityId, quantityOf, type Reading } from '@karez/model';

type Kind = 'soil' | 'weather' | 'sprayer';

export interface PastChannel {
  device: string;
  kind: Kind;
  field: string | undefined;
  quantity: QuantityId;
  place: string | undefined;
}

const STEP_MS = 300_000;
const FIELDS = ['north', 'south'];
/** The north as the running farm has it, and its neighbour. */
const OUTLINES: Record<string, [number, number][]> = {
  north: [
    [86.05, 44.302],
    [86.0541, 44.3021],
    [86.0543, 44.3041],
    [86.0501, 44.304],
  ],
  south: [
    [86.0501, 44.3],
    [86.0542, 44.3001],
    [86.0541, 44.3019],
    [86.05, 44.3018],
  ],
};
const outlineOf = (id: string) => OUTLINES[id] as [number, number][];
/** Where the probes of a field stand. */
const SPOTS: Record<string, [number, number][]> = {
  north: [
    [86.0512, 44.3026],
    [86.0522, 44.3031],
    [86.0533, 44.3035],
  ],
  south: [
    [86.0511, 44.3005],
    [86.0521, 44.301],
    [86.0531, 44.3014],
  ],
};
const DEPTHS_CM = [10, 30, 60];
/** So long before the end the drone sprays, a row each second. */
const JOB_MS = 1_500_000;
const SOIL = [
  'soil.moisture',
  'soil.temperature',
  'soil.ec',
  'soil.ph',
  'soil.nitrogen',
  'soil.phosphorus',
  'soil.potassium',
] as const;
const WEATHER = [
  ...([
    'air.temperature',
    'air.humidity',
    'air.pressure',
    'air.dew-point',
    'wind.speed',
    'wind.gust',
    'wind.direction',
  ] as const),
  ...(['rain.amount', 'rain.day', 'rain.rate', 'solar.radiation'] as const),
];
const SPRAYER = [
  ...([
    'position.latitude',
    'position.longitude',
    'position.height',
    'motion.ground-speed',
    'sprayer.flow',
    'sprayer.sections',
  ] as const),
  ...(['sprayer.pump', 'tank.volume', 'battery.voltage', 'gnss.satellites'] as const),
];

const channelsOf = (
  device: string,
  kind: Kind,
  quantities: readonly QuantityId[],
  field?: string,
  place?: string,
): PastChannel[] => quantities.map((quantity) => ({ device, kind, field, quantity, place }));

export const KINDS_OF_PAST: readonly PastChannel[] = [
  ...FIELDS.flatMap((field) =>
    DEPTHS_CM.flatMap((cm) => channelsOf(`${field}-${cm}cm`, 'soil', SOIL, field, `d${cm}`)),
  ),
  ...channelsOf('mast', 'weather', WEATHER),
  // One that lacks a dew point of its own.
  ...channelsOf('shelter', 'weather', ['air.temperature', 'air.humidity'], 'north'),
  ...channelsOf('old-drone', 'sprayer', SPRAYER),
];

export function pastInventory(farm: string, gateway: string, epoch: string): Inventory {
  const numbered = KINDS_OF_PAST.map((channel, i) => ({ ...channel, number: i + 1 }));
  return {
    ...{
      v: 1,
      epoch,
      revision: 1,
      farm: { id: farm, title: 'Test farm' },
      gateway: { id: gateway, title: 'Old pump house' },
    },
    fields: FIELDS.map((id) => ({ id, title: id, outline: outlineOf(id) })),
    devices: [...Map.groupBy(numbered, ({ device }) => device)].map(([id, channels]) => {
      const { kind, field } = channels[0] as (typeof numbered)[number];
      return {
        ...{ id, title: id, profile: 'cwt-soil-7in1', kind, intervalMs: STEP_MS, active: true },
        ...(field === undefined ? {} : { field }),
        ...positionOf(id),
        channels: channels.map(({ number, quantity, place }) => ({
          number,
          quantity,
          decimals: 3,
          ...(place === undefined ? {} : { place }),
        })),
      };
    }),
  };
}

function positionOf(device: string): { position?: [number, number] } {
  const [field, depth] = device.split('-') as [string, string | undefined];
  const spot = SPOTS[field]?.[DEPTHS_CM.findIndex((cm) => depth === `${cm}cm`)];
  return spot === undefined ? {} : { position: spot };
}

/** Readings of all channels every five minutes, of the drone every second towards the end; suspect or absent here and there. */
export function pastRows(channels: readonly PastChannel[], fromMs: number, toMs: number): Reading[] {
  const world = new World({
    ...{ seed: 5, startMs: fromMs, site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
    fields: FIELDS.map((id) => ({ id, soil: 'loam' as const, outline: outlineOf(id) })),
    drones: [{ device: 'old-drone', fields: FIELDS, base: [86.0546, 44.3016] }],
  });
  const rows: Reading[] = [];
  const jobMs = toMs - JOB_MS;
  for (let timeMs = fromMs; timeMs < toMs; timeMs += timeMs < jobMs ? STEP_MS : 1_000) {
    world.advance(timeMs);
    const isFull = timeMs < jobMs || Math.floor(timeMs / STEP_MS) !== Math.floor((timeMs - 1_000) / STEP_MS);
    for (const [i, channel] of channels.entries()) {
      if (!isFull && channel.kind !== 'sprayer') continue;
      const value = valueAt(world, channel);
      const odd = rows.length % 997;
      const isAbsent = odd === 13;
      rows.push({
        ...{ seq: rows.length + 1, channel: i + 1, timeMs, value: isAbsent ? Number.NaN : value },
        quality: isAbsent ? QUALITY.ABSENT : odd === 51 ? QUALITY.RATE : odd === 77 ? QUALITY.ESTIMATED : 0,
      });
    }
  }
  return rows;
}

function valueAt(world: World, { field, quantity, place }: PastChannel): number {
  const { min, max } = quantityOf(quantity) as { min: number; max: number };
  return Math.min(max, Math.max(min, rawAt(world, field, quantity, place)));
}

function rawAt(world: World, field: string | undefined, quantity: QuantityId, place: string | undefined): number {
  if (quantity.startsWith('soil.')) {
    const soil = world.soilAt(field as string, Number(place?.slice(1)), `${field}${place}`);
    const values: Partial<Record<QuantityId, number>> = {
      ...{
        'soil.moisture': soil.moisturePct,
        'soil.temperature': soil.temperatureC,
        'soil.ec': soil.ecUsCm,
        'soil.ph': soil.ph,
      },
      ...{ 'soil.nitrogen': soil.nitrogen, 'soil.phosphorus': soil.phosphorus, 'soil.potassium': soil.potassium },
    };
    return values[quantity] as number;
  }
  const weather = world.weather();
  const drone = world.drone('old-drone');
  const at = world.dronePosition('old-drone');
  const values: Partial<Record<QuantityId, number>> = {
    ...{
      'air.temperature': weather.temperatureC,
      'air.humidity': weather.humidityPct,
      'air.pressure': weather.pressureHpa,
    },
    ...{
      'air.dew-point': weather.temperatureC - (100 - weather.humidityPct) / 5,
      'wind.speed': weather.windMs,
      'wind.gust': weather.gustMs,
    },
    ...{ 'wind.direction': weather.windDeg, 'rain.amount': weather.rainMmPerH / 12, 'rain.day': weather.rainDayMm },
    ...{ 'rain.rate': weather.rainMmPerH, 'solar.radiation': weather.solarWm2 },
    ...{ 'position.latitude': at[1], 'position.longitude': at[0], 'position.height': drone.heightM },
    ...{ 'motion.ground-speed': drone.speedMs, 'sprayer.flow': drone.flowLpm, 'sprayer.sections': drone.sections },
    ...{ 'sprayer.pump': drone.pumpPct, 'tank.volume': drone.tankL, 'battery.voltage': 44 + drone.batteryPct / 10 },
    'gnss.satellites': 17,
  };
  return values[quantity] as number;
}
