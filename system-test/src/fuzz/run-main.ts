/**
 * `npm run fuzz`: each framing and decoder under damaged streams, from a seed that is printed. Says how far it is, what came
 * of it, and keeps what failed where it is told to.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Failure, type FuzzResult, fuzz, judgeRun } from './fuzz.ts';
import { keep, shrink } from './regressions.ts';
import { summary } from './summary.ts';
import { TARGETS } from './targets.ts';

const HELP = `npm run fuzz -- [options]

  --frames N     frames for each target (default 20000)
  --only A,B     only these: ${TARGETS.map(({ name }) => name).join(', ')}
  --seed S       another run (default: drawn, and printed)
  --save DIR     keeps what failed, as small as it can be made`;
const SEEDS = 2 ** 32;
const SAY_EVERY_MS = 10_000;

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '20000' },
    only: { type: 'string' },
    seed: { type: 'string' },
    save: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

/** A whole number, or an error that names the option. */
function numberOf(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most)
    throw new Error(`--${name} must be a whole number up to ${most}, not "${text}"`);
  return value;
}

/** Collects what can be collected, so that only what is kept is counted. */
function heapMeter(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}

async function main(): Promise<void> {
  const frames = numberOf('frames', values.frames, 1e9);
  const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : numberOf('seed', values.seed, SEEDS - 1);
  const names = values.only?.split(',');
  const unknown = names?.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined) throw new Error(`--only: there is no "${unknown}"`);
  console.log(`seed ${seed}`);
  const heapBytes = heapMeter();
  const results: FuzzResult[] = [];
  for (const target of TARGETS.filter(({ name }) => names?.includes(name) ?? true)) {
    const began = performance.now();
    let said = began;
    const progress = (done: number) => {
      if (performance.now() - said < SAY_EVERY_MS) return;
      said = performance.now();
      const rate = Math.round((done * 1000) / (said - began));
      console.log(`… ${target.name}: ${done} of ${frames} frames, ${rate} a second`);
    };
    const result = await fuzz(target, { seed, frames, progress, heapBytes });
    results.push(result);
    for (const failure of result.failures) await tell(failure);
    for (const wrong of judgeRun(result)) console.log(`${target.name}: ${wrong}`);
  }
  console.log(summary(results, seed));
  process.exitCode = results.every((r) => r.failures.length === 0 && judgeRun(r).length === 0) ? 0 : 1;
}

async function tell(failure: Failure): Promise<void> {
  const target = TARGETS.find(({ name }) => name === failure.target) as (typeof TARGETS)[number];
  console.log(`${failure.target}, seed ${failure.seed}, round ${failure.round}: ${failure.wrong.join('; ')}`);
  if (values.save === undefined) return;
  const path = join(values.save, `${failure.target}-${failure.seed}-${failure.round}.json`);
  keep({ ...failure, script: await shrink(target, failure.script) }, path);
  console.log(`  kept in ${path}`);
}

if (values.help) console.log(HELP);
else {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
