/**
 * A gateway that was killed finds its journal cut short, with bits flipped, without a head, without its small files. It comes up
 * by itself each time, says what that has cost, takes readings again, and what can be read reaches the cloud.
 */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, seededRandom } from '@karez/model';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeFarm, type TestFarm } from '../farm.ts';
import { type Service, waitFor } from '../process.ts';
import { endAndProve } from './evidence.ts';

// Longer than any wait in it, so that a wait in vain can say what for.
vi.setConfig({ testTimeout: 150_000 });

let farm: TestFarm;
let sim: Service;
let gateway: Service;
let cloud: Service;
const random: Random = seededRandom(11);

const lost = async () => (await farm.local())?.status.lost.reduce((sum, { readings }) => sum + readings, 0) ?? 0;

async function acknowledgedOn(more: number, what: string): Promise<void> {
  const before = farm.acked().length;
  await waitFor(what, () => farm.acked().length >= before + more);
}

/** Flips so many bits anywhere in a file. */
function flip(path: string, bits: number): void {
  const bytes = readFileSync(path);
  for (let i = 0; i < bits; i++) {
    const at = Math.floor(bytes.length * random.next());
    bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random.next() * 8));
  }
  writeFileSync(path, bytes);
}

const cut = (path: string, share: number) => truncateSync(path, Math.floor(statSync(path).size * share));

/** What is done to the journal, and whether it surely costs something: the file proper has old copies of what the log holds anew. */
const DAMAGES: [what: string, damage: (journal: string) => void, costs: boolean][] = [
  ['the end of its log is cut off', (journal) => cut(`${journal}-wal`, 0.8), true],
  ['bits are flipped in its log', (journal) => flip(`${journal}-wal`, 8), false],
  ['bits are flipped in its file', (journal) => flip(journal, 30), false],
  ['its file is cut short', (journal) => cut(journal, 0.85), false],
  ['its file has no head', (journal) => writeFileSync(journal, readFileSync(journal).fill(0, 0, 512)), false],
  [
    'its small files are gone',
    (journal) => {
      rmSync(`${journal}.id`);
      rmSync(`${journal}.next`);
    },
    false,
  ],
];

beforeAll(async () => {
  farm = await makeFarm({ nodes: 8, probes: 2 });
  sim = await farm.startSim();
  [cloud, gateway] = await Promise.all([farm.startCloud(), farm.startGateway()]);
  await waitFor('readings to be stored', async () => ((await farm.local())?.status.stored ?? 0) > 100);
  // From here on the journal is all that there is of a reading. A start moves its log into its file.
  farm.link.goSilent();
  await acknowledgedOn(30, 'readings that only the journal has');
  await gateway.kill();
  gateway = await farm.startGateway();
  await acknowledgedOn(30, 'more of them, in the log');
});

afterAll(async () => {
  await farm?.close();
});

test.each(DAMAGES)('%s', async (_what, damage, costs) => {
  const before = await lost();
  await gateway.kill();
  damage(join(farm.folder, 'gateway/journal.db'));
  gateway = await farm.startGateway();
  await acknowledgedOn(25, 'nodes to be served again');
  const now = await lost();
  expect(now, 'no loss is forgotten').toBeGreaterThanOrEqual(before);
  if (costs) expect(now, 'it counts what it has lost').toBeGreaterThan(before);
  if (now > before) expect(gateway.log.filter((line) => line.includes('JOURNAL_CORRUPT'))).not.toEqual([]);
});

test('all but what was lost reaches the cloud, once, and the loss is said there too', async () => {
  expect(farm.link.counts.silenced).toBeGreaterThan(0);
  farm.link.heal();
  await waitFor(
    'the cloud to hear of the loss',
    async () => ((await farm.api.gateway())?.status?.lost.length ?? 0) > 0,
  );
  const proof = await endAndProve(farm, { sim, gateway, cloud });
  expect(proof.problems).toEqual([]);
  expect(proof.lostAsSaid).toBeGreaterThan(0);
  expect(proof.stored).toBeGreaterThan(proof.accepted / 2);
});
