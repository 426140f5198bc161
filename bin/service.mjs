/** How a service's process is started: what its package says in `launch.json`, where there is one. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Arguments for Node.js and the environment for `file`, the main file of a package.
 * @param {string} file path of `PACKAGE/src/main.ts`
 * @returns {{ args: string[], env: Record<string, string> }}
 */
export function serviceCommand(file) {
  const folder = dirname(dirname(file));
  const path = join(folder, 'launch.json');
  const plain = ['--disable-warning=ExperimentalWarning'];
  if (!existsSync(path)) return { args: [...plain, file], env: {} };
  const { preload, flags, env } = JSON.parse(readFileSync(path, 'utf8'));
  return { args: [...plain, ...flags, '--import', pathToFileURL(join(folder, preload)).href, file], env };
}
