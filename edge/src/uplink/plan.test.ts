import type { Ack } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { beforeEach, expect, test } from 'vitest';
import { type Range, RangeSet } from '../journal/range-set.ts';
import { Budget } from './budget.ts';
import { Plan } from './plan.ts';

let clock: VirtualClock;
let journal: RangeSet;
let sent: { first: number; last: number }[];
let stored: RangeSet;
let refused: Ack['refused'];
let plan: Plan;

/** What the next reads of the journal give; by default all that it holds between two numbers. */
let read: (from: number, to: number) => Range[];

function begin(waiting: Range[] = []): void {
  journal = new RangeSet(waiting);
  plan = new Plan(
    {
      clock,
      budget: new Budget(clock, {}),
      async batch(from, to) {
        const ranges = read(from, to);
        if (ranges.length === 0) return undefined;
        const [first, last] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
        return { bytes: new TextEncoder().encode(JSON.stringify([first, last])), ranges };
      },
      async send(bytes) {
        const [first, last] = JSON.parse(new TextDecoder().decode(bytes)) as Range;
        sent.push({ first, last });
      },
      async settle(done, no) {
        for (const [f, l] of done) {
          stored.add(f, l);
          journal.remove(f, l);
        }
        for (const { first, last } of no) journal.remove(first, last);
        refused.push(...no);
      },
      failed() {},
    },
    waiting,
  );
}
const commit = (first: number, last: number) => {
  journal.add(first, last);
  plan.committed(first, last);
};
const ack = (acked: Range[], more: Partial<Ack> = {}) => plan.acknowledged({ acked, refused: [], retry: [], ...more });

beforeEach(() => {
  clock = virtualClock();
  [sent, stored, refused] = [[], new RangeSet(), []];
  read = (from, to) =>
    journal
      .ranges()
      .filter(([f, l]) => l >= from && f <= to)
      .map(([f, l]): Range => [Math.max(f, from), Math.min(l, to)]);
  begin();
});

test('live readings overtake a backlog of any size', async () => {
  begin([[1, 1_000_000]]);
  plan.connected();
  await clock.advance(10);
  commit(1_000_001, 1_000_010);
  await clock.advance(300);
  expect(sent.at(-1)).toEqual({ first: 1_000_001, last: 1_000_010 });
  expect(sent.slice(0, -1).every(({ last }) => last < 1_000_000)).toBe(true);
});

test('nothing is forgotten before its acknowledgement, and what gets none goes again', async () => {
  commit(1, 100);
  plan.connected();
  await clock.advance(100);
  expect(sent).toEqual([{ first: 1, last: 100 }]);
  await clock.advance(19_000);
  expect(sent).toHaveLength(1);
  await clock.advance(2_000);
  expect(sent[1]).toEqual({ first: 1, last: 100 });
  ack([[1, 100]]);
  ack([[1, 100]]);
  await clock.advance(2_000);
  expect(stored.ranges()).toEqual([[1, 100]]);
  expect(journal.size).toBe(0);
});

test('an acknowledgement of a part leaves the rest waiting', async () => {
  commit(1, 100);
  plan.connected();
  await clock.advance(100);
  ack([[1, 40]]);
  await clock.advance(1_500);
  expect(stored.ranges()).toEqual([[1, 40]]);
  await clock.advance(25_000);
  expect(sent.at(-1)).toEqual({ first: 41, last: 100 });
});

test('gaps that thinning has left are settled with what lies around them', async () => {
  begin([[1, 100]]);
  read = () => [
    [1, 10],
    [50, 60],
    [95, 100],
  ];
  plan.connected();
  await clock.advance(10);
  ack([
    [1, 10],
    [50, 60],
    [95, 100],
  ]);
  await clock.advance(1_500);
  expect(stored.ranges()).toEqual([[1, 100]]);
});

