/** Whether the world could be true: water is neither made nor lost, weather stays within what a place like this sees. */
import { describe, expect, test } from 'vitest';
import type { DroneState, Phase } from './drone.ts';
import { TANK_L } from './drone.ts';
import { type SoilKind, storedMm } from './soil.ts';
import type { Spell, SpellName } from './spells.ts';
import { sunSine, weatherAt } from './weather.ts';
import { World, type WorldOptions } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const site = { latitude: 44.3, longitude: 86.05, elevationM: 450 };
const outline: [number, number][] = [
  [86.05, 44.302],
  [86.0541, 44.3021],
  [86.0543, 44.3041],
  [86.0501, 44.304],
];
const options = (seed: number, startMs: number): WorldOptions => ({
  ...{ seed, startMs, site },
  fields: (['sandy-loam', 'loam', 'silt-loam', 'clay'] as SoilKind[]).map((soil) => ({ id: soil, soil, outline })),
  drones: [{ device: 'drone', fields: ['loam', 'clay'], base: [86.0546, 44.3016] }],
});

describe('soil water', () => {
  test.each([1, 2, 3])('closes over thirty days of summer, seed %i', (seed) => {
    const start = Date.UTC(2026, 6, 1);
    const world = new World(options(seed, start));
    const before = [...world.soils.values()].map((soil) => ({ stored: storedMm(soil), ...soil.total }));
    world.advance(start + 30 * DAY);
    for (const [i, soil] of [...world.soils.values()].entries()) {
      const then = before[i] as (typeof before)[number];
      const came = soil.total.rain - then.rain + soil.total.irrigation - then.irrigation;
      const went =
        soil.total.uptake - then.uptake + soil.total.runoff - then.runoff + soil.total.drained - then.drained;
      expect(came - went - (storedMm(soil) - then.stored)).toBeCloseTo(0, 6);
      // Cotton in July: 4 to 8 mm a day, and somebody waters it.
      expect(soil.total.uptake - then.uptake).toBeGreaterThan(100);
      expect(soil.total.uptake - then.uptake).toBeLessThan(240);
      expect(soil.total.irrigation - then.irrigation).toBeGreaterThan(30);
      for (const theta of soil.theta) {
        expect(theta).toBeGreaterThan(0.08);
        expect(theta).toBeLessThan(0.5);
      }
    }
  });

  test('a frozen field takes and gives nothing', () => {
    const start = Date.UTC(2026, 0, 10);
    const world = new World(options(1, start));
    const before = [...world.soils.values()].map((soil) => ({ ...soil.total }));
    world.advance(start + 5 * DAY);
    expect([...world.soils.values()].map((soil) => soil.total)).toEqual(before);
  });
});

describe('weather', () => {
  /** Lowest, mean and highest of each value over a month, every five minutes. */
  function month(seed: number, startMs: number) {
    const all = Array.from({ length: (30 * DAY) / 300_000 }, (_, i) => weatherAt(seed, site, startMs + i * 300_000));
    const of = (key: keyof (typeof all)[number]) => {
      const values = all.map((w) => w[key]);
      return {
        low: Math.min(...values),
        mean: values.reduce((a, b) => a + b, 0) / values.length,
        high: Math.max(...values),
      };
    };
    return { of, all, rainMm: all.reduce((sum, w) => sum + w.rainMmPerH / 12, 0) };
  }

  test('of July and January at 44 degrees north, inland, dry', () => {
    let rainMm = 0;
    for (const seed of [1, 2, 3, 7]) {
      const july = month(seed, Date.UTC(2026, 6, 1));
      expect(july.of('temperatureC').mean).toBeGreaterThan(22);
      expect(july.of('temperatureC').mean).toBeLessThan(30);
      expect(july.of('temperatureC').high).toBeLessThan(44);
      expect(july.of('humidityPct').low).toBeGreaterThanOrEqual(8);
      expect(july.of('humidityPct').high).toBeLessThanOrEqual(100);
      expect(july.of('pressureHpa').low).toBeGreaterThan(930);
      expect(july.of('pressureHpa').high).toBeLessThan(980);
      expect(july.of('windMs').low).toBeGreaterThanOrEqual(0);
      expect(july.of('windMs').high).toBeLessThan(15);
      expect(july.of('solarWm2').high).toBeGreaterThan(850);
      expect(july.of('solarWm2').high).toBeLessThan(1100);
      expect(july.of('uvIndex').high).toBeLessThan(11);
      expect(july.all.every((w) => w.gustMs >= w.windMs)).toBe(true);
      rainMm += july.rainMm;
      const january = month(seed, Date.UTC(2026, 0, 1));
      expect(january.of('temperatureC').mean).toBeGreaterThan(-20);
      expect(january.of('temperatureC').mean).toBeLessThan(-5);
    }
    // Some 20 mm a month, and it does rain.
    expect(rainMm / 4).toBeGreaterThan(5);
    expect(rainMm / 4).toBeLessThan(60);
  });

  test('rain comes with a front: low pressure, cloud', () => {
    const { all } = month(7, Date.UTC(2026, 6, 1));
    const wet = all.filter((w) => w.rainMmPerH > 0);
    const mean = (of: typeof all, key: 'pressureHpa' | 'cloud') => of.reduce((sum, w) => sum + w[key], 0) / of.length;
    expect(wet.length).toBeGreaterThan(20);
    expect(mean(wet, 'pressureHpa')).toBeLessThan(mean(all, 'pressureHpa') - 3);
    expect(mean(wet, 'cloud')).toBeGreaterThan(0.8);
  });

  test('the sun rises and sets when it should', () => {
    // Beijing time is about two and a quarter hours ahead of the sun here; UTC nearly six behind.
    const noonMs = Date.UTC(2026, 5, 21, 12) - (86.05 / 360) * DAY;
    expect(Math.asin(sunSine(noonMs, site)) * (180 / Math.PI)).toBeCloseTo(90 - 44.3 + 23.44, 0);
    expect(sunSine(noonMs + 12 * HOUR, site)).toBeLessThan(0);
    expect(sunSine(noonMs - 7.5 * HOUR, site)).toBeGreaterThan(0);
    expect(sunSine(noonMs - 8 * HOUR, site)).toBeLessThan(0);
  });
});

