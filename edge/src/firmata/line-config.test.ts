import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { profileOf } from '@karez/model';
import { parseProfile } from '@karez/model/schemas';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../load-config.ts';
import { placeOnBoard } from './line-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-firmata-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'secrets.yaml'), 'uplink: a-password\n');

function load(line: string) {
  const path = join(folder, 'gateway.yaml');
  writeFileSync(
    path,
    `farm: { id: demo, title: Demo farm }
gateway: { id: gw-1, title: Pump house }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:1883" }
fields: []
lines:
  - { type: firmata, port: { serial: /dev/ttyACM0 }, ${line} }
  - type: firmata
    port: { serial: /dev/ttyACM1 }
    devices: [{ id: other, profile: bme280, address: 0x76 }]
    outputs: [{ id: fan, pin: 3 }]
`,
  );
  return loadConfig(path);
}
const refusal = (line: string) => {
  try {
    load(line);
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, '');
  }
  return 'was accepted';
};

const BED = '{ id: bed, profile: analog-soil-probe, pin: A0 }';

test('a board with one of each', () => {
  const { config, devices } = load(
    `devices: [${BED}, { id: hut, profile: bme280, address: 0x77 }, { id: shed, profile: dht11-backpack, address: 10 }, { id: gauge, profile: tipping-bucket, pin: 2, tipMm: 0.2 }], outputs: [{ id: pump, pin: 7, activeLow: true, safe: on }]`,
  );
  expect(devices.map((d) => d.id)).toEqual(['bed', 'hut', 'shed', 'gauge', 'other']);
  expect(config.lines?.[0]).toMatchObject({ outputs: [{ id: 'pump', pin: 7, activeLow: true, safe: 'on' }] });
});

test.each([
  [
    'devices: [{ id: bed, profile: analog-soil-probe, pin: 3 }]',
    /devices.0.pin must be an analog pin such as A0, for a sensor "analog", not 3$/,
  ],
  [
    'devices: [{ id: bed, profile: analog-soil-probe }]',
    /devices.0.pin must be an analog pin such as A0, for a sensor "analog"$/,
  ],
  [
    'devices: [{ id: g, profile: tipping-bucket, pin: A2 }]',
    /devices.0.pin must be the number of a digital pin, .* not A2$/,
  ],
  ['devices: [{ id: h, profile: bme280, pin: A2 }]', /devices.0.address must be its address on I2C, 0x76 or 0x77/],
  [
    'devices: [{ id: h, profile: bme280, address: 0x76, pin: A2 }]',
    /devices.0.pin must be left out with a sensor "bme280"/,
  ],
  [
    'devices: [{ id: h, profile: bme280, address: 0x76, tipMm: 1 }]',
    /devices.0.tipMm must be left out with a sensor "bme280"/,
  ],
  ['devices: [{ id: h, profile: bme280, address: 0x78 }]', /devices.0.address must be .*119/],
  [
    `devices: [${BED}, { id: bed-2, profile: analog-soil-probe, pin: A0 }]`,
    /devices.1.pin must differ from the others; "pin A0"/,
  ],
  [
    `devices: [{ id: g, profile: tipping-bucket, pin: 2 }], outputs: [{ id: pump, pin: 2 }]`,
    /outputs.0.pin must differ/,
  ],
  [
    'devices: [{ id: a, profile: bme280, address: 0x76 }, { id: b, profile: bme280, address: 0x76 }]',
    /devices.1.address must differ/,
  ],
  [`devices: [${BED}], outputs: [{ id: fan, pin: 7 }]`, /lines.1.outputs.0.id must differ from the others; "fan"/],
  [`devices: [${BED}], outputs: [{ id: pump, pin: 7, safe: maybe }]`, /outputs.0.safe must be "off" or "on"/],
  ['devices: [{ id: x, profile: teros-12, pin: A0 }]', /devices.0.profile must be a firmata profile/],
  ['devices: []', /devices must not be empty where there are no outputs/],
])('what does not fit is named: %s', (line, message) => {
  expect(refusal(line)).toMatch(message);
});

test('a place on the command line', () => {
  const device = { id: 'device', profile: 'p' };
  expect(placeOnBoard(device, 'A3', profileOf('analog-soil-probe'))).toEqual({ ...device, pin: 'A3' });
  expect(placeOnBoard(device, '2', profileOf('tipping-bucket'))).toEqual({ ...device, pin: 2 });
  expect(placeOnBoard(device, '0x77', profileOf('bme280'))).toEqual({ ...device, address: 0x77 });
  expect(() => placeOnBoard(device, '2', profileOf('bme280'))).toThrow(
    'the address must be its address on I2C, 0x76 or 0x77, for a sensor "bme280"',
  );
});

test.each([
  [
    'channels.0.reading must be one of raw of a sensor "analog", not "rain"',
    { channels: [{ quantity: 'soil.raw', reading: 'rain', decimals: 0 }] },
  ],
  ['tipMm must be left out with a sensor "analog"', { tipMm: 0.2 }],
  ['dht must be left out with a sensor "analog"', { dht: 22 }],
  [
    'dht must say which DHT is on the backpack',
    {
      sensor: 'dht-backpack',
      endsAbsent: undefined,
      channels: [{ quantity: 'air.temperature', reading: 'temperature', decimals: 1 }],
    },
  ],
  [
    'tipMm must say the rain in one tip',
    {
      sensor: 'tipping-bucket',
      endsAbsent: undefined,
      channels: [{ quantity: 'rain.amount', reading: 'rain', decimals: 1 }],
    },
  ],
  [
    'endsAbsent must be left out with a sensor "bme280"',
    { sensor: 'bme280', channels: [{ quantity: 'air.temperature', reading: 'temperature', decimals: 1 }] },
  ],
])('a profile of one’s own is checked: %s', (message, change) => {
  const own = JSON.parse(JSON.stringify({ ...profileOf('analog-soil-probe'), ...change }));
  expect(() => parseProfile(own, 'own.yaml')).toThrow(`own.yaml: ${message}`);
});
