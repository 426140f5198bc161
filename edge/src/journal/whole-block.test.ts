import { DatabaseSync } from 'node:sqlite';
import { LIMITS, newReadings, QUALITY, seededRandom } from '@karez/model';
import { decodeBatch } from '@karez/model/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ADDRESS, CHANNELS, contents, fill, folder, made, options, START_MS } from '../testing/journals.ts';
import { JournalDb } from './journal-db.ts';
import type { BlockRow } from './tables.ts';
import { isBatch } from './whole-block.ts';

let place: ReturnType<typeof folder>;
let journal: JournalDb;
beforeEach(() => {
  place = folder();
  journal = new JournalDb(options(place.path));
});
afterEach(() => {
  journal.close();
  place.remove();
});

const ALL = Number.MAX_SAFE_INTEGER;
const MOST = 20_000;
const SAMPLES = 4_200;

/** Looks into the journal's file from beside it. */
function inFile<T>(run: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(`${place.path}/journal.db`);
  try {
    return run(db);
  } finally {
    db.close();
  }
}
const large = () =>
  inFile((db) => db.prepare('SELECT * FROM block WHERE count >= 1024 ORDER BY first').all()) as unknown as BlockRow[];
const merge = () => {
  while (journal.merge()) {}
};

test('a large block leaves byte for byte as it is', () => {
  fill(journal, SAMPLES);
  merge();
  const blocks = large();
  expect(blocks.length).toBeGreaterThan(1);
  for (const { first, last, data } of blocks) {
    const batch = journal.batch(first, ALL, MOST);
    expect(batch?.ranges).toEqual([[first, last]]);
    expect(Buffer.compare(batch?.bytes as Uint8Array, data)).toBe(0);
    // Nothing beyond what was asked for, and no more of it.
    expect(journal.batch(first, last - 1, MOST)?.ranges).toEqual([[first, last - 1]]);
    expect(journal.batch(first + 1, last, MOST)?.ranges).toEqual([[first + 1, last]]);
  }
});

test('a batch stops where the next one can be a block as it is, and not where it could not', () => {
  fill(journal, SAMPLES);
  merge();
  const [one, two] = large() as [BlockRow, BlockRow];
  const from = one.last - 9;
  expect(journal.batch(from, from + MOST - 1, MOST)?.ranges[0]?.[0]).toBe(from);
  expect(journal.batch(from, two.last - 1, two.count)?.ranges).toEqual([[from, one.last]]);
  const few = two.count - 1;
  expect(journal.batch(from, from + few - 1, few)?.ranges).toEqual([[from, from + few - 1]]);
});

describe('everything comes once, however much is asked for at a time', () => {
  test.each([700, 1_024, 4_000, MOST])('%i readings', (most) => {
    fill(journal, 1_500);
    journal.commit({ readings: newReadings(0), undated: made(400, 1_500), marks: [], inFlightTo: 0 });
    merge();
    fill(journal, 2_000, 1_900);
    merge();
    journal.settle([[1_500, 1_600]], [], START_MS);
    const before = contents(journal, 100);
    expect(before.size).toBe(3_900 * CHANNELS - 101);
    expect(contents(journal, most)).toEqual(before);
  });
});

test('a large block of which a part is settled goes without it', () => {
  fill(journal, SAMPLES);
  merge();
  const [{ first, last }] = large() as [BlockRow];
  journal.settle([[first + 5, first + 6]], [], START_MS);
  expect(journal.batch(first, last, MOST)?.ranges).toEqual([
    [first, first + 4],
    [first + 7, last],
  ]);
});

test('a large block of a boot without a clock gets its shift on the way', () => {
  journal.commit({ readings: newReadings(0), undated: made(1_000), marks: [], inFlightTo: 0 });
  journal.date([[journal.open().boot, 86_400_000]]);
  expect(large()).toHaveLength(1);
  const { readings } = decodeBatch(journal.batch(1, ALL, MOST)?.bytes as Uint8Array, ADDRESS);
  expect(readings.timeMs[0]).toBe(START_MS + 86_400_000);
  expect(readings.quality[0]).toBe(QUALITY.ESTIMATED);
});

