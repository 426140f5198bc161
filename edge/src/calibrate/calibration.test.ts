/** From the configuration to what stands in the journal: every reading under the number of what it was calibrated with. */
import { type Calibration, profileOf, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildCatalog, type Catalog } from '../catalog.ts';
import { createChecker } from '../check/check.ts';
import type { ConfiguredDevice } from '../config.ts';
import { openJournal } from '../journal/journal.ts';
import { JournalDb } from '../journal/journal-db.ts';
import { inline } from '../journal/journal-inline.ts';
import { Pipeline } from '../pipeline.ts';
import { contents, folder, options, START_MS } from '../testing/journals.ts';

let home: ReturnType<typeof folder>;
beforeEach(() => {
  home = folder();
});
afterEach(() => home.remove());

const config = { farm: { id: 'farm', title: 'Farm' }, gateway: { id: 'gw-1', title: 'Gateway' }, fields: [] };
const PERMITTIVITY = profileOf('seeed-mtec-02');

interface Life {
  atMs: number;
  calibration?: Calibration[];
  device?: Partial<ConfiguredDevice>;
  /** Samples: when by the device's own clock, and values by channel key. */
  samples?: [timeMs: number, values: Record<string, number>][];
}

/** One life of a gateway with one probe; returns its catalog. */
async function live({ atMs, calibration, device, samples = [] }: Life): Promise<Catalog> {
  const clock = virtualClock();
  const journal = await openJournal(
    { ...options(home.path), boot: { uuid: `boot-${atMs}`, wallMs: atMs, monoMs: 0 } },
    { clock, logger: silentLogger },
    inline(),
  );
  const profile = PERMITTIVITY;
  const probe: ConfiguredDevice = {
    ...{ id: 'probe', profile: profile.id, profileRecord: profile },
    ...(calibration === undefined ? {} : { calibration }),
    ...device,
  };
  const catalog = await buildCatalog(config, [probe], journal, atMs);
  const time = { now: () => ({ timeMs: atMs, dated: true }), heard() {}, satellite() {} };
  const pipeline = new Pipeline(time, catalog, createChecker(), journal);
  for (const [timeMs, values] of samples) {
    const entries = Object.entries(values)
      .map(([key, value]) => [profile.channels.findIndex((c) => c.quantity === key), value] as const)
      .sort(([a], [b]) => a - b);
    const accepted = pipeline.accept({
      ...{ device: 'probe', timeMs, channels: entries.map(([i]) => i), values: entries.map(([, v]) => v) },
    });
    await clock.advance(200);
    await accepted;
  }
  await journal.close();
  return catalog;
}

/** What the journal holds: by channel key and version, in the order of the numbers. */
function stored(catalog: Catalog): [string, number, number][] {
  const names = new Map<number, [string, number]>();
  for (const device of catalog.inventory.devices)
    for (const c of device.channels) {
      names.set(c.number, [c.quantity, 0]);
      for (const v of c.calibrations ?? []) if (v.formula !== null) names.set(v.number, [c.quantity, v.version]);
    }
  const db = new JournalDb({ ...options(home.path), boot: { uuid: 'look', wallMs: START_MS, monoMs: 0 } });
  const all = [...contents(db)].sort(([a], [b]) => a - b).map(([, r]) => r);
  db.close();
  return all.map((r) => [...(names.get(r.channel) as [string, number]), r.value]);
}

const HOUR = 3_600_000;
const T = START_MS;