test('but not those of which a part was refused or put off', async () => {
  begin([[1, 100]]);
  plan.connected();
  await clock.advance(10);
  plan.acknowledged({
    acked: [[1, 50]],
    refused: [{ first: 51, last: 60, code: 'TIME_IN_FUTURE', reason: 'tomorrow' }],
    retry: [{ first: 61, last: 100, code: 'BUSY', afterMs: 1_000 }],
  });
  await clock.advance(500);
  expect(sent).toHaveLength(1);
  await clock.advance(2_000);
  expect(stored.ranges()).toEqual([[1, 50]]);
  expect(refused).toHaveLength(1);
  expect(sent[1]).toEqual({ first: 61, last: 100 });
});

test('a cut brings everything back that was on its way', async () => {
  begin([[1, 5_000]]);
  plan.connected();
  await clock.advance(10);
  const before = sent.length;
  plan.disconnected();
  commit(5_001, 5_010);
  await clock.advance(60_000);
  expect(sent).toHaveLength(before);
  plan.connected();
  await clock.advance(10);
  expect(sent.slice(before)[0]?.first).toBe(1);
});

test('batches grow while acknowledgements come quickly, and shrink when they do not', async () => {
  begin([[1, 2_000_000]]);
  plan.connected();
  const sizeOf = ({ first, last }: { first: number; last: number }) => last - first + 1;
  const answer = async (afterMs: number, rounds: number) => {
    for (let i = 0; i < rounds; i++) {
      const known = sent.length;
      await clock.advance(afterMs);
      for (const { first, last } of sent.slice(0, known)) ack([[first, last]]);
      sent.splice(0, known);
    }
    await clock.advance(1);
    return Math.max(...sent.map(sizeOf));
  };
  await clock.advance(1);
  const first = sizeOf(sent[0] as { first: number; last: number });
  const quick = await answer(50, 12);
  const slow = await answer(3_000, 12);
  expect(quick).toBeGreaterThan(first * 5);
  expect(slow).toBeLessThan(first);
});

test('what the journal has dropped is not asked for any more', async () => {
  begin([[1, 5_000]]);
  plan.dropped([[1, 4_990]]);
  journal.remove(1, 4_990);
  plan.connected();
  await clock.advance(10);
  expect(sent).toEqual([{ first: 4_991, last: 5_000 }]);
});

test('a journal that was made anew is sent as it is now', async () => {
  begin([[1, 5_000]]);
  plan.connected();
  await clock.advance(10);
  journal = new RangeSet([[2_000, 2_100]]);
  sent = [];
  plan.reopened([[2_000, 2_100]]);
  await clock.advance(10);
  expect(sent).toEqual([{ first: 2_000, last: 2_100 }]);
});

test('settlements that the disk refuses are tried again', async () => {
  begin([[1, 10]]);
  plan.connected();
  await clock.advance(10);
  let refusals = 2;
  const settle = stored.add.bind(stored);
  stored.add = (first, last) => {
    if (refusals-- > 0) throw new Error('disk full');
    settle(first, last);
  };
  ack([[1, 10]]);
  await clock.advance(1_500);
  expect(stored.size).toBe(0);
  await clock.advance(2_000);
  expect(stored.ranges()).toEqual([[1, 10]]);
  await plan.stop();
  expect(clock.pending()).toBe(0);
});

test('each batch of the backlog begins where the one before it ended, however short the journal made that', async () => {
  begin([[1, 100_000]]);
  const asked: number[] = [];
  read = (from, to) => {
    asked.push(from);
    return [[from, Math.min(to, Math.ceil(from / 70) * 70)]];
  };
  plan.connected();
  await clock.advance(10);
  expect(asked.length).toBeGreaterThan(1);
  expect(asked).toEqual(asked.map((_, i) => 1 + i * 70));
  expect(sent.map(({ first }) => first)).toEqual(asked);
});

test('a cut while the backlog is being fetched keeps nothing back once the link is up again', async () => {
  begin([[1, 5_000]]);
  plan.connected();
  plan.disconnected();
  plan.connected();
  expect(sent).toEqual([]);
  await clock.advance(10);
  expect(sent[0]?.first).toBe(1);
  for (const { first, last } of [...sent]) ack([[first, last]]);
  await clock.advance(10);
  for (const { first, last } of [...sent]) ack([[first, last]]);
  await clock.advance(2_000);
  expect(stored.firstRange?.[0]).toBe(1);
});
