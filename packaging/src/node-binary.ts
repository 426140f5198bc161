/** Node.js for an architecture, from the npm package that holds it, checked against the checksum that stands in the repository. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Binaries {
  version: string;
  [arch: string]: { package: string; integrity: string } | string;
}

/**
 * Path of the folder that holds `bin/node` and `LICENSE`, fetched once and kept in `cache`.
 * @throws Error where the version is not the pinned one, or the tarball is not the one that is named.
 */
export function nodeFolder(root: string, arch: string, cache: string): string {
  const binaries = JSON.parse(readFileSync(join(root, 'packaging/node-binaries.json'), 'utf8')) as Binaries;
  const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies.node as string;
  if (binaries.version !== pinned)
    throw new Error(`packaging/node-binaries.json names Node.js ${binaries.version}, package.json ${pinned}`);
  const binary = binaries[arch];
  if (typeof binary !== 'object') throw new Error(`there is no Node.js for "${arch}" in packaging/node-binaries.json`);
  const tarball = join(cache, `${binary.package}-${pinned}.tgz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(tarball))
    execFileSync('npm', ['pack', '--silent', `${binary.package}@${pinned}`, '--pack-destination', cache], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (integrity !== binary.integrity) throw new Error(`${tarball} is not the package that node-binaries.json names`);
  const folder = join(cache, `${binary.package}-${pinned}`);
  if (!existsSync(join(folder, 'bin/node'))) {
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['xzf', tarball, '-C', folder, '--strip-components=1', 'package/bin/node', 'package/LICENSE']);
  }
  return folder;
}
