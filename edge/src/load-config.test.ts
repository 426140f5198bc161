import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KarezError } from '@karez/model';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = `farm: { id: demo, title: Demo farm, timeZone: Asia/Urumqi }
gateway: { id: gw-1, title: Pump house, position: [86.05, 44.3] }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:1883" }
status: { port: 8081 }
fields:
  - id: north
    title: North
    outline: [[86.05, 44.30], [86.06, 44.30], [86.06, 44.31]]
lines:
  - type: modbus
    port: { serial: /dev/ttyUSB0, baudRate: 4800 }
    devices:
      - { id: soil-1, profile: cwt-soil-7in1, address: 1, field: north, depthCm: 10 }
      - { id: soil-2, profile: cwt-soil-7in1, address: 2, field: north, depthCm: 20 }
  - type: davis
    port: { serial: /dev/ttyUSB1 }
    device: { id: mast, profile: davis-vantage-pro2, heightCm: 200 }
  - type: mavlink
    port: { tcp: "127.0.0.1:5760" }
    devices:
      - { id: drone, profile: mavlink-sprayer, systemId: 1 }
mqtt:
  port: 1884
  devices:
    - { id: node-1, profile: wifi-soil-node }
    - { id: node-2, profile: wifi-soil-node, topic: field/node-2 }
`;
const SECRETS = 'uplink: a-password\ndevices: { node-1: password-1, node-2: password-2 }\n';

/** Loads the text; what is thrown comes with the folder's name taken out. */
function load(text = GOOD, secrets: string | null = SECRETS, files: Record<string, string> = {}) {
  const path = join(folder, 'gateway.yaml');
  writeFileSync(path, text);
  rmSync(join(folder, 'secrets.yaml'), { force: true });
  if (secrets !== null) writeFileSync(join(folder, 'secrets.yaml'), secrets);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return loadConfig(path);
}

function refusal(...args: Parameters<typeof load>): { code: string; message: string } {
  try {
    load(...args);
  } catch (error) {
    if (error instanceof KarezError) return { code: error.code, message: error.message.replaceAll(`${folder}/`, '') };
    throw error;
  }
  throw new Error('was accepted');
}

/** The good file with the first occurrence of `from` changed. */
const changed = (from: string, to: string) => {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
};

test('a good file comes back whole, frozen, with profiles and places settled', () => {
  const loaded = load();
  expect(loaded.devices.map((d) => [d.id, d.profileRecord.id])).toEqual([
    ['soil-1', 'cwt-soil-7in1'],
    ['soil-2', 'cwt-soil-7in1'],
    ['mast', 'davis-vantage-pro2'],
    ['drone', 'mavlink-sprayer'],
    ['node-1', 'wifi-soil-node'],
    ['node-2', 'wifi-soil-node'],
  ]);
  expect(loaded.dataDir).toBe(join(folder, 'gateway'));
  expect(Object.isFrozen(loaded.config.lines?.[0])).toBe(true);
});

