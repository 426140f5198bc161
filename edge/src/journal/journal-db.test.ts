import { firstOf, newReadings, QUALITY } from '@karez/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHANNELS, contents, fill, folder, made, options, START_MS } from '../testing/journals.ts';
import { JournalDb } from './journal-db.ts';
import type { Mark } from './marks.ts';

let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.remove());
const open = (more = {}) => new JournalDb(options(place.path, more));
const nothing = newReadings(0);

function bytesInUse(journal: JournalDb): number {
  return journal.commit({ readings: made(1), undated: nothing, marks: [], inFlightTo: 0 }).bytes;
}

/** What the books say at the next start: stored, refused, lost, waiting; together all that was accepted. */
function books(journal: JournalDb, more = {}): number[] {
  journal.close();
  const again = open(more);
  const { stored, refused, lost, waitingReadings } = again.open();
  again.close();
  return [stored, refused, Object.values(lost).reduce((a, b) => a + b, 0), waitingReadings];
}

describe('numbers', () => {
  test('go on after a clean close, and begin a new segment after any other end', () => {
    let journal = open();
    expect(fill(journal, 3)).toEqual(Array.from({ length: 3 * CHANNELS }, (_, i) => i + 1));
    journal.close();
    journal = open();
    expect(fill(journal, 1, 3)[0]).toBe(3 * CHANNELS + 1);
    journal.abandon();
    journal = open();
    expect(journal.open()).toMatchObject({ waitingReadings: 4 * CHANNELS, torn: 0, rebuilt: undefined });
    expect(fill(journal, 1, 4)[0]).toBe(firstOf(1));
    expect(journal.open().segments).toEqual([[1, 4 * CHANNELS]]);
    expect(contents(journal).size).toBe(5 * CHANNELS);
    journal.close();
  });

  test('are given by the commit: one that fails leaves no gap', () => {
    const journal = open();
    const bad = made(1);
    bad.value[0] = Number.POSITIVE_INFINITY;
    expect(() => journal.commit({ readings: bad, undated: nothing, marks: [], inFlightTo: 0 })).toThrow('finite');
    expect(fill(journal, 1)[0]).toBe(1);
    journal.close();
  });

  test('of channels stay the same whatever is asked for, and in whatever order', () => {
    let journal = open();
    expect(journal.number(['a/x', 'a/y'])).toEqual([1, 2]);
    journal.close();
    journal = open();
    expect(journal.number(['b/x', 'a/y', 'a/x'])).toEqual([3, 2, 1]);
    journal.close();
  });
});

describe('settling', () => {
  test('parts of blocks, whole blocks, refusals and repeats keep the books', () => {
    let journal = open();
    fill(journal, 10, 0, 5);
    const all = 10 * 5 * CHANNELS;
    journal.settle([[1, 30]], [], START_MS);
    journal.settle([[1, 25]], [], START_MS);
    journal.settle([], [{ first: 41, last: 50, code: 'TIME_IN_FUTURE', reason: 'tomorrow' }], START_MS);
    journal.settle([[35, 60]], [], START_MS);
    const left = [...contents(journal).keys()];
    expect(left).toEqual([31, 32, 33, 34, ...Array.from({ length: all - 60 }, (_, i) => 61 + i)]);
    journal.abandon();
    journal = open();
    expect(books(journal)).toEqual([30 + 16, 10, 0, left.length]);
    journal = open();
    expect([...contents(journal).keys()]).toEqual(left);
    journal.settle([[1, all]], [], START_MS);
    expect(contents(journal).size).toBe(0);
    expect(books(journal)).toEqual([all - 10, 10, 0, 0]);
  });

  test('marks of devices outlive their blocks', () => {
    let journal = open();
    const mark = (n: number): Mark => ['node-1', n, START_MS + n];
    for (const n of [1, 2, 3])
      journal.commit({ readings: made(1, n), undated: nothing, marks: [mark(n)], inFlightTo: 0 });
    journal.settle([[1, 2 * CHANNELS]], [], START_MS);
    journal.abandon();
    journal = open();
    expect(journal.open().marks).toEqual([mark(1), mark(2), mark(3)]);
    journal.close();
  });

  test('marks of devices keep their order whichever blocks leave first', () => {
    let journal = open();
    const mark = (n: number): Mark => ['node-1', n, null];
    for (const n of [1, 2, 3, 4])
      journal.commit({ readings: made(1, n), undated: nothing, marks: [mark(n)], inFlightTo: 0 });
    journal.settle([[3 * CHANNELS + 1, 4 * CHANNELS]], [], START_MS);
    journal.settle([[CHANNELS + 1, 2 * CHANNELS]], [], START_MS);
    journal.abandon();
    journal = open();
    expect(journal.open().marks).toEqual([mark(1), mark(2), mark(3), mark(4)]);
    journal.close();
  });
});

test('merged blocks hold the same readings in less room', () => {
  const journal = open();
  fill(journal, 3_000);
  const bytes = bytesInUse(journal);
  const before = contents(journal);
  while (journal.merge()) {}
  expect(contents(journal)).toEqual(before);
  // Nothing is wanted twice or forgotten afterwards either.
  journal.settle([[1, 5_000]], [], START_MS);
  expect(contents(journal).size).toBe(3_001 * CHANNELS - 5_000);
  expect(bytesInUse(journal)).toBeLessThan(bytes / 3);
  journal.close();
});

