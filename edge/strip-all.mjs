// Strips the types of every file that a gateway may load (stripped.mjs), and forgets what was made of files that are no more.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strippedPath } from './stripped.mjs';

const folders = ['../edge/src/', '../model/src/'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
const wanted = new Set();
for (const folder of folders) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const source = readFileSync(join(folder, file));
    const path = strippedPath(source);
    wanted.add(basename(path));
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    // As a whole or not at all: another process may be reading.
    writeFileSync(`${path}.${process.pid}`, stripTypeScriptTypes(source.toString()));
    renameSync(`${path}.${process.pid}`, path);
  }
}
const kept = dirname(strippedPath(Buffer.alloc(0)));
for (const name of existsSync(kept) ? readdirSync(kept) : [])
  if (!wanted.has(name)) rmSync(join(kept, name), { force: true });
