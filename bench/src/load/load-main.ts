/** `npm run load`: the long load, and a summary for docs/LOAD.md. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Endings } from '../endings.ts';
import { runLoad } from './load.ts';

const HELP = `npm run load -- [--rate 5000] [--minutes 10] [--days 30] [--step 60] [--profile DIR]
  --rate     readings a second, of simulated nodes through real gateways
  --minutes  for so long
  --days     of the past, which panels look at; --step seconds between two readings of a channel there
  --profile  keeps CPU profiles of the cloud and the gateways there`;
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '5000' },
      minutes: { type: 'string', default: '10' },
      days: { type: 'string', default: '30' },
      step: { type: 'string', default: '60' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const number = (name: 'rate' | 'minutes' | 'days' | 'step', most: number): number => {
    const value = Number(values[name]);
    if (!(value > 0 && value <= most)) throw new Error(`--${name} must be a number up to ${most}`);
    return value;
  };
  const options = {
    rate: number('rate', 50_000),
    minutes: number('minutes', 1_440),
    days: number('days', 400),
    stepS: number('step', 3_600),
  };
  const folder = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'karez-load-'));
  const endings = new Endings();
  const context = {
    ...{ folder, dataDir: folder },
    ...(values.profile === undefined ? {} : { profileDir: resolve(values.profile) }),
    say: (text: string) => void process.stderr.write(`${text}\n`),
    atEnd: (run: () => unknown) => endings.add(run),
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      context.say('stopping …');
      endings.close().finally(() => {
        rmSync(folder, { recursive: true, force: true });
        process.exit(INTERRUPTED);
      });
    });
  }
  try {
    console.log((await runLoad(context, options)).join('\n'));
    return 0;
  } finally {
    await endings.run();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
