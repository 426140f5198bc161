/** Transitions come in any order, in any pieces and more than once; the alerts are the same. */
import { DatabaseSync } from 'node:sqlite';
import type { AlertState } from '@karez/model';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AlertRow, NEW_LIFE } from './alert-row.ts';
import { AlertTable, type TakenTransition } from './alert-table.ts';
import { createAlertTables } from './alert-tables.ts';

const START = Date.UTC(2026, 3, 10, 18);
const MIN = 60_000;
const about = { farm: 'farm', by: 'gw', rule: 'frost', subject: 'gw/mast/air.temperature', epoch: '00000001' };

const transition = (seq: number, state: AlertState, more: Partial<TakenTransition> = {}): TakenTransition => ({
  ...{ ...about, seq, timeMs: START + seq * MIN, revision: 1, state, noData: false, raised: state !== 'ok' },
  ...{ late: false, reason: 'reading', value: seq / 8, ...more },
});

let db: DatabaseSync;
let table: AlertTable;
const reopen = () => {
  if (db?.isOpen) db.close();
  db = new DatabaseSync(':memory:');
  createAlertTables(db);
  table = new AlertTable(db);
};
beforeEach(reopen);
afterEach(() => db.close());

const everything = () =>
  table
    .page('farm', { isOpen: false, before: 1e9, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 1_000 })
    .map(({ id: _, ...row }) => row)
    .sort((a, b) => a.subject.localeCompare(b.subject) || (a.seq ?? 0) - (b.seq ?? 0));

/** Transitions as an evaluator might write them, of two subjects and two journals. */
const written = fc
  .array(
    fc.record({
      state: fc.constantFrom<AlertState>('ok', 'pending', 'firing', 'recovering'),
      late: fc.boolean(),
      raised: fc.boolean(),
      subject: fc.constantFrom('gw/mast/air.temperature', 'gw/pole/air.temperature'),
      isLaterJournal: fc.boolean(),
    }),
    { maxLength: 14 },
  )
  .map((list) =>
    list
      .toSorted((a, b) => Number(a.isLaterJournal) - Number(b.isLaterJournal))
      .map(({ state, isLaterJournal, subject, late, raised }, i) =>
        transition(i * 4 + 1, state, {
          subject,
          late,
          raised: raised && !late,
          epoch: isLaterJournal ? '00000002' : '00000001',
        }),
      ),
  );

describe('in whatever order transitions come', () => {
  test('in pieces and repeated, the alerts are the same', () => {
    fc.assert(
      fc.property(written, fc.array(fc.nat({ max: 13 }), { maxLength: 30 }), fc.nat({ max: 4 }), (all, picks, size) => {
        reopen();
        table.take(all);
        const expected = everything();
        reopen();
        const order = [...picks.flatMap((i) => all[i] ?? []), ...all];
        for (let i = 0; i < order.length; i += size + 1) table.take(order.slice(i, i + size + 1));
        expect(everything()).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('one that fired, recovered and fired again is one, also where the first comes last', () => {
    const all = [transition(1, 'firing'), transition(5, 'recovering'), transition(9, 'firing')];
    for (const t of all.toReversed()) table.take([t]);
    expect(everything()).toMatchObject([{ seq: 1, firedMs: START + MIN, state: 'firing', endedMs: null }]);
  });
});

describe('what a status told before', () => {
  const provisional = (firedMs: number, more: Partial<AlertRow> = {}) =>
    table.add({
      ...{ ...about, seq: null, revision: 1, firedMs, endedMs: null, reason: null, state: 'firing', noData: false },
      ...{ raisedMs: firedMs, late: false, value: Number.NaN, life: { ...NEW_LIFE, toldMs: firedMs }, ...more },
    });

  test('is the alert that its transition makes', () => {
    const { id } = provisional(START + 9 * MIN);
    const [taken] = table.take([transition(9, 'firing')]);
    expect(taken).toMatchObject({ id, seq: 9, value: 9 / 8, life: { toldMs: START + 9 * MIN } });
  });

  test('is not an earlier one that was over before', () => {
    const { id } = provisional(START + 9 * MIN);
    const [earlier] = table.take([transition(1, 'firing'), transition(5, 'ok')]);
    expect(earlier).toMatchObject({ seq: 1, state: 'over' });
    expect(earlier?.id).not.toBe(id);
    expect(table.take([transition(9, 'firing')])).toMatchObject([{ id, seq: 9 }]);
  });

  test('is not a later one', () => {
    const { id } = provisional(START + MIN, { endedMs: START + 2 * MIN, state: 'over' });
    expect(table.take([transition(9, 'firing')])[0]?.id).not.toBe(id);
  });

  test('and was ended here, stays ended until its gateway says when', () => {
    const life = { ...NEW_LIFE, isForced: true };
    provisional(START + MIN, { endedMs: START + 7 * MIN, state: 'over', reason: 'reconciled', life });
    const [held] = table.take([transition(1, 'firing')]);
    expect(held).toMatchObject({ seq: 1, state: 'over', endedMs: START + 7 * MIN, reason: 'reconciled' });
    expect(table.take([transition(5, 'ok')])).toMatchObject([{ endedMs: START + 5 * MIN, reason: 'reading' }]);
  });
});

test('pages go back in time, and hold only what is asked for', () => {
  for (let n = 0; n < 5; n++) table.take([transition(n * 8 + 1, 'firing'), transition(n * 8 + 5, 'ok')]);
  table.take([transition(41, 'firing')]);
  const page = (query: Partial<Parameters<AlertTable['page']>[1]>) =>
    table
      .page('farm', { isOpen: false, before: 1e9, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 100, ...query })
      .map((a) => a.seq);
  expect(page({ limit: 2 })).toEqual([41, 33]);
  expect(page({ before: 5, limit: 2 })).toEqual([25, 17]);
  expect(page({ isOpen: true })).toEqual([41]);
  // On within the range: whoever ended before it is not, whoever goes on is.
  expect(page({ fromMs: START + 22 * MIN })).toEqual([41, 33, 25]);
  expect(page({ fromMs: START + 22 * MIN, toMs: START + 30 * MIN })).toEqual([25]);
  expect(table.page('other', { isOpen: false, before: 99, fromMs: 0, toMs: 1e15, limit: 9 })).toEqual([]);
});
