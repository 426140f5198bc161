/**
 * The whole system with a simulated farm: cloud, simulator and gateway as processes of their own, supervised here.
 * `npm start` runs this.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareFarm } from './demo-farm.ts';
import { type Supervised, supervise } from './supervise.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const HELP = `karez demo: cloud, gateway and a simulated farm on this machine.

  --data DIR        where everything is kept (default data/demo)
  --speed X         simulated time runs X times as fast (default 1)
  --seed N          another simulated world
  --http-port N     port of the console (default 8080)
  --help            this text

  KAREZ_STORE=http://127.0.0.1:8086/karez   keeps readings in an InfluxDB instead of the embedded store`;

const say = (text: string) => console.log(text);
const running: Supervised[] = [];
let stopping = false;

async function stopAll(status: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (running.length > 0) say('Stopping …');
  // Ctrl-C reaches the whole group: whichever ends before its turn comes is not to be started again.
  for (const part of running) part.letGo();
  for (const part of running.toReversed()) await part.stop();
  if (running.length > 0) say('Stopped. The data is kept; start again to go on.');
  process.exit(status);
}

/** The last JSON log line's own message, or the line as it is. */
function plain(words: string): string {
  try {
    const line = JSON.parse(words) as { message?: string; cause?: string };
    return [line.message, line.cause].filter(Boolean).join(': ');
  } catch {
    return words;
  }
}

async function part(name: string, folder: string, args: string[]): Promise<Record<string, unknown>> {
  const began = Date.now();
  process.stdout.write(`  ${name.padEnd(12)}`);
  const child = supervise({ name, args, cwd: folder, logPath: join(folder, 'log', `${name}.log`), say });
  running.push(child);
  try {
    const ready = await child.ready;
    say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    return ready;
  } catch (error) {
    say('did not start');
    console.error(plain((error as Error).message));
    await stopAll(1);
    throw error;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: join(root, 'data/demo') },
      speed: { type: 'string' },
      seed: { type: 'string' },
      'http-port': { type: 'string', default: '8080' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    say(HELP);
    return;
  }
  const folder = resolve(values.data);
  mkdirSync(folder, { recursive: true });
  process.on('SIGINT', () => void stopAll(0));
  process.on('SIGTERM', () => void stopAll(0));

  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  say(`Karez ${version}: a demonstration farm in ${folder}`);
  const farm = prepareFarm(folder, root);
  if (farm.isNew) say('  first start: made passwords for the gateway and its devices (secrets.yaml)');

  const passOn = (['speed', 'seed'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  );
  const cloud = await part('cloud', folder, [
    join(root, 'cloud/src/main.ts'),
    '--data',
    farm.cloudData,
    '--http-port',
    values['http-port'],
  ]);
  await part('simulator', folder, [
    join(root, 'firmware-sim/src/main.ts'),
    '--config',
    farm.simConfig,
    '--secrets',
    farm.secrets,
    '--record',
    join(folder, 'sim'),
    ...passOn,
  ]);
  const gateway = await part('gateway', folder, [join(root, 'edge/src/main.ts'), '--config', farm.gatewayConfig]);

  say('');
  if (cloud.welcome === undefined) say(`  Console            ${cloud.http}`);
  else {
    say(`  Console            ${cloud.welcome}`);
    say('                     (this link makes the first account; it works once)');
  }
  say(`  API                ${cloud.http}docs`);
  say(`  Gateway's page     ${gateway.status}`);
  say(`  Simulated tty      ${join(folder, 'run/tty-soil')}`);
  say(`  Logs               ${join(folder, 'log')}`);
  say('');
  say('Ctrl-C stops everything.');
}

main().catch((error: unknown) => {
  console.error(`karez demo: ${(error as Error).message}`);
  void stopAll(1);
});
