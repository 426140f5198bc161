/**
 * Gateway, link and cloud in virtual time, with faults, from one seed each (simulation.ts). A seed that fails is printed with
 * the command that repeats it. `npm run simulate` runs as many as there is time for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { ROOMY_BYTES, type Scenario, scenarioOf } from './scenario.ts';
import { run } from './simulation.ts';
import { inWords, Tally } from './tally.ts';

const SEEDS = 200;
const AT_ONCE = 25;
const KEPT = fileURLToPath(new URL('../../regressions/simulation/', import.meta.url));

const tally = new Tally();

describe('nothing accepted is lost, nothing is stored twice, live is never starved', () => {
  const firsts = Array.from({ length: SEEDS / AT_ONCE }, (_, i) => i * AT_ONCE + 1);
  test.each(firsts)(`seeds from %i, ${AT_ONCE} of them`, { timeout: 300_000 }, async (first) => {
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

test('live values stay fresh while a week of a logger drains over a slow link', async () => {
  const scenario: Scenario = {
    ...{ ...scenarioOf(1), chaosMs: 60_000, tailMs: 120_000, ntp: true, clockMs: 0 },
    link: { latencyMs: 150, jitterMs: 50, bytesPerS: 2_000 },
    journal: { limitBytes: ROOMY_BYTES, policy: 'keep-oldest' },
    devices: [
      ...scenarioOf(1)
        .devices.slice(0, 2)
        .map((spec) => ({ ...spec, everyMs: 1_000, isSpare: false })),
      {
        ...{ id: 'logger-1', kind: 'logger', profile: 'cwt-soil-7in1', channels: 7, everyMs: 120_000, ownClockMs: 0 },
        ...{ window: 1, samples: 5_040, atMs: 10_000 },
      },
    ],
    faults: [{ kind: 'net.cut', atMs: 5_000, forMs: 35_000 }],
  };
  const result = await run(scenario);
  expect(result.violations).toEqual([]);
  expect(result.stored).toBeGreaterThan(5_040 * 7);
  expect(result.besideBacklog).toBeGreaterThan(100);
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
