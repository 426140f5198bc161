/**
 * The simulated SDI-12 sensors, read on one bus by the gateway's own parts in virtual time with the profile of the same name:
 * both sides were written apart. What is read is what the simulated world says; what a fault does to one sensor is never
 * stored as a value, and slows no other.
 */
import type { SimConfig } from '@karez/firmware-sim';
import { profileOf, quantityOf, type Sdi12Profile } from '@karez/model';
import { afterEach, describe, expect, test } from 'vitest';
import { type StoredReading, VirtualGateway } from './virtual-gateway.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 5, 10, 3);
const KINDS = ['teros-11', 'teros-12', 'teros-21', 'climavue50'] as const;
const FAULTY = 'teros-12';

let gateway: VirtualGateway | undefined;
afterEach(() => gateway?.end());

/** Reads all four kinds for so long; each once a minute, every answer with a CRC: without one, a lost digit can pass. */
async function read(minutes: number, faults: NonNullable<SimConfig['faults']> = []) {
  await gateway?.end();
  const sensors = KINDS.map((kind, i) => ({
    ...{ device: kind, sensor: kind, address: i + 1 },
    ...(kind === 'climavue50' ? {} : { field: 'north', depthCm: 20 }),
  }));
  const running = new VirtualGateway({
    sim: { lines: [{ type: 'sdi12', port: { pty: 'bus' }, sensors: sensors as never }], faults },
    lines: [
      {
        ...{ type: 'sdi12', port: { serial: '0' }, adapter: 'command' },
        devices: KINDS.map((kind, i) => ({ id: kind, profile: kind, address: i + 1, intervalMs: MINUTE, crc: true })),
      },
    ],
    startMs: START,
    stepMs: 250,
  });
  gateway = running;
  await running.start();
  await running.advance(minutes * MINUTE);
  const view = running.gateway.view();
  await running.stop();
  return { readings: running.readings(), view, farm: running.farm };
}

const of = (readings: readonly StoredReading[], device: string) => readings.filter((r) => r.device === device);
const times = (readings: readonly StoredReading[], device: string) => [
  ...new Set(of(readings, device).map((r) => r.timeMs)),
];
const nearest = (readings: readonly StoredReading[], timeMs: number) =>
  readings.reduce((a, b) => (Math.abs(b.timeMs - timeMs) < Math.abs(a.timeMs - timeMs) ? b : a));

test('each says all that its profile knows, in range and as the world is', async () => {
  const { readings, view, farm } = await read(5);
  for (const kind of KINDS) {
    const { channels } = profileOf(kind) as Sdi12Profile;
    expect(times(readings, kind), kind).toHaveLength(5);
    expect(of(readings, kind), kind).toHaveLength(5 * channels.length);
    for (const { channel, value } of of(readings, kind)) {
      const { min, max } = quantityOf(channel.split('@')[0] as string) ?? { min: 0, max: 0 };
      expect(value, `${kind} ${channel}`).toBeGreaterThanOrEqual(min);
      expect(value, `${kind} ${channel}`).toBeLessThanOrEqual(max);
    }
  }
  expect([...view.counts.rejected]).toEqual([]);
  expect(view.status.devices.map(({ timeouts, trouble }) => ({ timeouts, trouble }))).toEqual(
    KINDS.map(() => ({ timeouts: 0, trouble: null })),
  );
  const last = (kind: string, channel: string) =>
    of(readings, kind).findLast((r) => r.channel.startsWith(channel))?.value;
  const soil = farm.world.soilAt('north', 20, 'teros-12');
  expect(last('teros-12', 'soil.moisture')).toBeCloseTo(soil.moisturePct, 0);
  expect(last('teros-12', 'soil.temperature')).toBeCloseTo(soil.temperatureC, 0);
  const shallow = farm.world.soilAt('north', 20, 'teros-11');
  expect(last('teros-11', 'soil.moisture')).toBeCloseTo(shallow.moisturePct, 0);
  expect(last('teros-21', 'soil.temperature')).toBeCloseTo(farm.world.soilAt('north', 20, 'teros-21').temperatureC, 0);
  const weather = farm.world.weather();
  expect(last('climavue50', 'air.pressure')).toBeCloseTo(weather.pressureHpa, 0);
  expect(last('climavue50', 'air.humidity')).toBeCloseTo(weather.humidityPct, -1);
});

describe('a fault of one sensor', () => {
  const AFTER_S = 120;
  const FOR_S = 600;
  const span = { device: FAULTY, afterS: AFTER_S, forS: FOR_S } as const;

  test.each([
    ['silence', { ...span, fault: 'silence' }],
    ['bad checksum', { ...span, fault: 'bad-checksum' }],
    ['wrong address', { ...span, fault: 'wrong-address' }],
    ['lost bytes', { ...span, fault: 'lose-bytes', share: 0.2 }],
    ['joined mid-message', { ...span, fault: 'mid-frame' }],
    ['brown-out', { ...span, fault: 'brown-out' }],
  ] as [string, NonNullable<SimConfig['faults']>[number]][])('%s', async (_, fault) => {
    const clean = (await read(15)).readings;
    const { readings, view, farm } = await read(15, [fault]);
    expect(farm.faults.fired.get(FAULTY) ?? 0).toBeGreaterThan(0);
    for (const kind of KINDS) {
      // What is stored is what an undisturbed sensor said about then.
      for (const reading of of(readings, kind)) {
        const same = nearest(
          of(clean, kind).filter((r) => r.channel === reading.channel),
          reading.timeMs,
        );
        const { decimals = 0 } = quantityOf(reading.channel.split('@')[0] as string) ?? {};
        expect(Math.abs(reading.value - same.value), `${kind} ${reading.channel}`).toBeLessThanOrEqual(
          Math.max(0.15 * Math.abs(same.value), 10 ** -decimals),
        );
      }
      if (kind !== FAULTY) expect(times(readings, kind), kind).toHaveLength(15);
    }
    const after = times(readings, FAULTY).filter((t) => t > START + (AFTER_S + FOR_S + 60) * 1_000);
    expect(after.length, 'reads on when the fault is over').toBeGreaterThanOrEqual(1);
    expect(view.status.devices.find(({ id }) => id === FAULTY)?.trouble).toBeNull();
  });

  test('an absent sensor is absent by its maker’s marker, the others of it are there', async () => {
    const { readings } = await read(3, [{ fault: 'absent', device: FAULTY, value: 'temperatureC' }] as never);
    const values = of(readings, FAULTY);
    expect(values.filter((r) => r.channel.startsWith('soil.temperature')).every((r) => Number.isNaN(r.value))).toBe(
      true,
    );
    expect(values.filter((r) => r.channel.startsWith('soil.ec')).every((r) => r.value > 0)).toBe(true);
  });
});
