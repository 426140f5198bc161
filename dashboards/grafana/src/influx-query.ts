/**
 * The InfluxQL of the boards. Everything that a board asks is made here, so that measurement, retention policy, tags and
 * field follow from the quantity (cloud/src/store writes them), and boards of months read what was rolled up.
 */
import { type QuantityId, quantityOf } from '@karez/model';

/** Tags by which series are told apart. */
export type Tag = 'farm' | 'field' | 'gateway' | 'device' | 'place';

export interface SeriesQuery {
  quantity: QuantityId;
  by: readonly Tag[];
  /** Default: as the quantity is summed up. */
  aggregate?: 'mean' | 'min' | 'max' | 'last' | 'sum';
  /** Further conditions, each whole. */
  where?: readonly string[];
  /** Steps of the board, or one value for the whole range. */
  step?: '$__interval' | 'none' | '1h' | '1d';
}

/** Conditions of the board's variables. Readings without a field belong to the farm as a whole; All shows them too. */
export const SCOPE = ['"farm" =~ /^$farm$/', '"field" =~ /^$field$/', '"device" =~ /^$device$/', '$timeFilter'];
export const PLACE = '"place" =~ /^$place$/';

/** How readings of a quantity come together: InfluxQL has no mean of directions, so the last one stands for a step. */
export function aggregateFor(quantity: QuantityId): 'mean' | 'last' | 'sum' {
  const { aggregate } = quantityOf(quantity) ?? { aggregate: 'mean' };
  return aggregate === 'circular' ? 'last' : aggregate;
}

/** Measurement of a quantity, as the cloud files it. */
export function measurementOf(quantity: QuantityId): string {
  return quantityOf(quantity)?.kind as string;
}

/** One quantity over time, from the retention policy that suits the range. */
export function seriesQuery({ quantity, by, aggregate, where = [], step = '$__interval' }: SeriesQuery): string {
  const from = `"$rp"."${measurementOf(quantity)}"`;
  return select(`${aggregate ?? aggregateFor(quantity)}("${quantity}")`, from, [...SCOPE, ...where], by, step);
}

/** The same of what the cloud derives from samples: it stands beside the readings, never rolled up. */
export function derivedQuery(quantity: QuantityId, by: readonly Tag[]): string {
  return select(`mean("${quantity}")`, '"derived"', SCOPE, by, '$__interval');
}

/** A note of the cloud (cloud/src/notes): `gateway`, `flow`, `alert`. */
export function noteQuery(
  measurement: string,
  value: string,
  by: readonly string[],
  step: SeriesQuery['step'] = '$__interval',
  where: readonly string[] = [],
): string {
  return select(value, `"${measurement}"`, ['"farm" =~ /^$farm$/', '$timeFilter', ...where], by, step);
}

/** Thresholds of the farm's rules (cloud/src/notes/farm-notes.ts) for a quantity, as they were at each time. */
export function limitQuery(quantity: QuantityId): string {
  const where = ['"farm" =~ /^$farm$/', '"field" =~ /^$field$/', `"quantity" = '${quantity}'`, '$timeFilter'];
  return select('last("value")', '"threshold"', where, ['rule'], '$__interval');
}

/** The last note of each before the end of the range, not older than `within`: what stays true for a while. */
export function asOfQuery(
  measurement: string,
  columns: readonly string[],
  by: readonly string[],
  within: string,
  where: readonly string[] = [],
): string {
  const picked = columns.map((column) => `last("${column}") AS "${column}"`).join(', ');
  // Braces, so that the unit behind it is not read as part of the name.
  const span = `time <= $\{__to}ms AND time >= $\{__to}ms - ${within}`;
  const scope = ['"farm" =~ /^$farm$/', '"field" =~ /^$field$/', ...where, span];
  return select(picked, `"${measurement}"`, scope, by, 'none', true);
}

function select(
  value: string,
  from: string,
  where: readonly string[],
  by: readonly string[],
  step: SeriesQuery['step'],
  isNamed = false,
): string {
  const groups = [...(step === 'none' ? [] : [`time(${step})`]), ...by.map((tag) => `"${tag}"`)];
  const grouped = groups.length === 0 ? '' : ` GROUP BY ${groups.join(', ')}`;
  return `SELECT ${value}${isNamed ? '' : ' AS "v"'} FROM ${from} WHERE ${where.join(' AND ')}${grouped}${step === 'none' ? '' : ' fill(none)'}`;
}
