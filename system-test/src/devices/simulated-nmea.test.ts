/**
 * The weather instrument that the simulator plays, read by the gateway's own parts: what is stored is what the instrument
 * said, to its last digit, and nothing that a fault spoilt. What it said is read from its sentences by this test itself.
 */
import type { SimConfig } from '@karez/firmware-sim';
import { profileOf } from '@karez/model';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualGateway } from './virtual-gateway.ts';

const START = Date.UTC(2026, 5, 10, 3);
const INTERVAL_MS = 5_000;
const HPA_PER_INCH = 33.8638866667;
const MS_PER_KNOT = 1852 / 3600;

let current: VirtualGateway | undefined;
afterEach(async () => {
  await current?.end();
  current = undefined;
});

/** Ten minutes of an instrument: what is stored, and the sentences that left it, by second. */
async function tenMinutes(profile: string, faults: NonNullable<SimConfig['faults']> = []) {
  const gateway = new VirtualGateway({
    sim: { lines: [{ type: 'nmea', device: 'mast', port: { pty: 'mast' } }], faults },
    lines: [{ type: 'nmea', port: { serial: '0' }, device: { id: 'mast', profile, intervalMs: INTERVAL_MS } }],
    startMs: START,
  });
  current = gateway;
  const sent = new Map<string, string[]>();
  gateway.onBytes = (_, bytes) => {
    const second = Math.floor(gateway.clock.wallMs() / 1_000);
    const fields = Buffer.from(bytes).toString('latin1').split('*')[0]?.split(',') ?? [];
    sent.set(`${second} ${fields[0]?.slice(-3)}`, fields);
  };
  await gateway.start();
  await gateway.advance(10 * 60_000);
  const { trouble, rejected } = gateway.gateway.view().status.devices[0] as {
    trouble: string | null;
    rejected: number;
  };
  const struck = gateway.farm.faults.fired.get('mast') ?? 0;
  await gateway.stop();
  const readings = gateway.readings().map(({ timeMs, ...rest }) => ({ ...rest, second: Math.floor(timeMs / 1_000) }));
  return { readings, sent, trouble, rejected, struck };
}

/** What a channel must be by the sentences of a second, in its unit. */
const EXPECTED: Record<string, Record<string, [sentence: string, field: number, factor?: number]>> = {
  'airmar-weather-station': {
    'air.pressure': ['MDA', 1, HPA_PER_INCH],
    'air.temperature': ['MDA', 5],
    'air.humidity': ['MDA', 9],
    'air.dew-point': ['MDA', 11],
    'wind.speed': ['MWV', 3, MS_PER_KNOT],
    'wind.direction': ['MDA', 13],
  },
  'nmea-weather': {
    'air.pressure': ['MDA', 1, HPA_PER_INCH],
    'air.temperature': ['MDA', 5],
    'air.humidity': ['MDA', 9],
    'air.dew-point': ['MDA', 11],
    'wind.speed': ['MWD', 7],
    'wind.direction': ['MWD', 1],
  },
};

describe.each(Object.entries(EXPECTED))('%s', (profile, channels) => {
  test('what the instrument said is stored, at its interval', async () => {
    const { readings, sent, trouble, rejected } = await tenMinutes(profile);
    expect([trouble, rejected]).toEqual([null, 0]);
    const known = (profileOf(profile) as { channels: { quantity: string; decimals: number }[] }).channels;
    for (const [channel, [sentence, field, factor = 1]] of Object.entries(channels)) {
      const all = readings.filter((r) => r.channel === channel && !Number.isNaN(r.value));
      expect(all.length, channel).toBeGreaterThan(100);
      expect(all.length, channel).toBeLessThan(125);
      const half = 0.5001 * 10 ** -(known.find((c) => c.quantity === channel)?.decimals ?? 0);
      for (const { second, value } of all) {
        const said = Number(sent.get(`${second} ${sentence}`)?.[field]) * factor;
        expect(Math.abs(value - said), `${channel} at ${second}: ${value}, said ${said}`).toBeLessThanOrEqual(half);
      }
    }
  });
});

test('spoilt sentences are refused and counted, and nothing of them is stored', async () => {
  const { readings, sent, rejected, struck } = await tenMinutes('airmar-weather-station', [
    { fault: 'bad-checksum', device: 'mast', share: 0.2 },
    { fault: 'lose-bytes', device: 'mast', share: 0.1, bytes: 3 },
    { fault: 'mid-frame', device: 'mast', share: 0.1 },
  ]);
  expect(struck).toBeGreaterThan(1_000);
  expect(rejected).toBeGreaterThan(500);
  const temperatures = readings.filter((r) => r.channel === 'air.temperature');
  expect(temperatures.length).toBeGreaterThan(90);
  for (const { second, value } of temperatures) expect(Number(sent.get(`${second} MDA`)?.[5])).toBe(value);
});

test('a sensor that is not there is absent, and the others go on', async () => {
  const { readings } = await tenMinutes('nmea-weather', [{ fault: 'absent', device: 'mast', value: 'humidityPct' }]);
  const of = (channel: string) => readings.filter((r) => r.channel === channel).map(({ value }) => Number.isNaN(value));
  expect(of('air.humidity')).not.toContain(false);
  expect(of('air.humidity').length).toBeGreaterThan(0);
  expect(of('air.temperature')).not.toContain(true);
});
