import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { copyProduction, filesBelow, type Lock, productionFolders } from './production-files.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages as Lock;

test('what a gateway runs from: its own dependencies and theirs, nothing that only tests use', () => {
  const folders = productionFolders(lock, 'edge');
  expect(folders).toEqual(
    expect.arrayContaining(['edge', 'model', 'node_modules/mqtt', 'node_modules/@serialport/bindings-cpp']),
  );
  for (const name of ['vitest', 'typescript', 'react', 'fast-check', 'playwright-core'])
    expect(folders.filter((folder) => folder.endsWith(`/${name}`))).toEqual([]);
});

test('a name that the lock does not have is said, the nearest of several is taken', () => {
  const made: Lock = {
    edge: { dependencies: { a: '1' } },
    'node_modules/a': { dependencies: { b: '2' } },
    'node_modules/a/node_modules/b': {},
    'node_modules/b': {},
  };
  expect(productionFolders(made, 'edge')).toEqual(['edge', 'node_modules/a', 'node_modules/a/node_modules/b']);
  expect(() => productionFolders({ edge: { dependencies: { a: '1' } } }, 'edge')).toThrow(
    'the lock does not name a for edge',
  );
});

test('of native code only that of the architecture; no tests, no types', () => {
  const target = mkdtempSync(join(tmpdir(), 'karez-files-'));
  try {
    copyProduction(root, lock, target, 'arm64');
    const files = filesBelow(target);
    expect(files.filter((file) => file.endsWith('.node'))).toEqual([
      'node_modules/@serialport/bindings-cpp/prebuilds/linux-arm64/@serialport+bindings-cpp.armv8.glibc.node',
    ]);
    expect(files.filter((file) => /\.test\.ts$|\.d\.ts$|\/testing\//.test(file))).toEqual([]);
    expect(existsSync(join(target, 'node_modules/@karez/model/src/index.ts'))).toBe(true);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
});

test('Node.js is the version that package.json pins', () => {
  const binaries = JSON.parse(readFileSync(join(root, 'packaging/node-binaries.json'), 'utf8'));
  expect(binaries.version).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies.node);
});
