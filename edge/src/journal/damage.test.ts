/** The journal under a torn and rotten disk: whatever happens to its bytes, it opens, keeps what can be read, and says what it lost. */
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newReadings, seededRandom } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANNELS, contents, copyFiles, fill, folder, made, options, START_MS } from '../testing/journals.ts';
import { type EncodedBatch, JournalDb } from './journal-db.ts';
import { JournalHost, type OpenedJournal } from './journal-host.ts';

/** All that is tried in a long run; a fixed part of it otherwise. */
const LONG = process.env.KAREZ_LONG !== undefined;
/** Every byte is cut in the long run, of a journal that is just larger than what is cut off. */
const STEP = LONG ? 1 : 389;
const SAY_EVERY = 4_096;
/** An hour, and several on a busy machine. */
const LIMIT_MS = LONG ? 36_000_000 : 180_000;
const GROUPS = LONG ? 200 : 600;

let source: ReturnType<typeof folder>;
let truth: ReturnType<typeof contents>;
let given: number[];
/** Held, or it would be collected and its log with it. */
let journal: JournalDb;

beforeAll(() => {
  source = folder();
  journal = new JournalDb(options(source.path));
  journal.number(['a/x', 'a/y']);
  given = fill(journal, GROUPS);
  journal.settle([[1, 100]], [], START_MS);
  // Most of it in the file proper, the newest in the log.
  journal.close();
  journal = new JournalDb(options(source.path));
  given = given.slice(100).concat(fill(journal, 50, GROUPS));
  truth = contents(journal);
  expect([...truth.keys()]).toEqual(given);
  // Left open: the copies are what a power cut would leave.
});
afterAll(() => {
  journal.abandon();
  source.remove();
});

/** Opens a damaged copy; checks everything that must hold; returns how many readings it has lost. */
function survive(damage: (path: string) => void): number {
  const place = folder();
  try {
    copyFiles(source.path, place.path);
    damage(join(place.path, 'journal.db'));
    let reopened: OpenedJournal | undefined;
    const damaged = new JournalHost(options(place.path), (opened) => {
      reopened = opened;
    });
    const opened = damaged.call('open', []) as OpenedJournal;
    const found = contents({ batch: (...args) => damaged.call('batch', args) as EncodedBatch | undefined });
    const { lost, waitingReadings, rebuilt, torn, epoch } = reopened ?? opened;
    for (const [seq, reading] of found) {
      // Compared first, because a hundred thousand files are looked at.
      const known = truth.get(seq);
      if (known !== undefined && !isSame(reading, known)) expect(reading, `number ${seq}`).toEqual(known);
      // Found again although it was settled: sent again, and the store knows it. Never anything that was not accepted.
      if (seq > (given.at(-1) as number)) expect.fail(`number ${seq} was never given`);
    }
    const gone = given.filter((seq) => !found.has(seq)).length;
    // Blocks that are found broken while reading are counted too, so the books are read again.
    damaged.call('close', []);
    const again = new JournalDb(options(place.path));
    const books = again.open();
    expect(books.epoch).toBe(epoch);
    expect(Object.values(books.lost).reduce((a, b) => a + b, 0)).toBe(gone);
    if (gone > 0) expect(rebuilt !== undefined || torn > 0 || (books.lost.damaged ?? 0) > 0).toBe(true);
    expect(waitingReadings + Object.values(lost).reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(given.length);
    // It goes on: channel numbers as before, no sequence number given twice.
    expect(again.number(['a/x', 'b/x', 'a/y'])).toEqual([1, 3, 2]);
    const { range } = again.commit({ readings: made(1, 9_999), undated: newReadings(0), marks: [], inFlightTo: 0 });
    expect(range?.[0]).toBeGreaterThan(given.at(-1) as number);
    expect(contents(again).size).toBe(found.size + CHANNELS);
    again.close();
    return gone;
  } finally {
    place.remove();
  }
}

type Kept = ReturnType<typeof contents> extends Map<number, infer R> ? R : never;

function isSame(a: Kept, b: Kept): boolean {
  return a.value === b.value && a.timeMs === b.timeMs && a.quality === b.quality && a.channel === b.channel;
}

test('an undamaged copy loses nothing', () => {
  expect(survive(() => {})).toBe(0);
});

describe.each(['', '-wal'])('journal.db%s', (end) => {
  test('cut at any of its last 64 KiB loses at most what stood behind the cut', { timeout: LIMIT_MS }, () => {
    const size = statSync(join(source.path, `journal.db${end}`)).size;
    let cuts = 0;
    let before = Number.POSITIVE_INFINITY;
    for (let at = Math.max(0, size - 65_536); at < size; at += STEP) {
      const lost = survive((path) => truncateSync(path + end, at));
      // The log is read in order, so a later cut never costs more.
      if (end === '-wal') {
        expect(lost).toBeLessThanOrEqual(before);
        before = lost;
      }
      if (++cuts % SAY_EVERY === 0)
        console.log(`journal.db${end}: cut at ${cuts} bytes, last ${at} of ${size}, ${lost} lost`);
    }
    expect(cuts).toBeGreaterThan(25);
  });

  test('with a bit flipped anywhere loses what that bit held', { timeout: LIMIT_MS }, () => {
    const random = seededRandom(5);
    const worst = { lost: 0 };
    const size = statSync(join(source.path, `journal.db${end}`)).size;
    const runs = LONG ? 5_000 : 80;
    for (let run = 0; run < runs; run++) {
      const at = Math.floor(random.next() * size);
      const bit = 1 << Math.floor(random.next() * 8);
      const lost = survive((path) => {
        const bytes = readFileSync(path + end);
        bytes[at] = (bytes[at] as number) ^ bit;
        writeFileSync(path + end, bytes);
      });
      worst.lost = Math.max(worst.lost, lost);
      // A page holds some ten blocks of one sample; a broken log ends where it is broken.
      if (end === '') expect(lost, `byte ${at} bit ${bit}`).toBeLessThanOrEqual(20 * CHANNELS);
    }
  });
});

test('a page of zeros, a file of rubbish, an empty file, a missing file', () => {
  const size = statSync(join(source.path, 'journal.db-wal')).size;
  expect(size).toBeGreaterThan(512);
  survive((path) => {
    const bytes = readFileSync(path);
    bytes.fill(0, 512, 1024);
    writeFileSync(path, bytes);
  });
  survive((path) => writeFileSync(path, Buffer.alloc(100_000, 0x5a)));
  survive((path) => writeFileSync(path, ''));
});

test('a damaged identity is replaced by the copy in the file, and the other way round', () => {
  const lost = survive((path) => writeFileSync(`${path}.id`, 'nonsense'));
  expect(lost).toBe(0);
  expect(survive((path) => writeFileSync(`${path}.next`, 'nonsense'))).toBe(0);
});
