import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseInfluxUrl } from './influx-address.ts';
import { storeSecret } from './store-secret.ts';

test.each([
  [
    'http://127.0.0.1/karez',
    undefined,
    { protocol: 'http', host: '127.0.0.1', port: 8086, database: 'karez', rollups: true },
  ],
  [
    'https://db.example:9999/karez?keep=90d',
    undefined,
    { protocol: 'https', host: 'db.example', port: 9999, keep: '90d' },
  ],
  ['http://user:p%40ss@db/karez', undefined, { username: 'user', password: 'p@ss' }],
  ['http://user@db/karez', 'from-file', { username: 'user', password: 'from-file' }],
  ['http://:tok@db/karez?auth=token&rollups=off', undefined, { token: 'tok', rollups: false }],
  ['http://db/karez?auth=token', 'from-file', { token: 'from-file' }],
])('%s', (text, secret, expected) => {
  expect(parseInfluxUrl(text, secret)).toMatchObject(expected);
});

test.each([
  ['ftp://user:secret@db/karez', undefined, 'must be like http'],
  ['http://db/', undefined, 'must be like http'],
  ['http://db/karez?keep=soon', undefined, 'keep must be a duration such as 90d or 52w, not "soon"'],
  ['http://db/karez?auth=token', undefined, 'auth must be left out, or the token given'],
  ['http://db/karez?auth=basic', undefined, 'auth must be password or token'],
  ['http://db/karez?keeps=1d', undefined, 'known are keep, rollups, auth'],
  ['http://db/karez', 'a-secret', 'a password and no user'],
])('%s is refused in words, without its password', (text, secret, words) => {
  expect(() => parseInfluxUrl(text, secret)).toThrow(words);
  try {
    parseInfluxUrl(text, secret);
  } catch (error) {
    expect((error as Error).message).not.toMatch(/secret/);
  }
});

test('a secret is read from its file, without the line feed; an empty one or none is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'karez-secret-'));
  writeFileSync(join(folder, 'one'), 'abc\n');
  writeFileSync(join(folder, 'empty'), '\n');
  expect([storeSecret(''), storeSecret(join(folder, 'one'))]).toEqual([undefined, 'abc']);
  expect(() => storeSecret(join(folder, 'empty'))).toThrow('is empty');
  expect(() => storeSecret(join(folder, 'none'))).toThrow('cannot read');
  rmSync(folder, { recursive: true });
});
