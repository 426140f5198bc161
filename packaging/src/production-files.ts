/**
 * What of the sources and of node_modules a gateway runs from: by the lock file, so that exactly what was tested is packed, for any
 * architecture, without the network.
 */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

export interface LockedPackage {
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
export type Lock = Record<string, LockedPackage>;

/** Named as dependencies by packages that never load them when they run. */
const NEVER_LOADED = ['typescript', 'ts-node'];
const isNeverLoaded = (name: string) => NEVER_LOADED.includes(name) || name.startsWith('@types/');

/**
 * Every folder that the package in `from` needs at run time, itself included, `node_modules/…` and workspaces alike.
 * @throws Error where the lock does not name one.
 */
export function productionFolders(lock: Lock, from: string): string[] {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies } = lock[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (isNeverLoaded(name)) continue;
      const at = resolveIn(lock, path, name);
      if (at !== undefined) visit(lock[at]?.link ? (lock[at].resolved as string) : at);
      else if (!(name in (optionalDependencies ?? {}))) throw new Error(`the lock does not name ${name} for ${path}`);
    }
  };
  visit(from);
  return [...found].sort();
}

/** As Node.js looks for it: in the folder itself, then in each above. */
function resolveIn(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.includes('/') ? dirname(folder) : '') {
    const path = join(folder, 'node_modules', name);
    if (path in lock) return path;
    if (folder === '') return undefined;
  }
}

const NOT_RUN = /\.(test\.ts|map|d\.ts|d\.mts|d\.cts|md|markdown)$/;
const NOT_RUN_FOLDERS = new Set([
  'testing',
  'golden',
  'test',
  'tests',
  '__tests__',
  'docs',
  'examples',
  'example',
  'eg',
]);

/** Which folder of the native prebuilds belongs to an architecture of Debian. */
const PREBUILDS: Record<string, string> = { amd64: 'linux-x64', arm64: 'linux-arm64' };

/** Copies the production files of `root` to `target`; of what is built for one architecture only, that of `arch`. */
export function copyProduction(root: string, lock: Lock, target: string, arch: string): void {
  for (const folder of productionFolders(lock, 'edge')) copyFolder(root, folder, target, arch);
  for (const name of ['bin/karez.mjs', 'bin/service.mjs', 'package.json', 'LICENSE']) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    cpSync(join(root, name), join(target, name));
  }
  mkdirSync(join(target, 'node_modules/@karez'), { recursive: true });
  symlinkSync('../../model', join(target, 'node_modules/@karez/model'));
}

function copyFolder(root: string, folder: string, target: string, arch: string): void {
  const isKept = (path: string) => {
    const name = basename(path);
    const within = relative(join(root, folder), path);
    if (within === '') return true;
    // What is nested in it is a folder of its own in the lock.
    if (name === 'node_modules' || NOT_RUN.test(name) || NOT_RUN_FOLDERS.has(name)) return false;
    const [first, platform, file] = within.split('/');
    if (first !== 'prebuilds') return true;
    return (platform === undefined || platform === PREBUILDS[arch]) && !file?.includes('musl');
  };
  cpSync(join(root, folder), join(target, folder), { recursive: true, filter: isKept });
}

/** Every file below a folder, relative to it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