describe('weather to order', () => {
  const start = Date.UTC(2026, 4, 10, 12);
  /** Each ten minutes of a day whose hours 2 to 14 are a spell, with and without it. */
  function day(seed: number, kind: SpellName) {
    const spells = [{ kind, fromMs: start + 2 * HOUR, toMs: start + 14 * HOUR }];
    const times = Array.from({ length: 24 * 6 }, (_, i) => start + i * 600_000);
    const all = times.map((t) => ({ t, ordered: weatherAt(seed, site, t, spells), own: weatherAt(seed, site, t) }));
    return {
      all,
      inside: all.filter(({ t }) => t > start + 4 * HOUR && t < start + 12 * HOUR).map(({ ordered }) => ordered),
    };
  }
  const seeds = [1, 2, 3, 7, 11];

  test.each(seeds)('outside its spell it is the seed’s own, and no step is steep, seed %i', (seed) => {
    for (const kind of ['dry-spell', 'frost-night', 'storm'] as const) {
      const { all } = day(seed, kind);
      for (const { t, ordered, own } of all)
        if (t <= start + 2 * HOUR || t >= start + 14 * HOUR) expect(ordered).toEqual(own);
      for (const [i, { ordered }] of all.entries()) {
        const before = all[i - 1]?.ordered ?? ordered;
        expect(Math.abs(ordered.temperatureC - before.temperatureC)).toBeLessThan(9);
        expect(Math.abs(ordered.pressureHpa - before.pressureHpa)).toBeLessThan(8);
      }
    }
  });

  test.each(seeds)('a frost night freezes under a clear sky, seed %i', (seed) => {
    const { inside } = day(seed, 'frost-night');
    expect(Math.min(...inside.map((w) => w.temperatureC))).toBeLessThan(-2);
    expect(inside.every((w) => w.cloud < 0.3 && w.rainMmPerH === 0 && w.windMs < 3)).toBe(true);
  });

  test.each(seeds)('a dry spell has no drop and much sun, seed %i', (seed) => {
    const { inside } = day(seed, 'dry-spell');
    expect(inside.every((w) => w.rainMmPerH === 0 && w.humidityPct < 60)).toBe(true);
  });

  test.each(seeds)('a storm rises to its middle: rain, gusts, low pressure, seed %i', (seed) => {
    const { all, inside } = day(seed, 'storm');
    expect(inside.reduce((sum, w) => sum + w.rainMmPerH / 6, 0)).toBeGreaterThan(25);
    expect(Math.max(...inside.map((w) => w.gustMs))).toBeGreaterThan(17);
    const middle = all.find(({ t }) => t === start + 8 * HOUR);
    expect((middle?.ordered.pressureHpa ?? 0) - (middle?.own.pressureHpa ?? 0)).toBeLessThan(1);
  });

  test('reaches the soil and the station', () => {
    const world = (spells: Spell[]) => {
      const w = new World({ ...options(7, start), spells });
      w.advance(start + 6 * HOUR);
      return w;
    };
    const wet = world([{ kind: 'storm', fromMs: start, toMs: start + 12 * HOUR }]);
    const plain = world([]);
    expect(wet.soilAt('loam', 5, 'p').moisturePct).toBeGreaterThan(plain.soilAt('loam', 5, 'p').moisturePct + 3);
    expect(wet.weather().rainDayMm).toBeGreaterThan(plain.weather().rainDayMm + 10);
    expect(wet.weather().gust10Ms).toBeGreaterThan(12);
  });
});

