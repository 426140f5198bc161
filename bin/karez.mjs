#!/usr/bin/env node
/**
 * The one command. Each subcommand is the main file of a package, started as a process of its own under the Node.js
 * that the project pins, so that it also works where the system's Node.js is older. Plain JavaScript for that reason.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceCommand } from './service.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** name → [file, fixed arguments, what it does, usage] */
const COMMANDS = {
  demo: ['bin/demo.ts', [], 'start cloud, gateway and a simulated farm', '[--data DIR] [--speed X] [--seed N]'],
  cloud: ['cloud/src/main.ts', [], 'start the cloud: broker, ingest, store, API, console', '--data DIR [--store URL]'],
  edge: ['edge/src/main.ts', [], 'start a gateway', '--config gateway.yaml'],
  sim: ['firmware-sim/src/main.ts', [], 'start a simulated farm', '--config sim.yaml [--speed X] [--seed N]'],
  gateway: ['cloud/src/main.ts', ['gateway'], 'make a credential for a gateway', 'add FARM GATEWAY --data DIR'],
  token: ['cloud/src/people-main.ts', ['token'], 'make a token for a program', 'add NAME --farm FARM --data DIR'],
  command: [
    'cloud/src/command-main.ts',
    [],
    'switch a valve or pump, or stop everything',
    'set GATEWAY ACTUATOR on --for S | stop',
  ],
  person: ['cloud/src/people-main.ts', ['person'], 'help somebody back in', 'reset LOGIN --data DIR'],
  device: ['edge/src/main.ts', ['device'], 'try a device, or find those on a line', 'try PROFILE PORT | scan PORT'],
  store: ['cloud/src/store-main.ts', [], 'copy the embedded store into an InfluxDB', 'move --data DIR --to URL'],
  decode: ['edge/src/main.ts', ['decode'], 'say what a frame means, or why it is refused', 'PROFILE HEX | --list'],
  flows: ['edge/node-red/flows/flows-main.mjs', [], 'start Node-RED with nodes for Karez', '--data DIR [--port 1880]'],
  scenario: [
    'system-test/src/scenario/main.ts',
    [],
    'run a scenario with expectations (also: karez-sim)',
    'run FILE… [--junit FILE]',
  ],
  bench: ['bench/src/main.ts', [], 'measure against the raw limits of this machine', '[--json FILE] [--data DIR]'],
};

/** Those that are here: a gateway's package holds the gateway's only. */
const commands = Object.fromEntries(Object.entries(COMMANDS).filter(([, [file]]) => existsSync(join(root, file))));

function help() {
  const lines = Object.entries(commands).map(
    ([name, [, , what, usage]]) => `  karez ${`${name} ${usage}`.padEnd(46)} ${what}`,
  );
  return [
    'Karez: farm telemetry that is not lost.',
    '',
    ...lines,
    '',
    '  karez COMMAND --help says more. The README has the rest.',
  ].join('\n');
}

/** The pinned Node.js, or this one where it is new enough. */
function nodePath() {
  const pinned = join(root, 'node_modules/node/bin/node');
  if (existsSync(pinned)) return pinned;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
  console.log(help());
} else if (name === '--version' || name === '-v') {
  console.log(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
} else if (!Object.hasOwn(commands, name)) {
  console.error(`karez: there is no command "${name}". Known: ${Object.keys(commands).join(', ')}.`);
  process.exitCode = 2;
} else {
  run(commands[name], rest);
}

function run([file, fixed], args) {
  const node = nodePath();
  if (node === undefined) {
    console.error('karez: Node.js 24 is not here yet. Run "npm ci" in the project folder first.');
    process.exitCode = 1;
    return;
  }
  const service = serviceCommand(join(root, file));
  const child = spawn(node, [...service.args, ...fixed, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...service.env },
  });
  // A terminal sends Ctrl-C to the whole group, so the child has it already; only what was sent to us alone is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`karez: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15);
  });
}
