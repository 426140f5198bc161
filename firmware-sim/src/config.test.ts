/** What a wrong configuration is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '@karez/model';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadSim } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-sim-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = () => ({
  ...{ seed: 1, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
  fields: [
    {
      id: 'north',
      soil: 'loam',
      outline: [
        [86, 44],
        [86.1, 44],
        [86.1, 44.1],
      ],
    },
  ],
  lines: [
    {
      ...{ type: 'modbus', port: { pty: 'run/tty' } },
      probes: [{ device: 'soil-1', address: 1, field: 'north', depthCm: 10 }],
    },
    { type: 'davis', device: 'weather', port: { tcp: 0 } },
    { type: 'mavlink', device: 'drone', port: { tcp: 0, host: '127.0.0.1' }, fields: ['north'], base: [86, 44] },
  ],
  nodes: {
    ...{ broker: 'mqtt://127.0.0.1:1884', intervalS: 10 },
    devices: [{ device: 'node-1', field: 'north', depthsCm: [10, 30] }],
  },
  publishers: [
    {
      ...{ type: 'lorawan', name: 'server', broker: 'mqtt://127.0.0.1:1884', network: 'chirpstack', everyS: 60 },
      devices: [
        { device: 'far-1', kind: 'dragino-lse01', devEui: '70b3d57ba0000001', field: 'north', depthCm: 10 },
        { device: 'far-2', kind: 'elsys-ers', devEui: '70b3d57ba0000002', field: 'north' },
      ],
    },
    {
      ...{ type: 'sparkplug', name: 'edge', broker: 'mqtt://127.0.0.1:1884', group: 'g', node: 'n', everyS: 60 },
      devices: [{ device: 'barn', field: 'north', depthsCm: [10] }],
    },
  ],
});
const write = (name: string, value: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : stringify(value));
  return path;
};
const secrets = write('secrets.yaml', {
  ...{ uplink: 'x', devices: { 'node-1': 'password-1' } },
  sources: { server: 'password-2', edge: 'password-3' },
});

/** The error of a configuration with another value, or none, at a dotted path. */
function refusal(path: string, value: unknown): Error {
  const config = good();
  const keys = path.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], config);
  if (value === undefined) delete (parent as Record<string, unknown>)[last];
  else (parent as Record<string, unknown>)[last] = value;
  try {
    loadSim(write('sim.yaml', config), secrets);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was accepted');
}

describe('a configuration', () => {
  test('that is right is read and frozen; the folder of paths is its own', () => {
    const { config, passwords, sourcePasswords, folder: base } = loadSim(write('sim.yaml', good()), secrets);
    expect(config.lines).toHaveLength(3);
    expect(Object.isFrozen(config.fields[0]?.outline)).toBe(true);
    expect(passwords).toEqual({ 'node-1': 'password-1' });
    expect(sourcePasswords).toEqual({ server: 'password-2', edge: 'password-3' });
    expect(base).toBe(folder);
  });

  test('of the demonstration is right', () => {
    const demo = fileURLToPath(new URL('../../demo/sim.yaml', import.meta.url));
    const devices = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`node-${`${i + 1}`.padStart(2, '0')}`, 'password']),
    );
    expect(loadSim(demo, write('demo-secrets.yaml', { devices })).config.nodes?.devices).toHaveLength(20);
  });

  test.each([
    ['site.latitude', undefined, 'site.latitude is missing'],
    ['speed', 3, 'speed is not a known key'],
    ['fields.0.soil', 'peat', 'fields.0.soil must be "sandy-loam" or "loam" or "silt-loam" or "clay"'],
    ['lines.0.type', 'canbus', 'lines.0.type must be "modbus" or "davis" or "mavlink"'],
    ['lines.0.probes.0.address', 248, 'lines.0.probes.0.address must be <= 247'],
    ['lines.2.fields', ['south'], 'lines.2.fields.0 must be the id of a field of this file, not "south"'],
    ['lines.1.device', 'soil-1', 'lines.1.device must differ from all others; "soil-1" stands there twice'],
    ['lines.1.port', { pty: 'run/tty' }, 'lines.1.port.pty must differ from all others'],
    ['publishers.0.name', 'other', 'publishers.0.name needs a password under sources.other in'],
    ['publishers.0.network', 'loriot', 'publishers.0.network must be'],
    ['publishers.0.devices.1.devEui', '70B3D57BA0000001', 'publishers.0.devices must have DevEUIs that differ'],
    ['publishers.0.devices.0.depthCm', undefined, 'publishers.0.devices.0.depthCm is missing'],
    ['publishers.0.devices.0.field', 'south', 'publishers.0.devices.0.field must be the id of a field of this file'],
    ['publishers.0.devices.0.device', 'soil-1', 'publishers.0.devices.0.device must differ from all others'],
    ['publishers.1.group', 'a/b', 'publishers.1.group must'],
    [
      'publishers.1.devices',
      ['barn', 'shed'].map((device) => ({ device, field: 'north', depthsCm: [10] })),
      'publishers.1.devices must differ in what they are below',
    ],
    ['start', '2026-13-01T00:00:00Z', 'start must be "now" or a time like 2026-06-01T00:00:00Z'],
    ['lines.2.device', 'weather', 'lines.2.device must differ from all others; "weather" stands there twice'],
    ['faults', [{ fault: 'explode', device: 'all' }], 'faults.0.fault must be "silence" or "bad-checksum" or '],
    ['faults', [{ fault: 'late', device: 'node-1' }], 'faults.0.byS is missing'],
    [
      'faults',
      [{ fault: 'silence', device: 'south-*' }],
      'faults.0: device must be one of soil-1, weather, drone, far-1, far-2, barn, node-1',
    ],
    [
      'faults',
      [{ fault: 'late', device: 'drone', byS: 9 }],
      'faults.0: fault late needs a device that publishes messages',
    ],
    [
      'faults',
      [{ fault: 'stuck', device: 'soil-1', value: 'x' }],
      'must name one of its values: moisturePct, temperatureC',
    ],
    ['nodes.devices.0.device', 'node-9', 'nodes.devices.0.device needs a password under devices.node-9 in '],
    ['nodes.intervalS', 0, 'nodes.intervalS must be >= 1'],
  ])('with another %s (%j) is refused, naming the key', (path, value, words) => {
    const error = refusal(path, value);
    expect(codeOf(error)).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/sim\.yaml:\d+: /);
    expect(error.message).toContain(words);
  });

  test('with nodes asks for --secrets', () => {
    try {
      loadSim(write('sim.yaml', good()));
      throw new Error('it was accepted');
    } catch (error) {
      expect((error as Error).message).toContain('in a file given by --secrets');
    }
  });

  test('that is missing or no YAML is refused', () => {
    expect(() => loadSim(join(folder, 'none.yaml'))).toThrow(/cannot read .*none.yaml/);
    expect(() => loadSim(write('broken.yaml', 'seed: [1'))).toThrow(/broken.yaml:1:9: /);
  });
});
