/** The checkers bite: each mistake of the table is seen, within a few seeds, by a rule that is meant for it. */
import { describe, expect, test } from 'vitest';
import { BROKEN_WAYS } from './breakage-table.ts';
import { scenarioOf } from './scenario.ts';
import { run } from './simulation.ts';

const SEEDS = 12;
const FIRST_SEED = 100_001;
const DRAIN_MS = 120_000;

describe.each(BROKEN_WAYS)('$mistake', ({ breakage, seenBy, faults = [], adapt = (scenario) => scenario }) => {
  test(`is seen (${seenBy.join(', ')})`, async () => {
    const seen = new Set<string>();
    let scenario = scenarioOf(FIRST_SEED);
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS && !seenBy.some((rule) => seen.has(rule)); seed++) {
      scenario = scenarioOf(seed);
      scenario.faults.push(...structuredClone(faults));
      scenario = adapt(scenario);
      const result = await run(scenario, { breakage: breakage(), drainMs: DRAIN_MS });
      for (const { rule } of result.violations) seen.add(rule);
    }
    expect(
      [...seen].filter((rule) => seenBy.includes(rule)),
      `seen: ${[...seen].join(', ')}`,
    ).not.toEqual([]);
    // And nothing else is to blame: without the mistake the same run is clean.
    expect((await run(scenario)).violations).toEqual([]);
  });
});
