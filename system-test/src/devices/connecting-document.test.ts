/** What docs/CONNECTING.md shows works as it stands there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFrames, loadConfig } from '@karez/edge';
import { SOIL_CURVES } from '@karez/model';
import { parseProfile } from '@karez/model/schemas';
import { parseYaml } from '@karez/model/yaml';
import { afterAll, expect, test } from 'vitest';

const text = readFileSync(fileURLToPath(new URL('../../../docs/CONNECTING.md', import.meta.url)), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block as string);
const folder = mkdtempSync(join(tmpdir(), 'karez-connecting-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads a gateway with these lines. */
function load(lines: string) {
  const path = join(folder, 'gateway.yaml');
  writeFileSync(join(folder, 'secrets.yaml'), 'uplink: a-password\n');
  writeFileSync(
    path,
    `farm: { id: demo, title: Demo farm }
gateway: { id: gw-1, title: Pump house }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:1883" }
fields: [{ id: north, title: North cotton, outline: [[86.05, 44.30], [86.06, 44.30], [86.06, 44.31]] }]
${lines}`,
  );
  return loadConfig(path);
}
const block = (part: string) => blocks.find((b) => b.includes(part)) as string;
const onALine = (devices: string) => `lines:\n  - type: modbus\n    port: { serial: /dev/ttyUSB0 }\n${devices}`;

test('the lines of a gateway', () => {
  expect(load(block('framing: tcp')).devices.map((d) => d.id)).toEqual(['soil-1', 'flow', 'level']);
});

test('thirty-two probes', () => {
  const { devices } = load(onALine(block('addresses: 1..32')));
  expect([devices.length, devices[31]?.id, devices[31]?.title]).toEqual([32, 'north-32', 'North cotton 32']);
});

test('a board and what hangs on it', () => {
  const { devices, config } = load(`lines:\n${block('type: firmata')}`);
  expect(devices.map((d) => d.id)).toEqual(['bed-1', 'hut', 'shed', 'gauge']);
  expect(config.lines?.[0]).toMatchObject({ outputs: [{ id: 'valve-1', pin: 7, safe: 'off' }] });
});

test('calibrations, and all curves are named', () => {
  const { devices } = load(onALine(`    devices:\n${block('topp-1980')}`));
  expect(devices[0]?.calibration).toHaveLength(4);
  for (const name of Object.keys(SOIL_CURVES)) expect(text).toContain(`\`${name}\``);
});

test('a profile of one’s own, with its frame', async () => {
  const profile = parseProfile(parseYaml(block('my-level-probe'), 'own.yaml').value, 'own.yaml');
  await checkFrames(profile, 'own.yaml');
  const wrong = structuredClone(profile);
  (wrong.frames[0] as { values: Record<string, number> }).values['water.level'] = 2;
  await expect(checkFrames(wrong, 'own.yaml')).rejects.toThrow('own.yaml: frames.0 says water.level 1.234, not 2');
});
