import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-group-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'secrets.yaml'), 'uplink: a-password\n');

const file = (
  devices: string,
  line = 'type: modbus, port: { serial: /dev/tty }',
) => `farm: { id: demo, title: Demo farm }
gateway: { id: gw-1, title: Pump house }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:1883" }
fields:
  - { id: north, title: North cotton, outline: [[86.05, 44.30], [86.06, 44.30], [86.06, 44.31]] }
lines:
  - { ${line}, devices: ${devices} }
`;

function load(...args: Parameters<typeof file>) {
  const path = join(folder, 'gateway.yaml');
  writeFileSync(path, file(...args));
  return loadConfig(path);
}
const refusal = (...args: Parameters<typeof file>) => {
  try {
    load(...args);
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, '');
  }
  return 'was accepted';
};

describe('a group', () => {
  test('makes a device of each address, named by field and address', () => {
    const { devices, config } = load('{ profile: cwt-soil-7in1, addresses: 1..32, field: north, depthCm: 20 }');
    expect(devices).toHaveLength(32);
    expect(devices[0]).toMatchObject({ id: 'north-1', title: 'North cotton 1', field: 'north', depthCm: 20 });
    expect(devices[31]).toMatchObject({ id: 'north-32', title: 'North cotton 32' });
    expect(devices[31]?.profileRecord.id).toBe('cwt-soil-7in1');
    const [line] = config.lines ?? [];
    expect(line?.type === 'modbus' && line.devices.map((d) => d.address)).toEqual(
      Array.from({ length: 32 }, (_, i) => i + 1),
    );
    expect(Object.isFrozen(line)).toBe(true);
  });

  test('stands beside single devices; depths and positions go round, patterns name', () => {
    const { devices } = load(
      `[{ id: pump, profile: dfrobot-sen0641, address: 40 }, { profile: cwt-soil-7in1, addresses: [3, 7..9], field: north,
        id: "p{n}-{depthCm}cm", title: "Probe {n} of {field}, address {address}", depthsCm: [10, 30], positions: [[86, 44], [86.1, 44]] }]`,
    );
    expect(devices.map((d) => [d.id, d.title, d.depthCm, d.position?.[0]])).toEqual([
      ['pump', undefined, undefined, undefined],
      ['p1-10cm', 'Probe 1 of north, address 3', 10, 86],
      ['p2-30cm', 'Probe 2 of north, address 7', 30, 86.1],
      ['p3-10cm', 'Probe 3 of north, address 8', 10, 86],
      ['p4-30cm', 'Probe 4 of north, address 9', 30, 86.1],
    ]);
  });

  test('without a field is named by its profile; drones have system ids', () => {
    const { devices, config } = load(
      '{ profile: mavlink-sprayer, systemIds: 2..3 }',
      'type: mavlink, port: { tcp: "127.0.0.1:5760" }',
    );
    expect(devices.map((d) => [d.id, d.title])).toEqual([
      ['mavlink-sprayer-2', 'mavlink-sprayer 2'],
      ['mavlink-sprayer-3', 'mavlink-sprayer 3'],
    ]);
    expect(config.lines).toMatchObject([{ devices: [{ systemId: 2 }, { systemId: 3 }] }]);
  });
});

test.each([
  ['{ profile: cwt-soil-7in1, addresses: 32..1 }', 'lines.0.devices.addresses must rise; 32..1 does not'],
  ['{ profile: cwt-soil-7in1, addresses: 0..3 }', 'lines.0.devices.addresses must be from 1 to 247 on a line, not 0'],
  ['{ profile: cwt-soil-7in1, addresses: 200..300 }', 'lines.0.devices.addresses must be from 0 to 255, not 200..300'],
  [
    '{ profile: cwt-soil-7in1, addresses: 1-32 }',
    'lines.0.devices.addresses must be a number or a range like 1..32, not "1-32"',
  ],
  ['{ profile: cwt-soil-7in1, addresses: 300 }', 'lines.0.devices.addresses must be <= 255, not 300'],
  ['{ profile: cwt-soil-7in1 }', 'lines.0.devices.addresses is missing'],
  ['{ addresses: 1..3 }', 'lines.0.devices.profile is missing'],
  ['{ profile: cwt-soil-7in2, addresses: 1..3 }', /^gateway.yaml:9: lines.0.devices.profile must be one of/],
  [
    '{ profile: cwt-soil-7in1, addresses: 1..3, field: south }',
    'lines.0.devices.field must be the id of a field of this file, not "south"',
  ],
  [
    '{ profile: cwt-soil-7in1, addresses: 1..3, id: "soil" }',
    'lines.0.devices.id must differ from the others; "soil" stands there twice',
  ],
  [
    '{ profile: cwt-soil-7in1, addresses: 1..3, id: "Soil {n}" }',
    'lines.0.devices.id must make ids of lower-case letters, digits and hyphens; address 1 gives "Soil 1"',
  ],
  [
    '{ profile: cwt-soil-7in1, addresses: 1..3, id: "soil-{number}" }',
    'lines.0.devices.id must have no other placeholders than {field}, {profile}, {address}, {n}, {depthCm}, not {number}',
  ],
  [
    '{ profile: cwt-soil-7in1, addresses: 1..3, id: "{field}-{n}" }',
    'lines.0.devices.id must not have {field} where the group has no field',
  ],
  [
    '{ profile: cwt-soil-7in1, addresses: 1..3, depthCm: 10, depthsCm: [10, 20] }',
    'lines.0.devices.depthsCm must stand alone, or depthCm in its place',
  ],
  [
    '[{ profile: cwt-soil-7in1, addresses: 1..3 }, { id: x, profile: cwt-soil-7in1, address: 2 }]',
    'lines.0.devices.1.address must differ from the others; 2 stands there twice',
  ],
  [
    '[{ profile: cwt-soil-7in1, addresses: 1..3 }, { id: x, profile: cwt-soil-7in1, adress: 4 }]',
    'lines.0.devices.1.address is missing',
  ],
])('%s is refused by name and line', (devices, expected) => {
  if (typeof expected === 'string') expect(refusal(devices)).toBe(`gateway.yaml:9: ${expected}`);
  else expect(refusal(devices)).toMatch(expected);
});
