/** The journal as the gateway uses it: in its thread, and with a disk that fails. */
import { newReadings, silentLogger, systemClock } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folder, options, START_MS } from '../testing/journals.ts';
import { type Journal, openJournal } from './journal.ts';
import { inline } from './journal-inline.ts';
import { refusingJournal, takesWrites } from './refusing.ts';

let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.remove());

const append = (journal: Journal, value: number) => journal.append(START_MS + value, [1, 2], [value, value], [0, 0]);

test('a disk that stalls for half a second holds up nothing but the acceptance', async () => {
  const journal = await openJournal(
    { ...options(place.path), stallMs: 500 },
    { clock: systemClock(), logger: silentLogger },
  );
  let turns = 0;
  let isDone = false;
  const accepted = append(journal, 1).then(() => {
    isDone = true;
  });
  // Every turn is one in which serial bytes, keepalives and requests are served.
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  await accepted;
  expect(turns).toBeGreaterThan(1_000);
  expect(journal.state).toMatchObject({ waiting: 2, commits: 1, queued: 0 });
  expect(journal.state.slowestCommitMs).toBeGreaterThan(400);
  await journal.close();
});

test('what comes within a moment shares one commit', async () => {
  const clock = virtualClock();
  const journal = await openJournal(options(place.path), { clock, logger: silentLogger }, inline());
  const accepted: number[] = [];
  for (let i = 0; i < 50; i++) void append(journal, i).then(() => accepted.push(i));
  await clock.advance(10);
  expect([accepted.length, journal.state.queued]).toEqual([0, 100]);
  await clock.advance(10);
  expect([accepted.length, journal.state.queued, journal.state.commits]).toEqual([50, 0, 1]);
  await journal.close();
});

/** Longest wait of a sample for the disk, and the commits, of one that comes every `everyMs` for a minute. */
async function waitsOf(journal: Journal, clock: ReturnType<typeof virtualClock>, everyMs: number, seconds = 60) {
  const before = journal.state.commits;
  let longestMs = 0;
  for (let t = 0; t < seconds * 1_000; t += everyMs) {
    const came = clock.monoMs();
    void append(journal, t).then(() => {
      longestMs = Math.max(longestMs, clock.monoMs() - came);
    });
    await clock.advance(everyMs);
  }
  await clock.advance(2_000);
  return { longestMs, commits: journal.state.commits - before };
}

test('commits at once what comes seldom or in a burst, ten times a second where a device waits, and else gathers, for less long while somebody looks', async () => {
  const clock = virtualClock();
  const journal = await openJournal(
    { ...options(place.path), commitEveryMs: 1_500 },
    { clock, logger: silentLogger },
    inline(),
  );
  expect(await waitsOf(journal, clock, 2_000)).toEqual({ longestMs: 20, commits: 30 });
  // A node that has kept messages brings them one after the other, each once the last is accepted.
  const began = clock.monoMs();
  let isBrought = false;
  const burst = (async () => {
    for (let i = 0; i < 30; i++) await append(journal, i);
    isBrought = true;
  })();
  while (!isBrought) await clock.advance(10);
  await burst;
  expect(clock.monoMs() - began).toBeLessThanOrEqual(30 * 100);

  await waitsOf(journal, clock, 80, 30);
  const dense = await waitsOf(journal, clock, 80);
  expect(dense.longestMs).toBeLessThanOrEqual(1_520);
  expect(dense.commits).toBeLessThanOrEqual(45);
  journal.watched(60_000);
  const seen = await waitsOf(journal, clock, 80);
  expect(seen.longestMs).toBeLessThanOrEqual(300);
  expect(seen.commits).toBeGreaterThan(150);
  expect(seen.commits).toBeLessThan(250);
  journal.hurry(62_000);
  const hurried = await waitsOf(journal, clock, 80);
  expect(hurried.longestMs).toBeLessThanOrEqual(100);
  expect(hurried.commits).toBeGreaterThan(350);
  // Gathered again once nobody waits or looks.
  expect((await waitsOf(journal, clock, 80)).commits).toBeLessThanOrEqual(45);
  await journal.close();
});

