import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-sdi12-'));
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
fields: [{ id: north, title: North, outline: [[86.05, 44.30], [86.06, 44.30], [86.06, 44.31]] }]
lines:
  - { type: sdi12, ${line} }
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
const PORT = 'port: { serial: /dev/ttyUSB0 }, adapter: command';
const ONE = 'devices: [{ id: s, profile: teros-12, address: 0 }]';

test('addresses may be digits and letters, single or in ranges', () => {
  const { config, devices } = load(
    `${PORT}, devices: [{ id: station, profile: climavue50, address: Z, crc: true }, { profile: teros-12, addresses: [0..2, a..c], field: north }]`,
  );
  const [line] = config.lines ?? [];
  expect(line?.type === 'sdi12' && line.devices.map((d) => String(d.address))).toEqual([
    'Z',
    '0',
    '1',
    '2',
    'a',
    'b',
    'c',
  ]);
  expect(devices.map((d) => d.id)).toEqual(['station', ...[...'012abc'].map((a) => `north-${a}`)]);
});

test.each([
  [
    `${PORT}, devices: [{ id: s, profile: teros-12, address: ab }]`,
    /devices.0.address must be a character 0 to 9, A to Z or a to z/,
  ],
  [
    `${PORT}, devices: [{ id: s, profile: teros-12, address: 1 }, { id: t, profile: teros-12, address: "1" }]`,
    'gateway.yaml:8: lines.0.devices.1.address must differ from the others; "1" stands there twice',
  ],
  [`port: { serial: /dev/ttyUSB0 }, ${ONE}`, 'gateway.yaml:8: lines.0.adapter is missing'],
  [`${PORT}, sendBreak: true, ${ONE}`, /lines.0.sendBreak must be left out with a command adapter/],
  [
    `port: { tcp: "127.0.0.1:4001" }, adapter: transparent, sendBreak: true, ${ONE}`,
    /lines.0.sendBreak must be false on a TCP port, which carries no breaks/,
  ],
  [
    `port: { serial: /dev/a }, adapter: transparent, timeoutMs: 100, ${ONE}`,
    /lines.0.timeoutMs must be left out with a transparent/,
  ],
  [
    `${PORT}, devices: [{ id: s, profile: cwt-soil-7in1, address: 1 }]`,
    /must be a sdi12 profile; "cwt-soil-7in1" speaks modbus/,
  ],
])('%s is refused by name and line', (line, expected) => {
  if (typeof expected === 'string') expect(refusal(line)).toBe(expected);
  else expect(refusal(line)).toMatch(expected);
});
