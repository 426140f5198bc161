/**
 * `karez flows`: Node-RED beside the gateway, with our nodes, in a process of its own that may neither grow nor stand still. Plain JavaScript:
 * it runs where Node-RED runs.
 */
import { randomBytes, scryptSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { supervise } from './supervise.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
const HELP = `karez flows --data DIR [--port 1880] [--memory 192] [--new-password]
  starts Node-RED with the nodes of Karez; DIR keeps its flows and passwords, MB of memory that it may use
  KAREZ_SMS_URL, KAREZ_PHONE, KAREZ_LINK in the environment are for the flows that are shipped`;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    port: { type: 'string', default: '1880' },
    memory: { type: 'string', default: '192' },
    'new-password': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

function fail(text) {
  console.error(`karez flows: ${text}`);
  process.exit(1);
}

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const red = join(here, 'node_modules/node-red/red.js');
if (!existsSync(red)) fail('Node-RED is not installed; once: npm ci --prefix edge/node-red');
if (values.data === undefined) fail('say where flows are to be kept: karez flows --data DIR');
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65_535) fail(`--port must be from 1 to 65535, not ${values.port}`);
const memoryMb = Number(values.memory);
if (!Number.isInteger(memoryMb) || memoryMb < 64) fail(`--memory must be megabytes, 64 at least, not ${values.memory}`);

const folder = resolve(values.data);
mkdirSync(join(folder, 'node_modules'), { recursive: true, mode: 0o700 });
const link = join(folder, 'node_modules/node-red-contrib-karez');
try {
  unlinkSync(link);
} catch {
  // There was none.
}
symlinkSync(here, link);

/** Keeps the password's hash; prints the password when it is made, and never again. */
const access = join(folder, 'access.json');
if (!existsSync(access) || values['new-password']) {
  const password = randomBytes(12).toString('base64url');
  const salt = randomBytes(16);
  const before = existsSync(access) ? JSON.parse(readFileSync(access, 'utf8')) : {};
  const kept = {
    salt: salt.toString('hex'),
    hash: scryptSync(password, salt, 32).toString('hex'),
    // Passwords and tokens in flows are kept encrypted by it.
    credentialSecret: before.credentialSecret ?? randomBytes(32).toString('hex'),
  };
  writeFileSync(access, JSON.stringify(kept), { mode: 0o600 });
  console.error(
    `Node-RED's user is "karez", its password ${password}\nIt is shown this once; --new-password makes another.`,
  );
}

const flows = await supervise({ red, settings: join(here, 'flows/settings.cjs'), folder, port, memoryMb });
console.log(JSON.stringify({ event: 'ready', url: flows.url, pid: process.pid }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => flows.stop().then(() => process.exit(0)));
