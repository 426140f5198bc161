/**
 * Runs before start, test and bench: installs what the lock names if it is not there, and builds the console if its
 * sources are newer than the build. Does nothing, quickly, when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const consoleFolder = join(root, 'dashboards/console');

function npm(args, what, cwd = root) {
  const began = Date.now();
  console.log(`${what} …`);
  const done = spawnSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status !== 0) {
    console.error(done.error?.message ?? `${done.stdout}\n${done.stderr}`);
    console.error(`"npm ${args.join(' ')}" failed; its words stand above.`);
    process.exit(1);
  }
  console.log(`${what}: done in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** The newest change of any file below `folder`, ms; 0 where there is none. */
function newest(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, 0);
}

if (
  !existsSync(join(root, 'node_modules/node/bin/node')) ||
  !existsSync(join(root, 'node_modules/.package-lock.json'))
) {
  npm(['ci', '--no-audit', '--no-fund'], 'Installing packages (once, about a minute)');
}

const built = join(consoleFolder, 'dist/index.html');
const folders = [...['src', 'public', 'worker'].map((f) => join(consoleFolder, f)), join(root, 'model/src')];
const sources = Math.max(...folders.map(newest));
if (!existsSync(built) || statSync(built).mtimeMs < sources) {
  npm(['run', 'build', '-w', 'dashboards/console'], 'Building the console');
}

// Node-RED is only for those who make flows, and for the tests: `npm start` stays light.
const flows = join(root, 'edge/node-red');
if (process.argv[2] === 'flows' && !existsSync(join(flows, 'node_modules/.package-lock.json'))) {
  npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], 'Installing Node-RED (once)', flows);
}