describe('readings carry what they were calibrated with', () => {
  test('a change never touches what was accepted before, nor late samples of earlier times', async () => {
    await live({ atMs: T, samples: [[T, { 'soil.moisture': 20 }]] });
    await live({
      atMs: T + HOUR,
      calibration: [{ channel: 'soil.moisture', offset: 1 }],
      samples: [
        [T + HOUR, { 'soil.moisture': 20 }],
        [T + HOUR / 2, { 'soil.moisture': 21 }],
      ],
    });
    const catalog = await live({
      atMs: T + 2 * HOUR,
      calibration: [
        {
          channel: 'soil.moisture',
          points: [
            [0, 0],
            [50, 40],
          ],
        },
      ],
      samples: [
        [T + 2 * HOUR, { 'soil.moisture': 20 }],
        [T + HOUR, { 'soil.moisture': 22 }],
      ],
    });
    expect(stored(catalog)).toEqual([
      ['soil.moisture', 0, 20],
      ['soil.moisture', 1, 21],
      ['soil.moisture', 0, 21],
      ['soil.moisture', 2, 16],
      ['soil.moisture', 1, 23],
    ]);
    const [device] = catalog.inventory.devices;
    const moisture = device?.channels.find((c) => c.quantity === 'soil.moisture');
    expect(moisture?.calibrations?.map((c) => [c.version, c.fromMs])).toEqual([
      [1, T + HOUR],
      [2, T + 2 * HOUR],
    ]);
    expect(catalog.inventory.devices).toHaveLength(1);
    expect(catalog.inventory.revision).toBe(3);
  });

  test('one that is taken away leaves values as the device says them', async () => {
    await live({ atMs: T, calibration: [{ channel: 'soil.ec', scale: 2 }], samples: [[T, { 'soil.ec': 100 }]] });
    const catalog = await live({ atMs: T + HOUR, samples: [[T + HOUR, { 'soil.ec': 100 }]] });
    expect(stored(catalog)).toEqual([
      ['soil.ec', 1, 200],
      ['soil.ec', 0, 100],
    ]);
    const ec = catalog.inventory.devices[0]?.channels.find((c) => c.quantity === 'soil.ec');
    expect(ec?.calibrations?.at(-1)).toMatchObject({ version: 2, number: ec?.number, formula: null });
  });

  test('an order for later is obeyed at its time, within one life too', async () => {
    const catalog = await live({
      atMs: T,
      calibration: [{ channel: 'soil.ec', offset: 5, from: new Date(T + HOUR).toISOString().replace('.000', '') }],
      samples: [
        [T, { 'soil.ec': 100 }],
        [T + HOUR, { 'soil.ec': 100 }],
      ],
    });
    expect(stored(catalog)).toEqual([
      ['soil.ec', 0, 100],
      ['soil.ec', 1, 105],
    ]);
  });

  test('water content by a soil’s curve, from permittivity; without that there is none', async () => {
    const catalog = await live({
      atMs: T,
      calibration: [{ channel: 'soil.moisture', of: 'soil.permittivity', curve: 'topp-1980' }],
      samples: [
        [T, { 'soil.moisture': 99, 'soil.permittivity': 10 }],
        [T + 1, { 'soil.moisture': 99 }],
        [T + 2, { 'soil.temperature': 12, 'soil.permittivity': Number.NaN }],
      ],
    });
    expect(stored(catalog)).toEqual([
      ['soil.moisture', 1, 18.83],
      ['soil.permittivity', 0, 10],
      ['soil.temperature', 0, 12],
      ['soil.moisture', 1, Number.NaN],
      ['soil.permittivity', 0, Number.NaN],
    ]);
  });

  test('a channel that the device does not have is made of one that it has', async () => {
    const catalog = await live({
      atMs: T,
      device: { depthCm: 30 },
      calibration: [{ channel: 'soil.raw', of: 'soil.ec', polynomial: [1, 0.5] }],
      samples: [[T, { 'soil.ec': 100 }]],
    });
    expect(stored(catalog)).toEqual([
      ['soil.ec', 0, 100],
      ['soil.raw', 1, 51],
    ]);
    const raw = catalog.inventory.devices[0]?.channels.at(-1);
    expect(raw).toMatchObject({ quantity: 'soil.raw', place: 'd30', calibrations: [{ version: 1 }] });
  });
});

test('a device that is moved keeps its places by time; one that never moved says nothing of it', async () => {
  await live({ atMs: T, device: { position: [86, 44] } });
  const still = await live({ atMs: T + 1, device: { position: [86, 44] } });
  expect(still.inventory.devices[0]?.placements).toBeUndefined();
  const moved = await live({ atMs: T + HOUR, device: { position: [86.1, 44], depthCm: 20 } });
  expect(moved.inventory.devices[0]?.placements).toEqual([
    { fromMs: T, position: [86, 44] },
    { fromMs: T + HOUR, position: [86.1, 44], depthCm: 20 },
  ]);
});
