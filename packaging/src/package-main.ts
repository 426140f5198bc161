/** `npm run package`: the Debian packages of a gateway. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildDeb } from './build-deb.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const HELP = `npm run package -- [--arch arm64|amd64]… [--version X] [--out DIR]
  builds the gateway's Debian package; default: both architectures, the version of package.json, dist/`;

const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: ['arm64', 'amd64'] },
    version: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist') },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) console.log(HELP);
else {
  const version = values.version ?? (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version as string);
  for (const arch of values.arch) {
    const path = buildDeb({ root, arch, version, out: resolve(values.out) });
    console.log(`${path}  ${(statSync(path).size / 1e6).toFixed(1)} MB`);
  }
}
