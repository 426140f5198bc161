/** `karez-sim`: runs scenarios. Exit status 0: all as expected; 1: something was not; 2: it could not be run. */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { KarezError, messageOf } from '@karez/model';
import { junitXml, type Ran } from './junit.ts';
import { type LoadedScenario, loadScenario } from './load.ts';
import { openConsole } from './open-console.ts';
import { runScenario } from './run.ts';
import { progressLine, summary } from './summary.ts';
import { tablesText } from './tables-text.ts';

const HELP = `karez-sim: runs scenarios against the real gateway and the real cloud.

  karez-sim run FILE…     runs them one after another and says what came out
  karez-sim check FILE…   only reads them
  karez-sim list          every kind of device, weather, fault and expectation

  --seed N        another world than the file's (drawn, and printed, where neither says)
  --speed X       another speed than the file's: field seconds in a real second
  --junit FILE    writes the outcome as JUnit XML
  --keep          keeps all data, and afterwards opens the console on it until Ctrl-C (one scenario)
  --data DIR      where to keep it, instead of a temporary folder; implies --keep without the console
  --quiet         no progress

Exit status 0: all as expected. 1: something was not. 2: it could not be run. docs/SCENARIOS.md has the rest.`;

const SEEDS = 2 ** 32;
/** Between two lines of progress where there is no terminal to overwrite one. */
const LINE_EVERY_MS = 10_000;

class UsageError extends Error {}

function numberOf(name: string, text: string | undefined, isRight: (n: number) => boolean): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !isRight(value)) throw new UsageError(`--${name} cannot be "${text}"`);
  return value;
}

/** Shows progress on one line of a terminal, or as a line now and then. */
function shower(isQuiet: boolean) {
  const isTerminal = process.stdout.isTTY === true;
  let lastMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    show(line: string) {
      if (isQuiet) return;
      if (isTerminal) {
        process.stdout.write(`\r\x1b[2K${line.slice(0, (process.stdout.columns ?? 120) - 1)}`);
        isShown = true;
      } else if (performance.now() - lastMs > LINE_EVERY_MS) {
        lastMs = performance.now();
        console.log(`  ${line}`);
      }
    },
    clear() {
      if (isShown) process.stdout.write('\r\x1b[2K');
      isShown = false;
    },
  };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      speed: { type: 'string' },
      junit: { type: 'string' },
      keep: { type: 'boolean', default: false },
      data: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...paths] = positionals;
  if (values.help || command === undefined || command === 'help') {
    console.log(HELP);
    return values.help || command === 'help' ? 0 : 2;
  }
  if (command === 'list') {
    console.log(tablesText());
    return 0;
  }
  if (command !== 'run' && command !== 'check') throw new UsageError(`there is no command "${command}"; see --help`);
  if (paths.length === 0) throw new UsageError(`say which scenario: karez-sim ${command} scenarios/frost-night.yaml`);
  if (paths.length > 1 && (values.keep || values.data !== undefined))
    throw new UsageError('--keep and --data are for one scenario at a time');
  const seed = numberOf('seed', values.seed, (n) => Number.isInteger(n) && n >= 0 && n < SEEDS);
  const speed = numberOf('speed', values.speed, (n) => n >= 0.1 && n <= 10_000);
  const given = { ...(seed === undefined ? {} : { seed }), ...(speed === undefined ? {} : { speed }) };

  const ran: Ran[] = [];
  let kept: string | undefined;
  for (const path of paths) {
    const name = relative(process.cwd(), path) || path;
    try {
      const loaded = loadScenario(name, given);
      if (command === 'check') {
        console.log(`${name}: ${loaded.scenario.title}`);
        continue;
      }
      const outcome = await one(loaded, {
        quiet: values.quiet,
        keep: values.keep || values.data !== undefined,
        data: values.data,
      });
      ran.push({ outcome });
      kept = outcome.folder;
    } catch (error) {
      // What is no mistake of the scenario is one of ours, or of the machine: then it matters where.
      console.error(`karez-sim: ${error instanceof KarezError ? error.message : (error as Error).stack}`);
      ran.push({ path: name, error: messageOf(error) });
    }
  }
  if (values.junit !== undefined && command === 'run') writeFileSync(values.junit, junitXml(ran));
  const failed = ran.filter((r) => 'outcome' in r && r.outcome.results.some((result) => !result.ok)).length;
  const broken = ran.filter((r) => 'error' in r).length;
  if (paths.length > 1 && command === 'run')
    console.log(`\n${paths.length - failed - broken} of ${paths.length} scenarios passed`);
  if (values.keep && kept !== undefined) await openConsole(kept, (text) => console.log(text));
  return broken > 0 ? 2 : failed > 0 ? 1 : 0;
}

async function one(loaded: LoadedScenario, options: { quiet: boolean; keep: boolean; data: string | undefined }) {
  const { scenario, path, speed } = loaded;
  const seed = loaded.seed ?? randomInt(SEEDS);
  console.log(`\n${scenario.title} (${path}): ${scenario.lasts} at speed ${speed}, seed ${seed}`);
  const { show, clear } = shower(options.quiet);
  const outcome = await runScenario(loaded, {
    ...{ seed, keep: options.keep, data: options.data },
    progress: (progress) => show(progressLine(progress)),
  });
  clear();
  console.log(summary(outcome));
  return outcome;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`karez-sim: ${messageOf(error)}`);
  process.exitCode = 2;
}
