/** What must be known of a journal whatever has happened to its file: what was given, lost and refused, and when its boots were. */
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { firstOf, newReadings } from '@karez/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHANNELS, contents, copyFiles, fill, folder, made, options, START_MS } from '../testing/journals.ts';
import { JournalDb } from './journal-db.ts';

let place: ReturnType<typeof folder>;
let earlier: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
  earlier = folder();
});
afterEach(() => {
  place.remove();
  earlier.remove();
});
const boot = (uuid: string) => ({ boot: { uuid, wallMs: START_MS, monoMs: 0 } });

/** Numbers given, and what the books say has become of them. */
function sums(journal: JournalDb) {
  const { segments, stored, refused, waitingReadings, lost } = journal.open();
  const given = segments.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return { given, accounted: Object.values(lost).reduce((sum, n) => sum + n, stored + refused + waitingReadings) };
}

test('a file that went back to an earlier moment: what was given since is stored or lost, and no number comes twice', () => {
  let journal = new JournalDb(options(place.path));
  fill(journal, 10);
  copyFiles(place.path, earlier.path);
  journal.settle([[1, 15 * CHANNELS]], [], START_MS);
  const given = fill(journal, 20, 10);
  journal.settle([[10 * CHANNELS + 1, 15 * CHANNELS]], [], START_MS);
  journal.abandon();
  // Of all that was written since, only the hint reached the disk.
  copyFileSync(join(place.path, 'journal.db.next'), join(earlier.path, 'journal.db.next'));
  journal = new JournalDb(options(earlier.path, boot('boot-2')));
  expect(sums(journal)).toEqual({ given: 30 * CHANNELS, accounted: 30 * CHANNELS });
  expect(journal.open().torn).toBe(15 * CHANNELS);
  const again = fill(journal, 1, 30);
  expect(given).not.toContain(again[0]);
  // Lives of the earlier boot that the disk has forgotten may have begun segments of their own.
  expect(again[0]).toBeGreaterThan(firstOf(10));
  journal.close();
});

test('a torn end takes back what was settled in it, and the books with it', () => {
  let journal = new JournalDb(options(place.path));
  fill(journal, 10);
  copyFiles(place.path, earlier.path);
  const refusal = { first: 9, last: 12, code: 'STORE_REFUSED', reason: 'not these' };
  journal.settle([[13, 20]], [refusal], START_MS);
  journal.abandon();
  copyFileSync(join(place.path, 'journal.db.next'), join(earlier.path, 'journal.db.next'));
  journal = new JournalDb(options(earlier.path, boot('boot-2')));
  expect(journal.open()).toMatchObject({ stored: 0, refused: 0, waitingReadings: 10 * CHANNELS, lost: {} });
  journal.close();
});

test('a journal that is too small for what it must know still takes one group after another', () => {
  const journal = new JournalDb(options(place.path, { limitBytes: 2_000, policy: 'keep-oldest' }));
  journal.remember('inventory', 'x'.repeat(3_000));
  for (let i = 0; i < 3; i++) {
    const given = fill(journal, 2, i);
    expect(given).toHaveLength(CHANNELS);
    journal.settle([[given[0] as number, given.at(-1) as number]], [], START_MS);
  }
  journal.close();
});

test('what a full journal has dropped or thinned is no damage at the next start', () => {
  for (const policy of ['keep-newest', 'thin-history'] as const) {
    const own = folder();
    let journal = new JournalDb(options(own.path, { limitBytes: 40_000, policy }));
    fill(journal, 4_000);
    const left = contents(journal);
    journal.abandon();
    journal = new JournalDb(options(own.path, { limitBytes: 40_000, policy }));
    expect(journal.open()).toMatchObject({ rebuilt: undefined, torn: 0, waitingReadings: left.size });
    expect(sums(journal)).toEqual({ given: 4_000 * CHANNELS, accounted: 4_000 * CHANNELS });
    journal.close();
    own.remove();
  }
});

test('what the cloud refuses never fills a journal for good', () => {
  const journal = new JournalDb(options(place.path, { limitBytes: 40_000, policy: 'keep-oldest' }));
  for (let i = 0; i < 1_000; i++) {
    const given = fill(journal, 1, i);
    expect(given).toHaveLength(CHANNELS);
    const [first, last] = [given[0] as number, given.at(-1) as number];
    journal.settle([], [{ first, last, code: 'STORE_REFUSED', reason: 'not this one' }], START_MS);
  }
  journal.close();
});

test('a file that has lost its end still knows its boots, and what was lost before', () => {
  let journal = new JournalDb(options(place.path, boot('boot-1')));
  fill(journal, 20);
  journal.commit({ readings: newReadings(0), undated: made(2, 20), marks: [], inFlightTo: 0 });
  journal.date([[journal.open().boot, 86_400_000]]);
  expect(journal.dropOlder(START_MS + 5_000).lost).toBe(5 * CHANNELS);
  const { timeMs } = [...contents(journal).values()].at(-1) as { timeMs: number };
  expect(timeMs).toBe(START_MS + 21_000 + 86_400_000);
  journal.close();
  for (const cut of [512, 3_000, 6_000]) {
    const own = folder();
    copyFiles(place.path, own.path);
    truncateSync(join(own.path, 'journal.db'), Math.max(512, statSync(join(own.path, 'journal.db')).size - cut));
    journal = new JournalDb(options(own.path, boot('boot-2')));
    expect(journal.open().lost['too-old']).toBe(5 * CHANNELS);
    const { given, accounted } = sums(journal);
    expect(accounted).toBe(given);
    for (const [seq, reading] of contents(journal))
      if (seq > 20 * CHANNELS) expect(reading.timeMs).toBeGreaterThan(START_MS + 86_400_000);
    journal.close();
    own.remove();
  }
});
