/**
 * Every Modbus device that the simulator plays, read by the gateway's own parts over real sockets with the profile of the
 * same name: the register maps of both were written apart, and what is read is what the simulated world says.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTransport, tryDevice } from '@karez/edge';
import { loadSim, noRecord, SIM_MODBUS_DEVICES, type Simulator, startSimulator } from '@karez/firmware-sim';
import { type ModbusProfile, profileOf, quantityOf, seededRandom, silentLogger, systemClock } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const KINDS = Object.keys(SIM_MODBUS_DEVICES);
const folder = mkdtempSync(join(tmpdir(), 'karez-modbus-'));
/** The simulated time stands still, so that what is read can be compared to the last digit. */
let simulator: Simulator;
let ports: string[];

beforeAll(async () => {
  const probes = KINDS.map(
    (kind, i) => `{ device: ${kind}, kind: ${kind}, address: ${i + 1}, field: north, depthCm: 20 }`,
  );
  const again = probes.map((probe) => probe.replace('device: ', 'device: tcp-'));
  const path = join(folder, 'sim.yaml');
  writeFileSync(
    path,
    `
seed: 7
start: 2026-06-01T06:00:00Z
site: { latitude: 44.3, longitude: 86.05, elevationM: 450 }
fields: [{ id: north, soil: loam, outline: [[86.05, 44.302], [86.054, 44.302], [86.054, 44.304]] }]
lines:
  - { type: modbus, port: { tcp: 0 }, probes: [${probes.join(', ')}] }
  - { type: modbus, framing: tcp, port: { tcp: 0 }, probes: [${again.join(', ')}] }
`,
  );
  const deps = { clock: virtualClock(), logger: silentLogger, record: noRecord };
  simulator = await startSimulator(loadSim(path), { speed: 1 }, deps);
  ports = simulator.facts.lines.map((line) => line.port);
});
afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

/** What one device says, by channel: value, or null where it is absent. */
async function read(kind: string, line: 0 | 1): Promise<{ values: Record<string, string>; trouble: string | null }> {
  const values: Record<string, string> = {};
  const outcome = await tryDevice(
    {
      ...{ profile: profileOf(kind), port: { tcp: ports[line] as string }, isTcp: line === 1 },
      ...{ address: String(KINDS.indexOf(kind) + 1), times: 1, withinMs: 5_000 },
    },
    { clock: systemClock(), random: seededRandom(1), logger: silentLogger },
    startTransport,
    (text) => {
      const value = /^ {2}([a-z.0-9@-]+) +(\S+)/.exec(text);
      if (value !== null) values[value[1] as string] = value[2] as string;
    },
    new Promise(() => {}),
  );
  expect(outcome.samples, `${kind}: ${outcome.trouble}`).toBe(1);
  return { values, trouble: outcome.trouble };
}

test('each has a profile of its own name', () => {
  for (const kind of KINDS) expect(profileOf(kind).protocol).toBe('modbus');
});

describe.each([
  ['RTU over TCP', 0],
  ['Modbus TCP', 1],
] as const)('%s', (_, line) => {
  test.each(KINDS)('%s says all that its profile knows, in range', async (kind) => {
    const { values, trouble } = await read(kind, line);
    const { channels } = profileOf(kind) as ModbusProfile;
    expect(Object.keys(values)).toHaveLength(channels.length);
    for (const [key, text] of Object.entries(values)) {
      const { min, max } = quantityOf(key.split('@')[0] as string) ?? { min: 0, max: 0 };
      expect(Number(text), `${kind} ${key}`).toBeGreaterThanOrEqual(min);
      expect(Number(text), `${kind} ${key}`).toBeLessThanOrEqual(max);
    }
    expect(trouble).toBeNull();
  });
});

test('what is read is what the world says, to the device’s last digit', async () => {
  const { world } = simulator.farm;
  const soil = (kind: string) => world.soilAt('north', 20, kind);
  const rounded = (value: number, decimals: number) => String(Math.round(value * 10 ** decimals) / 10 ** decimals);
  const weather = world.weather();
  for (const kind of ['cwt-soil-7in1', 'jxbs-3001-7in1', 'renke-ecthnpkph']) {
    const { values } = await read(kind, 0);
    expect(values).toMatchObject({
      'soil.moisture': rounded(soil(kind).moisturePct, 1),
      'soil.temperature': rounded(soil(kind).temperatureC, 1),
      'soil.ec': rounded(soil(kind).ecUsCm, 0),
      'soil.ph': rounded(soil(kind).ph, kind === 'jxbs-3001-7in1' ? 2 : 1),
      'soil.potassium': rounded(soil(kind).potassium, 0),
    });
  }
  expect((await read('seeed-mtec-02', 1)).values).toMatchObject({
    'soil.moisture': rounded(soil('tcp-seeed-mtec-02').moisturePct, 2),
    'soil.temperature': rounded(soil('tcp-seeed-mtec-02').temperatureC, 2),
  });
  expect((await read('truebner-smt100', 0)).values['soil.temperature']).toBe(
    rounded(soil('truebner-smt100').temperatureC, 2),
  );
  expect((await read('sensecap-one', 0)).values).toMatchObject({
    'air.temperature': rounded(weather.temperatureC, 3),
    'air.pressure': rounded(weather.pressureHpa, 2),
    'wind.gust': rounded(weather.gustMs, 2),
  });
  expect((await read('apogee-sq-522', 1)).values['solar.par']).toBe(rounded(weather.solarWm2 * 2.02, 1));
});

test('an absent sensor is absent by the maker’s own marker', async () => {
  simulator.command(JSON.stringify({ fault: 'absent', device: 'lambrecht-rain-e', value: 'temperatureC' }));
  const { values } = await read('lambrecht-rain-e', 0);
  expect(values['indoor.temperature']).toBe('absent');
  expect(Number(values['rain.total'])).toBeGreaterThanOrEqual(0);
  expect(simulator.farm.faults.fired.get('lambrecht-rain-e')).toBeGreaterThan(0);
});