test('what is gathered goes soon when somebody begins to look', async () => {
  const clock = virtualClock();
  const journal = await openJournal(
    { ...options(place.path), commitEveryMs: 1_500 },
    { clock, logger: silentLogger },
    inline(),
  );
  await waitsOf(journal, clock, 80);
  for (let i = 0; i < 6; i++) {
    void append(journal, i);
    await clock.advance(100);
  }
  const { queued } = journal.state;
  journal.watched(1_000);
  await clock.advance(300);
  expect([queued > 0, journal.state.queued]).toEqual([true, 0]);
  await journal.close();
});

test('a group that is worth its commit goes as soon as it has gathered', async () => {
  const clock = virtualClock();
  const journal = await openJournal(
    { ...options(place.path), commitEveryMs: 2_000 },
    { clock, logger: silentLogger },
    inline(),
  );
  // 64 readings every 10 ms.
  let longestMs = 0;
  for (let t = 0; t < 20_000; t += 10) {
    const came = clock.monoMs();
    for (let i = 0; i < 32; i++)
      void append(journal, t).then(() => {
        longestMs = Math.max(longestMs, clock.monoMs() - came);
      });
    await clock.advance(10);
  }
  expect(longestMs).toBeLessThanOrEqual(300);
  expect(journal.state.commits).toBeLessThan(20_000 / 80);
  await journal.close();
});

test('a disk that refuses: not accepted, said, and taken up again by itself without a gap', async () => {
  const clock = virtualClock();
  let isFull = false;
  const start = inline((method) => {
    if (isFull && method === 'commit') throw new Error('database or disk is full');
  });
  const journal = await openJournal(options(place.path), { clock, logger: silentLogger }, start);
  const committed: [number, number][] = [];
  journal.listener = { committed: (f, l) => committed.push([f, l]), dropped() {}, reopened() {}, inFlightTo: () => 0 };
  const outcome = async (value: number) => {
    const result = append(journal, value).then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    );
    await clock.advance(100);
    return await result;
  };
  expect(await outcome(1)).toBe('accepted');
  isFull = true;
  expect(await outcome(2)).toBe('JOURNAL_UNWRITABLE');
  expect(journal.state.writable).toBe(false);
  // Not tried at every reading: a full disk would be hammered.
  expect(await outcome(3)).toBe('JOURNAL_UNWRITABLE');
  isFull = false;
  await clock.advance(1_000);
  expect(await outcome(4)).toBe('accepted');
  expect(journal.state).toMatchObject({ writable: true, waiting: 4 });
  expect(committed).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await journal.close();
});

test('more than may wait for the disk is not taken into memory', async () => {
  const clock = virtualClock();
  const journal = await openJournal(options(place.path), { clock, logger: silentLogger }, inline());
  const many = newReadings(20_000);
  const channels = Array.from({ length: many.seq.length }, (_, i) => i + 1);
  const take = () => journal.append(START_MS, channels, Array.from(many.value), Array.from(many.quality));
  const first = [take(), take()];
  await expect(take()).rejects.toMatchObject({ code: 'BUSY' });
  await clock.advance(200);
  await Promise.all(first);
  await journal.close();
});

test('where the disk lets nobody open it, names and epoch are still known, and nothing is taken', async () => {
  const clock = virtualClock();
  const first = await openJournal(options(place.path), { clock, logger: silentLogger }, inline());
  expect(await first.number(['a/x', 'b/y'])).toEqual([1, 2]);
  const { epoch } = first.opened;
  await first.close();
  const refusing = await openJournal(
    options(place.path),
    { clock, logger: silentLogger },
    refusingJournal('read-only'),
  );
  expect(refusing.opened.epoch).toBe(epoch);
  expect(refusing.state.writable).toBe(false);
  expect(await refusing.number(['b/y', 'new/z'])).toEqual([2, 3]);
  const refused = append(refusing, 1);
  refused.catch(() => {});
  await clock.advance(200);
  await expect(refused).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
  expect(refusing.state).toMatchObject({ writable: false, waiting: 0 });
  await refusing.close();
  expect(takesWrites(place.path)).toBe(true);
  expect(takesWrites('/proc/nowhere')).toBe(false);
});
