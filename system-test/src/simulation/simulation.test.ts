/**
 * Gateway, link and cloud in virtual time, with faults, from one seed each (simulation.ts). A seed that fails is printed with
 * the command that repeats it. `npm run simulate` runs as many as there is time for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { run } from './simulation.ts';
import { inWords, Tally } from './tally.ts';

const SEEDS = 300;
const AT_ONCE = 25;
const KEPT = fileURLToPath(new URL('../../regressions/simulation/', import.meta.url));

const tally = new Tally();

describe('nothing accepted is lost, nothing is stored twice, live is never starved', () => {
  const firsts = Array.from({ length: SEEDS / AT_ONCE }, (_, i) => i * AT_ONCE + 1);
  test.each(firsts)(`seeds from %i, ${AT_ONCE} of them`, async (first) => {
    const failed: string[] = [];
    for (let seed = first; seed < first + AT_ONCE; seed++) {
      const result = await run(scenarioOf(seed));
      tally.add(result);
      if (result.violations.length > 0) failed.push(inWords(result));
    }
    expect(failed.join('\n')).toBe('');
  });

  test('every kind of fault has taken effect, and something was judged', () => {
    console.log(tally.summary(0));
    expect(tally.runs).toBe(SEEDS);
    expect([...Object.keys(FAULTS)].filter((kind) => !tally.kinds.has(kind))).toEqual([]);
    for (const policy of ['keep-oldest', 'keep-newest', 'thin-history'])
      expect(tally.fired.get(`journal.full:${policy}`)).toBeGreaterThan(0);
    expect(tally.lost).toBeGreaterThan(0);
    expect(tally.quarantined).toBeGreaterThan(0);
    expect(tally.judged).toBeGreaterThan(SEEDS * 10);
  });
});

test('a seed is one run: the same events at the same times again', async () => {
  const [once, again, other] = [await run(scenarioOf(7)), await run(scenarioOf(7)), await run(scenarioOf(8))];
  expect({ hash: again.hash, events: again.events, accepted: again.accepted }).toEqual({
    ...{ hash: once.hash, events: once.events, accepted: once.accepted },
  });
  expect(other.hash).not.toBe(once.hash);
});

/** Scenarios that once showed a mistake. */
describe('what was found stays mended', () => {
  test.each(readdirSync(KEPT))('%s', async (file) => {
    const { found, scenario } = JSON.parse(readFileSync(`${KEPT}${file}`, 'utf8')) as {
      found: string;
      scenario: Scenario;
    };
    const { violations } = await run(scenario);
    expect(
      violations.filter(({ rule }) => rule !== 'no-fault'),
      found,
    ).toEqual([]);
  });
});
