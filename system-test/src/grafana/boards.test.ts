/**
 * The boards without a Grafana: every query of every panel and variable against a real InfluxDB that was filled through
 * Karez, for each single value of a variable and for All, over a range of hours and one of a day. Then small mistakes are
 * put into the queries, and each must be noticed.
 */
import { readFileSync } from 'node:fs';
import { boardFiles } from '@karez/grafana';
import { type QuantityId, quantityOf } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMirrors, MIRRORED } from './alert-mirrors.ts';
import { variableValues } from './ask-influx.ts';
import { type ReadBoard, readBoards } from './board-queries.ts';
import { checkQuery, quantityIn } from './check-query.ts';
import { type Chosen, expand, type Range } from './expand.ts';
import { type Filled, fill } from './fill.ts';
import { lintBoard } from './lint.ts';
import { mutationsOf } from './mutations.ts';

const HOUR_MS = 3_600_000;
const boards = readBoards();
let filled: Filled;
let ranges: Record<string, Range>;
const told = { asked: 0, rows: 0, killed: 0, mutations: 0 };
const panelsOf = ({ queries }: ReadBoard) => new Set(queries.map(({ panel }) => panel)).size;
const mistakesIn = ({ queries }: ReadBoard) => queries.reduce((sum, { query }) => sum + mutationsOf(query).length, 0);
const sumOf = (count: (board: ReadBoard) => number) => boards.reduce((sum, board) => sum + count(board), 0);

beforeAll(async () => {
  filled = await fill();
  const toMs = Date.now();
  ranges = { hours: { fromMs: toMs - 2 * HOUR_MS, toMs }, day: { fromMs: toMs - 24 * HOUR_MS, toMs } };
}, 300_000);

afterAll(async () => {
  await filled?.close();
  console.log(
    `boards ${boards.length}, panels ${sumOf(panelsOf)}, queries ${sumOf(({ queries }) => queries.length)}, asked ${told.asked} times, rows ${told.rows}, mistakes noticed ${told.killed} of ${told.mutations}`,
  );
});

test.each(boardFiles())('%s is what is committed', (name, text) => {
  expect(readFileSync(new URL(`../../../dashboards/grafana/boards/${name}`, import.meta.url), 'utf8')).toBe(text);
});

test.each(boardFiles())('%s is in order', (_, text) => {
  expect(lintBoard(JSON.parse(text))).toEqual([]);
});

test('the README counts what is checked', () => {
  const rows = boards.map((b) => `| ${b.uid} | ${panelsOf(b)} | ${b.queries.length} | ${mistakesIn(b)} |`);
  const all = `| all | ${sumOf(panelsOf)} | ${sumOf(({ queries }) => queries.length)} | ${sumOf(mistakesIn)} |`;
  expect(readFileSync(new URL('../../../dashboards/grafana/README.md', import.meta.url), 'utf8')).toContain(
    ['| board | panels | queries | mistakes put in |', '| --- | --- | --- | --- |', ...rows, all].join('\n'),
  );
});

/** Values of the board's variables, each asked for with All chosen in those before it. */
async function choices(
  board: ReadBoard,
  range: Range,
): Promise<{ all: Map<string, Chosen>; values: Map<string, string[]> }> {
  const all = new Map<string, Chosen>();
  const values = new Map<string, string[]>();
  for (const { name, query, allValue } of board.variables) {
    const found = await variableValues(filled.url, expand(query, range, all));
    expect(found.length, `${board.uid}: ${name} has values: ${query}`).toBeGreaterThan(0);
    if (name === 'rp') expect(found, 'one policy suits a range').toHaveLength(1);
    values.set(name, found);
    all.set(name, allValue === undefined ? { values: [found[0] as string] } : { all: allValue });
  }
  return { all, values };
}

describe.each(boards.map((board) => [board.uid, board] as const))('%s', (_, board) => {
  test.each(['hours', 'day'])('every query gives its panel what it needs, over %s', async (which) => {
    const range = ranges[which] as Range;
    const { all, values } = await choices(board, range);
    expect(values.get('rp')).toEqual([which === 'hours' ? 'autogen' : 'rollup_1m']);
    const problems: string[] = [];
    for (const query of board.queries) {
      const { rows, problems: found } = await checkQuery(filled.url, query, range, all);
      told.asked++;
      told.rows += rows;
      problems.push(...found.map((problem) => `${query.panel} ${query.refId}: ${problem}`));
      const quantity = quantityIn(query) as QuantityId | undefined;
      if (quantity !== undefined && which === 'hours')
        expect(unitsOf(quantity), `${query.panel} is ${quantity}`).toContain(query.unit);
    }
    expect(problems).toEqual([]);
  });

  test('each single value of a variable is answered without error, and at least one with rows', async () => {
    const range = ranges.hours as Range;
    const { all, values } = await choices(board, range);
    for (const [name, found] of values) {
      if (name === 'rp') continue;
      for (const query of board.queries.filter((q) => q.query.includes(`$${name}`))) {
        let rows = 0;
        for (const value of found.slice(0, 12)) {
          const one = new Map(all).set(name, { values: [value] });
          const checked = await checkQuery(filled.url, query, range, one);
          told.asked++;
          rows += checked.rows;
          expect(
            checked.problems.filter((problem) => problem !== 'no rows'),
            `${query.panel}, ${name} ${value}`,
          ).toEqual([]);
        }
        if (name === 'farm') expect(rows, `${query.panel} for one ${name}`).toBeGreaterThan(0);
      }
    }
  });

  test('a mistake in a query is noticed', async () => {
    const range = ranges.hours as Range;
    const { all } = await choices(board, range);
    const missed: string[] = [];
    for (const query of board.queries) {
      for (const { what, query: wrong } of mutationsOf(query.query)) {
        told.mutations++;
        const { problems } = await checkQuery(filled.url, { ...query, query: wrong }, range, all);
        if (problems.length > 0) told.killed++;
        else missed.push(`${query.panel} ${query.refId}: ${what}: ${wrong}`);
      }
    }
    expect(missed).toEqual([]);
  });
});

test('each mirror of a rule asks what InfluxDB answers, and every mistake in it is noticed', async () => {
  const found = await checkMirrors(filled.url, await filled.farm.api.farm(), Date.now());
  console.log(
    `mirrors ${MIRRORED.length}, asked ${found.asked} times, mistakes noticed ${found.noticed} of ${found.mistakes}`,
  );
  expect(found.problems).toEqual([]);
  expect(found.mistakes).toBeGreaterThan(50);
  // The rule fires in Karez for this probe, so its mirror does.
  expect(found.firing).toContain('gw-1/soil-1@d10');
}, 60_000);

/** Units of Grafana that mean the unit of the quantity. */
function unitsOf(quantity: QuantityId): string[] {
  const { unit, label } = quantityOf(quantity) as { unit: string; label: string };
  const known: Record<string, string[]> = {
    ...{
      '%': ['percent'],
      Cel: ['celsius'],
      hPa: ['pressurehpa'],
      kPa: ['pressurekpa'],
      'm/s': ['velocityms'],
      mm: ['lengthmm'],
    },
    ...{ m: ['lengthm'], deg: ['degree'], V: ['volt'], A: ['amp'], L: ['litre'], s: ['s'], '1': ['none'] },
  };
  return known[unit] ?? [`suffix: ${label}`];
}
