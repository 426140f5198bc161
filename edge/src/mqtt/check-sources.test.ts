/** Lines on which messages speak of several devices, in the configuration. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'secrets.yaml'),
  'uplink: a-password\nsources: { chirpstack: a-password, hub: a-password }\ndevices: { node-1: a-password }\n',
);
writeFileSync(join(folder, 'ca.pem'), '');
writeFileSync(join(folder, 'own.js'), 'function Decoder() {}');
writeFileSync(
  join(folder, 'own.yaml'),
  `id: own-probe
title: { en: Own probe, zh: 自制 }
maker: us
kind: soil
intervalMs: 600000
protocol: lorawan
source: our notes
codec: own.js
channels: [{ quantity: soil.moisture, path: vwc, decimals: 1 }]
frames: [{ hex: "01", values: {}, source: our desk }]
`,
);

const file = (
  lines: string,
  mqtt = 'mqtt: { port: 0, devices: [{ id: node-1, profile: wifi-soil-node }] }',
) => `farm: { id: demo, title: Demo farm }
gateway: { id: gw-1, title: Pump house }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:1883" }
fields: []
profiles: [own.yaml]
${mqtt}
lines:
${lines}
`;
function load(...args: Parameters<typeof file>) {
  const path = join(folder, 'gateway.yaml');
  writeFileSync(path, file(...args));
  return loadConfig(path);
}
const lorawan = (head: string, device = 'id: s1, profile: dragino-lse01, devEui: a840410001818181') =>
  `  - { type: lorawan, ${head}, network: chirpstack, devices: [{ ${device} }] }`;

describe('a line of messages', () => {
  test('from a server or to the own broker is right, with its devices among all others', () => {
    const { devices, config, secrets } = load(
      [
        lorawan('name: chirpstack'),
        '  - { type: lorawan, name: ttn, server: "mqtts://eu1.cloud.thethings.network:8883", user: app1@ttn, ca: ca.pem, network: ttn, topics: ["v3/app1@ttn/devices/+/up"],',
        '      devices: [{ id: s2, profile: own-probe, deviceId: dev-2 }] }',
        '  - { type: mqtt-json, name: hub, topics: ["x/+"], devices: [{ id: h1, profile: wifi-soil-node }] }',
      ].join('\n'),
    );
    expect(devices.map(({ id }) => id)).toEqual(['s1', 's2', 'h1', 'node-1']);
    expect(devices[1]?.profileRecord).toMatchObject({ codec: join(folder, 'own.js') });
    expect(config.lines?.[1]).toMatchObject({ ca: join(folder, 'ca.pem') });
    expect(secrets.sources).toEqual({ chirpstack: 'a-password', hub: 'a-password' });
  });
});

test.each([
  [lorawan('name: other'), undefined, 'lines.0.name needs a password under sources.other in secrets.yaml'],
  [
    lorawan('name: chirpstack'),
    '',
    "lines.0.server is missing; without it messages come to the gateway's own broker, and that needs mqtt: { port: … }",
  ],
  [
    lorawan('name: node-1'),
    undefined,
    'lines.0.name must differ from the others and from MQTT devices; "node-1" stands there twice',
  ],
  [
    `${lorawan('name: chirpstack')}\n${lorawan('name: chirpstack', 'id: s2, profile: dragino-lse01, devEui: a840410001818182')}`,
    undefined,
    'lines.1.name must differ from the others',
  ],
  [lorawan('name: x, server: "http://x"'), undefined, 'lines.0.server must be an MQTT address'],
  [lorawan('name: chirpstack, user: x'), undefined, 'lines.0.user must be left out where there is no server'],
  [lorawan('name: x, server: "mqtts://x", ca: none.pem'), undefined, 'lines.0.ca must name a file that is there, not'],
  [lorawan('name: chirpstack', 'id: s1, profile: dragino-lse01'), undefined, 'lines.0.devices.0.devEui is missing'],
  [
    lorawan('name: chirpstack', 'id: s1, profile: dragino-lse01, devEui: a84041'),
    undefined,
    'lines.0.devices.0.devEui must be 16 hexadecimal digits',
  ],
  [
    lorawan('name: chirpstack', 'id: s1, profile: cwt-soil-7in1, devEui: a840410001818181'),
    undefined,
    'lines.0.devices.0.profile must be a lorawan profile; "cwt-soil-7in1" speaks modbus',
  ],
  [
    '  - { type: lorawan, name: chirpstack, network: chirpstack, devices: [{ id: a, profile: dragino-lse01, devEui: a840410001818181 }, { id: b, profile: dragino-lse01, devEui: A840410001818181 }] }',
    undefined,
    'lines.0.devices.1.devEui must differ from the others; "a840410001818181" stands there twice',
  ],
  [
    '  - { type: mqtt-json, name: hub, topics: ["a/#/b"], devices: [{ id: a, profile: wifi-soil-node }] }',
    undefined,
    'lines.0.topics.0 must be a topic',
  ],
  [
    '  - { type: lorawan, name: chirpstack, network: helium, devices: [{ id: a, profile: dragino-lse01, devEui: a840410001818181 }] }',
    undefined,
    'lines.0.network must be "chirpstack" or "ttn"',
  ],
])('%s is refused by name', (lines, mqtt, message) => {
  expect(() => load(lines, mqtt)).toThrow(message);
});

test('a profile whose script is not there is named', () => {
  rmSync(join(folder, 'own.js'));
  expect(() => load('  []')).toThrow(/own.yaml: codec must name a file that is there/);
});
