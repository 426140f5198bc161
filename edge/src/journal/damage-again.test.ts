/** A journal that is damaged twice counts each loss once: accepted stays the sum of what is stored, refused, waiting and lost. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill, folder, options } from '../testing/journals.ts';
import { JournalDb } from './journal-db.ts';

const PAGE = 512;

function sums(journal: JournalDb) {
  const { segments, stored, refused, waitingReadings, lost } = journal.open();
  const given = segments.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const lostReadings = Object.values(lost).reduce((sum, n) => sum + n, 0);
  return { given, lostReadings, accounted: stored + refused + waitingReadings + lostReadings };
}

test('the second damage is counted without the first', () => {
  const place = folder();
  try {
    const path = join(place.path, 'journal.db');
    let journal = new JournalDb(options(place.path));
    journal.number(['a/x']);
    fill(journal, 400);
    const losses: number[] = [];
    for (const share of [0.9, 0.8, 0.7]) {
      // Opened anew, so that all of it stands in the file, where a page in the middle of the readings is wiped.
      journal.close();
      const bytes = readFileSync(path);
      const at = Math.floor((bytes.length * share) / PAGE) * PAGE;
      writeFileSync(path, bytes.fill(0, at, at + PAGE));
      journal = new JournalDb(options(place.path));
      const { given, lostReadings, accounted } = sums(journal);
      expect(accounted).toBe(given);
      losses.push(lostReadings);
      fill(journal, 50);
    }
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[1]).toBeGreaterThan(losses[0] as number);
    // Each costs about the same: a page holds as many readings as another.
    expect((losses[2] as number) - (losses[1] as number)).toBeLessThan(3 * (losses[0] as number));
    journal.close();
  } finally {
    place.remove();
  }
});
