/**
 * Whether a query gives its panel what it needs: no error, rows with values, the tags that its names use, the columns
 * that its kind of panel reads, and values that its unit can mean.
 */
import { QUANTITIES, quantityOf } from '@karez/model';
import { askInflux, type Series } from './ask-influx.ts';
import type { BoardQuery } from './board-queries.ts';
import { type Chosen, expand, type Range } from './expand.ts';

export interface Checked {
  rows: number;
  series: number;
  problems: string[];
}

/** Columns that a panel reads by name, by its type and, where queries differ, their names. */
const COLUMNS: Record<string, string[]> = {
  geomap: ['latitude', 'longitude'],
  'karez-field-panel A': ['outline'],
  'karez-field-panel B': ['latitude', 'longitude', 'state'],
  'karez-field-panel C': ['latitude', 'longitude'],
  'karez-field-panel D': ['flow', 'sections'],
};
const columnsOf = ({ type, refId }: BoardQuery) => COLUMNS[`${type} ${refId}`] ?? COLUMNS[type] ?? [];

export async function checkQuery(
  url: string,
  query: BoardQuery,
  range: Range,
  chosen: ReadonlyMap<string, Chosen>,
): Promise<Checked> {
  const problems: string[] = [];
  try {
    const series = await askInflux(url, expand(query.query, range, chosen, query.maxDataPoints));
    const filled = series.map(
      ({ values }) => values.filter((row) => row.slice(1).some((cell) => cell !== null)).length,
    );
    const rows = filled.reduce((sum, n) => sum + n, 0);
    if (rows === 0) return { rows, series: series.length, problems: ['no rows'] };
    // A tag that nothing has is answered by one empty series.
    const tags = new Set([...series.flatMap((one) => Object.keys(one.tags)), ...tagsIn(query.alias)]);
    for (const tag of tags)
      if (series.every((one) => (one.tags[tag] ?? '') === ''))
        problems.push(`nothing has the tag ${tag}, by which series are told apart`);
    for (const column of new Set([...columnsOf(query), ...series.flatMap(({ columns }) => columns)]))
      if (!series.some((one) => hasValues(one, column))) problems.push(`there are no values in the column ${column}`);
    problems.push(
      ...outOfRange(
        query,
        series.flatMap(({ values }) => values),
      ),
    );
    return { rows, series: series.length, problems };
  } catch (error) {
    return { rows: 0, series: 0, problems: [(error as Error).message] };
  }
}

const tagsIn = (alias = '') => [...alias.matchAll(/\$tag_(\w+)/g)].map((match) => match[1] as string);

function hasValues({ columns, values }: Series, column: string): boolean {
  const at = columns.indexOf(column);
  return at >= 0 && values.some((row) => row[at] !== null);
}

/** The quantity that a query asks for; undefined for notes, counts and tracks. */
export function quantityIn({ query }: BoardQuery): string | undefined {
  const [, aggregate, field] = /SELECT (\w+)\("([^"]+)"\) AS "v"/.exec(query) ?? [];
  return aggregate === undefined || aggregate === 'count' || !Object.hasOwn(QUANTITIES, field as string)
    ? undefined
    : field;
}

/** Values that a quantity cannot have mean that the query asks for something else. */
function outOfRange(query: BoardQuery, rows: (string | number | boolean | null)[][]): string[] {
  const id = quantityIn(query);
  const quantity = id === undefined ? undefined : quantityOf(id);
  if (quantity === undefined) return [];
  const wrong = rows
    .map((row) => row[1])
    .filter((v) => typeof v === 'number' && (v < quantity.min || v > quantity.max));
  return wrong.length === 0 ? [] : [`${wrong.length} values outside of what ${id} can be, such as ${wrong[0]}`];
}