describe('drone', () => {
  /** Every state of a quarter of a second over some hours. */
  function flight(hours: number): DroneState[] {
    const start = Date.UTC(2026, 6, 1);
    const world = new World(options(7, start));
    return Array.from({ length: hours * 3600 * 4 }, (_, i) => {
      world.advance(start + (i + 1) * 250);
      return { ...world.drone('drone') };
    });
  }
  const states = flight(3);

  test('flies swaths, empties its tank, refills, goes on, in this order', () => {
    const phases = states.map((d) => d.phase).filter((phase, i, all) => phase !== all[i - 1]);
    const next: Record<Phase, Phase> = {
      ...{ ready: 'climb', climb: 'transit', transit: 'spray', spray: 'home', home: 'land', land: 'refill' },
      refill: 'ready',
    };
    for (const [i, phase] of phases.slice(0, -1).entries()) expect(phases[i + 1]).toBe(next[phase]);
    expect(phases.filter((phase) => phase === 'refill').length).toBeGreaterThan(5);
    expect(new Set(states.map((d) => d.field))).toEqual(new Set([0, 1]));
  });

  test('keeps account of every litre', () => {
    for (const d of states) {
      expect(d.tankL).toBeGreaterThanOrEqual(0);
      expect(d.tankL).toBeLessThanOrEqual(TANK_L);
      expect(TANK_L + d.refilledL - d.sprayedL).toBeCloseTo(d.tankL, 6);
    }
    expect(Math.min(...states.map((d) => d.tankL))).toBeLessThan(1);
    expect((states.at(-1) as DroneState).sprayedL).toBeGreaterThan(5 * TANK_L);
  });

  test('sprays inside its field only, along straight swaths, and resumes where it stopped', () => {
    const local = outline.map(([lon, lat]) => [
      (lon - 86.0546) * 111_320 * Math.cos((44.3016 * Math.PI) / 180),
      (lat - 44.3016) * 111_320,
    ]);
    const easts = local.map(([e]) => e as number);
    const norths = local.map(([, n]) => n as number);
    const spraying = states.filter((d) => d.flowLpm > 0);
    expect(spraying.length).toBeGreaterThan(1000);
    for (const { at, headingDeg, heightM, sections, armed, speedMs } of spraying) {
      expect(at[0]).toBeGreaterThan(Math.min(...easts) - 1);
      expect(at[0]).toBeLessThan(Math.max(...easts) + 1);
      expect(at[1]).toBeGreaterThan(Math.min(...norths));
      expect(at[1]).toBeLessThan(Math.max(...norths));
      expect(Math.abs(Math.sin((headingDeg * Math.PI) / 180))).toBeGreaterThan(0.999);
      expect([heightM, sections, armed]).toEqual([3, 15, true]);
      expect(speedMs).toBeLessThanOrEqual(6);
    }
    // Spraying goes on within two metres of where it stopped, on the same field.
    let last: DroneState | undefined;
    let resumed = 0;
    for (const [i, d] of states.entries()) {
      const before = states[i - 1];
      if (before?.phase === 'spray' && d.phase === 'home' && d.resume !== undefined) last = d;
      if (before?.phase !== 'spray' && d.phase === 'spray' && last?.resume !== undefined) {
        expect(Math.hypot(d.at[0] - last.resume[0], d.at[1] - last.resume[1])).toBeLessThan(2);
        expect(d.field).toBe(last.field);
        resumed++;
        last = undefined;
      }
    }
    expect(resumed).toBeGreaterThan(3);
  });

  test('moves no faster than it says', () => {
    for (const [i, d] of states.entries()) {
      const before = states[i - 1];
      if (before === undefined) continue;
      expect(Math.hypot(d.at[0] - before.at[0], d.at[1] - before.at[1])).toBeLessThanOrEqual(d.speedMs * 0.25 + 1e-9);
      expect(d.batteryPct).toBeGreaterThan(10);
    }
  });
});
