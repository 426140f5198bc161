import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIM_LORAWAN_DEVICES, SIM_MODBUS_DEVICES } from '@karez/firmware-sim';
import { PROFILES } from '@karez/model';
import { expect, test } from 'vitest';
import { devicesDocument } from './devices-document.ts';
import { TRIED } from './tried.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('docs/DEVICES.md says what the profiles say', () => {
  const there = readFileSync(join(root, 'docs/DEVICES.md'), 'utf8');
  expect(there, 'run "npm run devices"').toBe(devicesDocument(PROFILES, TRIED));
});

test.each(Object.entries(TRIED))('%s is read in the test that says so', (id, { test: path }) => {
  expect(PROFILES.map((p) => p.id)).toContain(id);
  const text = readFileSync(join(root, path), 'utf8');
  const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, from]) =>
    readFileSync(join(root, path, '..', from as string), 'utf8'),
  );
  const walks = Object.entries({ SIM_MODBUS_DEVICES, SIM_LORAWAN_DEVICES }).some(
    ([name, table]) => text.includes(`Object.keys(${name})`) && id in table,
  );
  expect(walks || [text, ...imported].some((part) => part.includes(id))).toBe(true);
});
