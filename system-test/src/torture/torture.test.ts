/**
 * A short run of what `npm run torture -- --influx` does for long: SIGKILL for gateway, cloud and InfluxDB at random
 * moments, InfluxDB frozen, the link reset, and the checker over everything at the end.
 */
import { expect, test } from 'vitest';
import { summary } from './summary.ts';
import { type TortureOptions, torture } from './torture.ts';

test('two dozen kills lose nothing and store nothing twice', { timeout: 240_000 }, async () => {
  const progress: string[] = [];
  const options: TortureOptions = {
    ...{ kills: 24, minutes: Number.POSITIVE_INFINITY, seed: 20_260_601, influx: true, nodes: 16 },
    say: (line) => progress.push(line),
  };
  const result = await torture(options);
  expect(result.problems, summary(result, options)).toEqual([]);
  expect(result.faults.freeze).toBeGreaterThan(0);
  expect(result.faults.reset).toBeGreaterThan(0);
  expect(result.proof.messages).toBeGreaterThan(100);
  expect(progress.at(-1)).toMatch(/drain/);
});
