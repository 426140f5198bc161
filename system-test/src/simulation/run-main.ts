/**
 * `npm run simulate`: runs seeds of the simulation one after the other, says how far it is, and prints for each that
 * failed what was found and the command that repeats it.
 */
import { parseArgs } from 'node:util';
import { scenarioOf } from './scenario.ts';
import { type Run, run } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', short: 'v' },
  },
});

const fired = new Map<string, number>();
let failed = 0;
const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const startMs = performance.now();
let accepted = 0;
let judged = 0;
let oldestMs = 0;
let slowest = { seed: 0, ms: 0 };
for (let seed = first; seed < first + count; seed++) {
  const began = performance.now();
  let result: Run;
  const scenario = scenarioOf(seed);
  if (values.verbose) console.log(JSON.stringify(scenario, null, 1));
  try {
    result = await run(scenario, values.verbose ? { log: (line) => console.log(line) } : {});
  } catch (error) {
    failed++;
    console.log(`seed ${seed} threw`, error);
    continue;
  }
  const took = performance.now() - began;
  if (took > slowest.ms) slowest = { seed, ms: took };
  for (const [kind, n] of result.fired) fired.set(kind, (fired.get(kind) ?? 0) + n);
  accepted += result.accepted;
  judged += result.judged;
  oldestMs = Math.max(oldestMs, result.oldestMs);
  if (result.violations.length > 0) {
    failed++;
    console.log(`seed ${seed} failed (node system-test/src/simulation/run-main.ts --seed ${seed} -v)`);
    for (const { rule, text } of result.violations) console.log(`  ${rule}: ${text}`);
  }
  if (count === 1) console.log({ ...result, took });
}
const seconds = (performance.now() - startMs) / 1000;
console.log(
  `${count} seeds, ${failed} failed, ${seconds.toFixed(1)} s (${((seconds / count) * 1000).toFixed(0)} ms each; slowest ${slowest.seed}: ${slowest.ms.toFixed(0)} ms)`,
);
console.log({ accepted, judged, oldestMs });
for (const [kind, n] of [...fired].sort()) console.log(kind.padEnd(50), n);