test('a thinned block goes as what is left of it', () => {
  journal.close();
  journal = new JournalDb(options(place.path, { limitBytes: 30_000, policy: 'thin-history' }));
  for (let i = 0; i < 12; i++) {
    fill(journal, 1_000, i * 1_000);
    merge();
  }
  const thinned = large().filter(({ level }) => level > 0);
  expect(thinned.length).toBeGreaterThan(0);
  for (const { first, last, count } of thinned) {
    const ranges = journal.batch(first, last, MOST)?.ranges ?? [];
    expect(ranges.reduce((sum, [f, l]) => sum + l - f + 1, 0)).toBe(count);
    expect(ranges.length).toBeGreaterThan(1);
  }
});

test('any wrong bit in a large block is found', () => {
  fill(journal, SAMPLES);
  merge();
  const [row] = large() as [BlockRow];
  const asked = { from: row.first, to: row.last, most: MOST };
  const address = { ...ADDRESS, epoch: journal.open().epoch };
  expect(isBatch(row, asked, address)).toBe(true);
  for (let bit = 0; bit < row.data.length * 8; bit++) {
    const data = row.data.slice();
    data[bit >> 3] = (data[bit >> 3] as number) ^ (1 << (bit & 7));
    if (isBatch({ ...row, data }, asked, address)) expect.fail(`bit ${bit} was not missed`);
  }
  expect(isBatch({ ...row, data: row.data.slice(0, -1) }, asked, address)).toBe(false);
  const others = [{ first: row.first + 1 }, { last: row.last - 1 }, { count: row.count - 1 }, { boot: 1 }];
  for (const other of others) expect(isBatch({ ...row, ...other }, asked, address)).toBe(false);
  expect(isBatch(row, asked, { ...address, epoch: '00000000' })).toBe(false);
  expect(isBatch(row, asked, { ...address, gateway: 'gw-2' })).toBe(false);
});

test('a damaged large block is set aside, counted once, and keeps nothing else back', () => {
  fill(journal, SAMPLES);
  merge();
  const [{ first, last, count, data }, { first: next }] = large() as [BlockRow, BlockRow];
  const all = contents(journal, MOST);
  data[data.length >> 1] = (data[data.length >> 1] as number) ^ 4;
  inFile((db) => db.prepare('UPDATE block SET data = ? WHERE first = ?').run(data, first));
  expect(journal.batch(first, last, MOST)).toMatchObject({ ranges: [], unread: count });
  const left = contents(journal, MOST);
  expect([...left.keys()]).toEqual([...all.keys()].filter((seq) => seq >= next));
  expect(journal.settle([[next, ALL]], [], START_MS)).toMatchObject({ lost: { damaged: count }, stored: left.size });
});

/** Values, times and channels like noise: what takes the most bytes. */
function noise(count: number) {
  const random = seededRandom(5);
  const readings = newReadings(count);
  for (let i = 0; i < count; i++) {
    readings.timeMs[i] = START_MS + Math.floor(random.next() * 1e10);
    readings.channel[i] = 1 + Math.floor(random.next() * 60_000);
    readings.value[i] = (random.next() - 0.5) * 10 ** Math.floor(random.next() * 300);
    readings.quality[i] = Math.floor(random.next() * 16);
  }
  readings.count = count;
  return readings;
}

test('a group too large for one batch becomes several blocks, each of which can be read', () => {
  const readings = noise(LIMITS.journalQueueReadings);
  const { range } = journal.commit({ readings, undated: newReadings(0), marks: [['n', 1, 2]], inFlightTo: 0 });
  expect(range).toEqual([1, LIMITS.journalQueueReadings]);
  const blocks = large();
  expect(blocks.length).toBeGreaterThan(1);
  for (const { data } of blocks) expect(data.length).toBeLessThanOrEqual(LIMITS.batchBytes);
  expect(blocks.filter(({ marks }) => marks !== null)).toHaveLength(1);
  const found = contents(journal, MOST);
  expect(found.size).toBe(LIMITS.journalQueueReadings);
  for (const at of [0, 12_345, LIMITS.journalQueueReadings - 1])
    expect(found.get(at + 1)?.value).toBe(readings.value[at]);
});
