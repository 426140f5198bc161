/**
 * `npm run simulate`: runs seeds of the simulation one after the other and says how far it is; prints for each that failed
 * what was found and the command that repeats it. Ends with a summary.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Scenario, scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { type Run, run } from './simulation.ts';
import { inWords, Tally } from './tally.ts';

const HELP = `npm run simulate -- [--seeds N] [--from S]   N seeds from S (1000 from 1)
npm run simulate -- --seed S [--verbose]     one seed, with all that happens in it
npm run simulate -- --scenario FILE          one that was kept
  --shrink        makes what fails as small as it can be; with --rule NAME, what fails by that rule
  --save FILE     keeps the scenario, for system-test/regressions`;
const SAY_EVERY_MS = 10_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    scenario: { type: 'string' },
    shrink: { type: 'boolean' },
    rule: { type: 'string' },
    save: { type: 'string' },
    verbose: { type: 'boolean', short: 'v' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function runMany(from: number, seeds: number): Promise<boolean> {
  const tally = new Tally();
  const startMs = performance.now();
  let saidMs = startMs;
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await run(scenarioOf(seed));
    tally.add(result);
    if (result.violations.length > 0) console.log(inWords(result));
    if (performance.now() - saidMs < SAY_EVERY_MS) continue;
    saidMs = performance.now();
    console.log(`… ${tally.line}, ${Math.round((saidMs - startMs) / tally.runs)} ms each`);
  }
  console.log(tally.summary(performance.now() - startMs));
  return tally.failed.length === 0;
}

async function runOne(scenario: Scenario): Promise<boolean> {
  const log = values.verbose ? { log: (line: string) => console.log(line) } : {};
  let kept = scenario;
  let result = await run(kept, log);
  const rules = new Set(result.violations.map(({ rule }) => rule).filter((rule) => (values.rule ?? rule) === rule));
  if (values.shrink && rules.size > 0) {
    const shows = async (smaller: Scenario) => isSame(await run(smaller), rules);
    kept = await shrink(scenario, shows);
    result = await run(kept);
    console.log(JSON.stringify(kept, null, 1));
  }
  if (values.save !== undefined)
    writeFileSync(values.save, `${JSON.stringify({ found: 'say what it showed', scenario: kept }, null, 2)}\n`);
  if (result.violations.length > 0) console.log(inWords(result));
  console.log({ ...result, violations: result.violations.length });
  return result.violations.length === 0;
}

/** Whether a run shows the same as before, and not only that its faults are gone. */
function isSame({ violations }: Run, rules: ReadonlySet<string>): boolean {
  return violations.some(({ rule }) => rules.has(rule) && rule !== 'no-fault');
}

if (values.help) console.log(HELP);
else {
  const one =
    values.scenario !== undefined
      ? (JSON.parse(readFileSync(values.scenario, 'utf8')) as { scenario: Scenario }).scenario
      : values.seed === undefined
        ? undefined
        : scenarioOf(Number(values.seed));
  const isClean = one === undefined ? await runMany(Number(values.from), Number(values.seeds)) : await runOne(one);
  process.exitCode = isClean ? 0 : 1;
}
