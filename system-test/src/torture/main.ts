/** `npm run torture`: reads the command line, runs, prints what came of it; exit status 1 where anything is wrong. */
import { parseArgs } from 'node:util';
import { summary } from './summary.ts';
import { torture } from './torture.ts';

const HELP = `npm run torture -- [options]

  --kills N      kill gateway, cloud (and influxd) so many times with SIGKILL (default 100)
  --minutes M    stop after so many minutes, if that is earlier
  --seed S       another run (default: drawn, and printed)
  --influx       store in a real InfluxDB, which is killed and frozen too
  --nodes N      nodes of the simulated farm, each with a message a second (default 40)`;

const SEEDS = 2 ** 32;

function numberOf(name: string, text: string | undefined, otherwise: number, isRight: (n: number) => boolean): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === '' || !isRight(value)) throw new Error(`--${name} cannot be "${text}"`);
  return value;
}

try {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      influx: { type: 'boolean', default: false },
      nodes: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) console.log(HELP);
  else {
    const isCount = (n: number) => Number.isInteger(n) && n >= 1;
    const options = {
      kills: numberOf('kills', values.kills, values.minutes === undefined ? 100 : Number.POSITIVE_INFINITY, isCount),
      minutes: numberOf('minutes', values.minutes, Number.POSITIVE_INFINITY, (n) => n > 0 && n < 24 * 60),
      seed: numberOf('seed', values.seed, Math.floor(Math.random() * SEEDS), (n) => isCount(n + 1) && n < SEEDS),
      nodes: numberOf('nodes', values.nodes, 40, (n) => isCount(n) && n <= 400),
      influx: values.influx,
      say: (line: string) => console.log(line),
    };
    console.log(`seed ${options.seed}`);
    const result = await torture(options);
    console.log(`\n${summary(result, options)}`);
    if (result.kept.length > 0) console.log(`All files are kept in ${result.kept.join(' and ')}`);
    process.exitCode = result.problems.length === 0 ? 0 : 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