describe('undated readings', () => {
  test('get their boot’s shift once, are marked, and keep it', () => {
    let journal = open();
    const boot = journal.open().boot;
    journal.commit({ readings: nothing, undated: made(2), marks: [], inFlightTo: 0 });
    journal.commit({ readings: made(1, 2), undated: nothing, marks: [], inFlightTo: 0 });
    journal.date([[boot, 86_400_000]]);
    journal.date([[boot, 1]]);
    journal.abandon();
    journal = open();
    const rows = [...contents(journal).values()];
    expect(rows.map((r) => r.timeMs - START_MS)).toEqual(
      [0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000].map((t) => t + 86_400_000).concat([2_000, 2_000, 2_000, 2_000]),
    );
    expect(rows.map((r) => r.quality)).toEqual([...Array(8).fill(QUALITY.ESTIMATED), 0, 0, 0, 0]);
    expect(journal.open().undated.map((b) => b.id)).not.toContain(boot);
    journal.close();
  });
});

test('a process learns its shift from an earlier one of the same boot, and another boot does not', () => {
  let journal = open({ boot: { uuid: 'a', wallMs: START_MS, monoMs: 1_000 } });
  journal.date([[journal.open().boot, 70_000]]);
  journal.abandon();
  // The system's clock was stepped meanwhile.
  journal = open({ boot: { uuid: 'a', wallMs: START_MS + 500_000, monoMs: 21_000 } });
  journal.abandon();
  journal = open({ boot: { uuid: 'b', wallMs: START_MS, monoMs: 5 } });
  expect(journal.open().undated.map(({ uuid, knownShiftMs }) => [uuid, knownShiftMs])).toEqual([
    ['a', 70_000 + 20_000 - 500_000],
    ['b', undefined],
  ]);
  journal.close();
});

describe('a full journal', () => {
  const LIMIT = 40_000;
  test('keeps the oldest: takes nothing, gives no number, and takes again when there is room', () => {
    let journal = open({ limitBytes: LIMIT, policy: 'keep-oldest' });
    const given = fill(journal, 4_000);
    expect(given.length).toBeLessThan(4_000 * CHANNELS);
    expect([...contents(journal).keys()]).toEqual(given);
    expect(books(journal)).toEqual([0, 0, 0, given.length]);
    journal = open({ limitBytes: LIMIT, policy: 'keep-oldest' });
    journal.settle([[1, given.length / 2]], [], START_MS);
    expect(fill(journal, 1, 5_000)[0]).toBe(given.length + 1);
    journal.close();
  });

  test('keeps the newest: the oldest go, in order, and are counted', () => {
    const journal = open({ limitBytes: LIMIT, policy: 'keep-newest' });
    const given = fill(journal, 4_000);
    expect(given.length).toBe(4_000 * CHANNELS);
    const left = [...contents(journal).keys()];
    expect(left).toEqual(given.slice(-left.length));
    journal.close();
    const { lost, waitingReadings, bytes } = open().open();
    expect(lost).toEqual({ 'dropped-full': given.length - left.length });
    expect(waitingReadings).toBe(left.length);
    expect(bytes).toBeLessThan(LIMIT * 1.1);
  });

  test('thins history: samples stay whole, older ones are rarer, spraying records stay', () => {
    let journal = open({ limitBytes: LIMIT, policy: 'thin-history' });
    journal.protect([101, 102, 103, 104]);
    const given = fill(journal, 6_000);
    const sprayed = made(20, 0, 101);
    journal.commit({ readings: sprayed, undated: nothing, marks: [], inFlightTo: 0 });
    fill(journal, 3_000, 6_000);
    const left = contents(journal);
    journal.close();
    journal = open({ limitBytes: LIMIT, policy: 'thin-history' });
    const { lost, waitingReadings, bytes } = journal.open();
    expect(waitingReadings).toBe(left.size);
    expect((lost.thinned ?? 0) + (lost['dropped-full'] ?? 0) + left.size).toBe(9_020 * CHANNELS);
    expect(lost.thinned).toBeGreaterThan(given.length / 4);
    expect(bytes).toBeLessThan(LIMIT * 1.1);
    // Whole samples: each kept time has all its channels.
    const byTime = new Map<string, number>();
    for (const { timeMs, channel } of left.values()) {
      const key = `${timeMs} ${channel > 100}`;
      byTime.set(key, (byTime.get(key) ?? 0) + 1);
    }
    expect(new Set(byTime.values())).toEqual(new Set([CHANNELS]));
    expect([...left.values()].filter((r) => r.channel > 100)).toHaveLength(sprayed.count);
    // Rarer in the first half than in the last.
    const plain = [...left.values()].filter((r) => r.channel === 1).map((r) => (r.timeMs - START_MS) / 1_000);
    expect(plain.filter((t) => t < 4_500).length).toBeLessThanOrEqual(plain.filter((t) => t >= 4_500).length);
    expect(plain.filter((t) => t < 4_500).length).toBeGreaterThan(10);
    // What is left goes to the cloud, and the books close.
    journal.settle([[1, Number.MAX_SAFE_INTEGER]], [], START_MS);
    expect(books(journal)[0]).toBe(left.size);
  });

  test('drops what is too old, and nothing else', () => {
    const journal = open();
    fill(journal, 100);
    const { lost, dropped } = journal.dropOlder(START_MS + 40_000);
    expect(lost).toBe(40 * CHANNELS);
    expect(dropped.at(-1)).toEqual([39 * CHANNELS + 1, 40 * CHANNELS]);
    expect(contents(journal).size).toBe(60 * CHANNELS);
    journal.close();
  });
});
