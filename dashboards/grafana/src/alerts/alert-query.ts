/**
 * What a rule of the farm asks InfluxDB when Grafana judges it: a number for each subject, and how that number is compared.
 * Sources: InfluxQL reference 1.8 (functions); Grafana, pkg/expr (math, reduce, threshold with `unloadEvaluator`).
 */
import { type Condition, derivedOf, type Input, type QuantityId, type Rule } from '@karez/model';
import { measurementOf } from '../influx-query.ts';

export interface AlertQuestion {
  /** InfluxQL by name; `$timeFilter` is the window. */
  queries: { refId: string; query: string }[];
  /** Seconds that the queries look back. */
  windowS: number;
  /** From the reduced numbers to the one that is compared, as Grafana's math: `$A - $B`. Without: the first query's. */
  math?: string;
  compare: { type: 'gt' | 'lt' | 'lte'; value: number; recover?: { type: 'gt' | 'lt'; value: number } };
}

/** A device says something at least this often, or nothing is known. */
const LEAST_WINDOW_S = 600;
/** The cloud notes states anew every ten minutes (cloud/src/notes/farm-notes.ts). */
const NOTED_WINDOW_S = 1_500;

/** @param where conditions for farm and subjects, each whole. */
export function questionOf({ condition, noDataAfterS }: Rule, where: readonly string[]): AlertQuestion {
  const windowS = Math.max(LEAST_WINDOW_S, noDataAfterS ?? 0);
  switch (condition.type) {
    case 'above':
    case 'below':
      return {
        ...{ windowS, compare: compareOf(condition, condition.type === 'above') },
        queries: [{ refId: 'A', query: valueQuery('last', condition.input, where) }],
      };
    case 'rate': {
      const { input, overMin, direction, value, recover } = condition;
      const change = `(last("${input.quantity}") - first("${input.quantity}")) * ${60 / overMin}`;
      const sign = direction === 'rising' ? 1 : -1;
      return {
        windowS: overMin * 60,
        queries: [{ refId: 'A', query: select(change, input, where) }],
        compare: compareOf({ value: sign * value, recover: sign * recover }, direction === 'rising'),
      };
    }
    case 'stuck':
      return {
        windowS: condition.forMin * 60,
        queries: [{ refId: 'A', query: valueQuery('spread', condition.input, where) }],
        compare: { type: 'lte', value: condition.tolerance },
      };
    case 'difference':
      return differenceOf(condition, where, windowS);
    case 'silent':
      return noted('SELECT last("silent") AS "v" FROM "device"', ['farm', 'field', 'gateway', 'device'], where);
    case 'gateway-silent':
      return noted('SELECT last("away") AS "v" FROM "gateway"', ['farm', 'gateway'], where);
  }
}

function noted(from: string, by: readonly string[], where: readonly string[]): AlertQuestion {
  const query = `${from} WHERE ${[...where, '$timeFilter'].join(' AND ')} GROUP BY ${names(by)}`;
  return { windowS: NOTED_WINDOW_S, queries: [{ refId: 'A', query }], compare: { type: 'gt', value: 0 } };
}

/** Strictly beyond is met; on the good side of the recovery value is over. */
function compareOf({ value, recover }: { value: number; recover: number }, isAbove: boolean): AlertQuestion['compare'] {
  const type = isAbove ? 'gt' : 'lt';
  return recover === value
    ? { type, value }
    : { type, value, recover: { type: isAbove ? 'lt' : 'gt', value: recover } };
}

function differenceOf(
  { input, minus, is, absolute, value, recover }: Extract<Condition, { type: 'difference' }>,
  where: readonly string[],
  windowS: number,
): AlertQuestion {
  // Two places of a device have no place in common: they are told apart by device only.
  const isAcross = !('channel' in minus) && minus.place !== undefined && minus.place !== input.place;
  const by = isAcross ? SUBJECT.filter((tag) => tag !== 'place') : SUBJECT;
  const queries = [
    { refId: 'A', query: valueQuery('last', input, where, by) },
    {
      refId: 'B',
      query: 'channel' in minus ? channelQuery(minus.channel, where) : valueQuery('last', minus, where, by),
    },
  ];
  const math = absolute === true ? 'abs($A - $B)' : '$A - $B';
  return { windowS, queries, math, compare: compareOf({ value, recover }, is === 'above') };
}

/** By what subjects are told apart. */
const SUBJECT = ['farm', 'field', 'gateway', 'device', 'place'] as const;
const names = (tags: readonly string[]) => tags.map((tag) => `"${tag}"`).join(', ');

function valueQuery(
  aggregate: 'last' | 'spread',
  input: Input,
  where: readonly string[],
  by: readonly string[] = SUBJECT,
): string {
  return select(`${aggregate}("${input.quantity}")`, input, where, by);
}

function select(
  value: string,
  { quantity, place }: Input,
  where: readonly string[],
  by: readonly string[] = SUBJECT,
): string {
  const measured = `"autogen"."${measurementOf(quantity as QuantityId)}"`;
  // What is derived stands beside the readings, of devices that do not measure it.
  const from = derivedOf(quantity) === undefined ? measured : `${measured}, "derived"`;
  const all = [...where, ...(place === undefined ? [] : [`"place" = '${place}'`]), '$timeFilter'];
  return `SELECT ${value} AS "v" FROM ${from} WHERE ${all.join(' AND ')} GROUP BY ${names(by)}`;
}

/** One channel for all: without labels, so that it goes with every subject. */
function channelQuery(channel: string, where: readonly string[]): string {
  const [gateway, device, name] = channel.split('/') as [string, string, string];
  const [quantity, place] = name.split('@') as [string, string | undefined];
  const farm = where.filter((condition) => condition.startsWith('"farm"'));
  const own = [...farm, `"gateway" = '${gateway}'`, `"device" = '${device}'`];
  const input = place === undefined ? { quantity } : { quantity, place };
  return valueQuery('last', input, own, []).replace(/ GROUP BY $/, '');
}