describe('what is wrong is said with file, line, key and what was expected', () => {
  test.each([
    [
      'id: demo',
      'id: Demo Farm',
      'gateway.yaml:1: farm.id must be lower-case letters, digits and inner hyphens, 1 to 48 characters, not "Demo Farm"',
    ],
    [
      'Asia/Urumqi',
      'Mars/Base',
      'gateway.yaml:1: farm.timeZone must be the name of a time zone, e.g. Asia/Urumqi, not "Mars/Base"',
    ],
    [
      'position: [86.05, 44.3]',
      'position: [186.05, 44.3]',
      'gateway.yaml:2: gateway.position.0 must be <= 180, not 186.05',
    ],
    ['data: gateway\n', '', 'gateway.yaml:1: data is missing'],
    ['data: gateway', 'date: gateway', 'gateway.yaml:1: data is missing'],
    [
      'mqtt://127',
      'http://127',
      'gateway.yaml:5: uplink.url must be an MQTT address, e.g. mqtts://cloud.example:8883, not "http://127.0.0.1:1883"',
    ],
    [
      '127.0.0.1:1883',
      'host:99999',
      'gateway.yaml:5: uplink.url must be like mqtts://cloud.example:8883, not "mqtt://host:99999"',
    ],
    [
      'status: { port: 8081 }',
      'status: { port: 8081, host: 0.0.0.0 }',
      /^gateway.yaml:6: status.host must be an address of this machine's own, .*, not "0.0.0.0"$/,
    ],
    ['port: 8081', 'port: http', 'gateway.yaml:6: status.port must be integer, not "http"'],
    ['status: { port: 8081 }', 'colour: green', 'gateway.yaml:6: colour is not a known key'],
    ['  - id: north', '  - id: north\n    titel: x', 'gateway.yaml:9: fields.0.titel is not a known key'],
    [
      'type: davis',
      'type: canbus',
      'gateway.yaml:17: lines.1.type must be "modbus" or "davis" or "mavlink" or "nmea" or "sdi12" or "firmata" or "lorawan" or "mqtt-json" or "sparkplug", not "canbus"',
    ],
    ['baudRate: 4800', 'baudRate: fast', 'gateway.yaml:13: lines.0.port.baudRate must be integer, not "fast"'],
    [
      'baudRate: 4800',
      'parity: maybe',
      'gateway.yaml:13: lines.0.port.parity must be "none" or "even" or "odd", not "maybe"',
    ],
    [
      '{ serial: /dev/ttyUSB1 }',
      '{ tcp: moxa }',
      'gateway.yaml:18: lines.1.port.tcp must be host:port, e.g. 192.168.1.20:4001, not "moxa"',
    ],
    [
      '{ serial: /dev/ttyUSB1 }',
      '{ tcp: "moxa:70000" }',
      'gateway.yaml:18: lines.1.port.tcp must have a port from 1 to 65535, not 70000',
    ],
    ['{ serial: /dev/ttyUSB1 }', '/dev/ttyUSB1', 'gateway.yaml:18: lines.1.port must be object, not "/dev/ttyUSB1"'],
    [
      '{ serial: /dev/ttyUSB1 }',
      '{ serial: /dev/ttyUSB0 }',
      'gateway.yaml:18: lines.1.port must differ from the others; "/dev/ttyUSB0" stands there twice',
    ],
    [
      '    device: { id: mast, profile: davis-vantage-pro2, heightCm: 200 }\n',
      '',
      'gateway.yaml:17: lines.1.device is missing',
    ],
    [
      'address: 2,',
      'address: 248,',
      'gateway.yaml:16: lines.0.devices.1.address must be from 1 to 247 on a line, not 248',
    ],
    [
      'address: 2,',
      'address: 1,',
      'gateway.yaml:16: lines.0.devices.1.address must differ from the others; 1 stands there twice',
    ],
    [
      'id: soil-2',
      'id: node-1',
      'gateway.yaml:27: mqtt.devices.0.id must differ from the others; "node-1" stands there twice',
    ],
    [
      'field: north, depthCm: 20',
      'field: south, depthCm: 20',
      'gateway.yaml:16: lines.0.devices.1.field must be the id of a field of this file, not "south"',
    ],
    ['depthCm: 20', 'depthCm: -5', 'gateway.yaml:16: lines.0.devices.1.depthCm must be >= 0, not -5'],
    ['depthCm: 20', 'intervalMs: 5', 'gateway.yaml:16: lines.0.devices.1.intervalMs must be >= 100, not 5'],
    [
      'profile: davis-vantage-pro2',
      'profile: wifi-soil-node',
      'gateway.yaml:19: lines.1.device.profile must be a davis profile; "wifi-soil-node" speaks mqtt-json',
    ],
    [
      'systemId: 1',
      'systemId: 1, signed: true',
      'gateway.yaml:23: lines.2.devices.0.signed needs a passphrase under devices.drone in secrets.yaml',
    ],
    [
      'tcp: "127.0.0.1:5760"',
      'udpListen: "0.0.0.0:99999"',
      'gateway.yaml:21: lines.2.port.udpListen must have a port from 1 to 65535, not 99999',
    ],
    ['systemId: 1', 'systemId: 0', 'gateway.yaml:23: lines.2.devices.0.systemId must be >= 1, not 0'],
    [
      'topic: field/node-2',
      'topic: "field/#/x"',
      'gateway.yaml:28: mqtt.devices.1.topic must be a topic, by default devices/{id}/up; with + and # where the device publishes under several, not "field/#/x"',
    ],
    [
      'topic: field/node-2',
      'topic: devices/node-1/up',
      'gateway.yaml:28: mqtt.devices.1.topic must differ from the others; "devices/node-1/up" stands there twice',
    ],
    [
      'id: node-2',
      'id: node-3',
      'gateway.yaml:28: mqtt.devices.1 needs a password under devices.node-3 in secrets.yaml',
    ],
  ])('%j → %j', (from, to, message) => {
    const { code, message: said } = refusal(changed(from, to));
    expect(code).toBe('CONFIG_INVALID');
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  test('a profile that does not exist, with those that do', () =>
    expect(refusal(changed('profile: davis-vantage-pro2', 'profile: davis'))).toEqual({
      code: 'PROFILE_UNKNOWN',
      message: expect.stringMatching(
        /^gateway.yaml:19: lines.1.device.profile must be one of cwt-soil-7in1, .*, not "davis"$/,
      ),
    }));

  test.each([
    ['farm: { id: demo', 'farm: { id: [demo', /^gateway.yaml:1:\d+: Flow/],
    ['data: gateway', 'data: gateway\ndata: again', /^gateway.yaml:4:1: Map keys must be unique$/],
    ['data: gateway', '\tdata: gateway', /^gateway.yaml:3:1: .*[Tt]ab/],
    ['data: gateway', 'data: *nowhere', /nowhere/],
  ])('YAML that cannot be read: %j → %j', (from, to, message) =>
    expect(refusal(changed(from, to))).toEqual({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );

  test('an empty file, and one that is a list', () => {
    expect(refusal('').message).toBe('gateway.yaml:1: the whole file must be object, not null');
    expect(refusal('- 1\n').message).toBe('gateway.yaml:1: the whole file must be object');
  });

  test('a few lines of YAML do not become gigabytes', () => {
    const bomb = Array.from(
      { length: 30 },
      (_, i) => `a${i}: &a${i} [${i === 0 ? '1' : `*a${i - 1}, *a${i - 1}`}]`,
    ).join('\n');
    expect(refusal(bomb)).toEqual({ code: 'CONFIG_INVALID', message: expect.stringMatching(/alias/) });
  });
});

describe('other files', () => {
  test('that are missing, or folders, are named', () => {
    expect(refusal(GOOD, null)).toEqual({
      code: 'FILE_UNREADABLE',
      message: 'cannot read secrets.yaml: there is no such file',
    });
    expect(refusal(changed('secrets: secrets.yaml', 'secrets: .')).message).toMatch(/^cannot read .*: it is a folder$/);
    expect(() => loadConfig(join(folder, 'nothing.yaml'))).toThrow(/cannot read .*nothing.yaml: there is no such file/);
  });

  test('secrets: a short or missing password is named, and never printed in full', () => {
    expect(refusal(GOOD, 'devices: {}\n').message).toBe('secrets.yaml:1: uplink is missing');
    const short = refusal(GOOD, 'uplink: a-password\ndevices:\n  node-1: short\n  node-2: password-2\n').message;
    expect(short).toMatch(/^secrets.yaml:3: devices.node-1 must not have fewer than 8 characters$/);
    expect(refusal(GOOD, 'uplink: a-password\n').message).toMatch(/^gateway.yaml:27: mqtt.devices.0 needs a password/);
  });

  const OWN = `id: my-probe
title: { en: Mine, zh: 我的 }
maker: Me
kind: soil
intervalMs: 1000
protocol: modbus
function: 3
baudRate: 9600
source: my notes
channels:
  - { quantity: soil.moisture, register: 4, type: uint16, divide: 1, decimals: 1 }
frames:
  - { hex: "0103020001", values: { soil.moisture: 0.1 }, source: mine }
`;
  const own = `${changed('profile: cwt-soil-7in1, address: 2', 'profile: my-probe, address: 2')}profiles: [my-probe.yaml]\n`;
  test('a profile of one’s own is used like those that ship', () =>
    expect(load(own, SECRETS, { 'my-probe.yaml': OWN }).devices[1]?.profileRecord.maker).toBe('Me'));
  test('a mistake in it is named by its key', () => {
    const wrong = { 'my-probe.yaml': OWN.replace('soil.moisture,', 'soil.wetness,') };
    expect(refusal(own, SECRETS, wrong).message).toBe(
      'my-probe.yaml: channels.0.quantity must be an id of the quantity table, not "soil.wetness"',
    );
    const twice = own.replace('[my-probe.yaml]', '[my-probe.yaml, my-probe.yaml]');
    expect(refusal(twice, SECRETS, { 'my-probe.yaml': OWN }).message).toBe(
      'gateway.yaml:29: profiles.1 must differ in id; my-probe stands there twice',
    );
  });
});
