/** Mirrors of rules against InfluxDB: each query answered, and every small mistake in it noticed. */
import { alertFile } from '@karez/grafana';
import type { FarmDetail, QuantityId, Rule } from '@karez/model';
import { quantityOf } from '@karez/model';
import { askInflux } from './ask-influx.ts';
import { expand } from './expand.ts';
import { mutationsOf } from './mutations.ts';

const rule = (id: string, condition: object, more: Partial<Rule> = {}): Rule => ({
  ...{ id, enabled: true, scope: {}, severity: 'warning', tell: [], title: { en: id, zh: id } },
  ...{ message: { en: '{device} {value} {unit}', zh: '{value}' }, condition: condition as Rule['condition'], ...more },
});
const unit = (quantity: QuantityId) => ({ input: { quantity }, unit: quantityOf(quantity)?.unit });
const moisture = unit('soil.moisture');

/** One of each kind of condition and scope, about what the filled InfluxDB has. */
export const MIRRORED: readonly Rule[] = [
  rule('always', { type: 'below', ...moisture, value: 99, recover: 99.5 }),
  rule('frost', { type: 'below', ...unit('air.temperature'), value: 2, recover: 3, forS: 300, recoverForS: 600 }),
  rule('dew', { type: 'above', ...unit('air.dew-point'), value: 10, recover: 9 }),
  rule('falling', { type: 'rate', ...moisture, unit: '%/h', direction: 'falling', value: 5, recover: 4, overMin: 30 }),
  rule('stuck', { type: 'stuck', ...moisture, tolerance: 0, forMin: 60 }),
  rule('drier-below', {
    ...{ type: 'difference', input: { quantity: 'soil.moisture', place: 'd10' }, unit: '%', is: 'above' },
    ...{ minus: { channel: 'gw-1/soil-2/soil.moisture@d20' }, absolute: true, value: 3, recover: 2 },
  }),
  rule('device-silent', { type: 'silent', intervals: 5, leastS: 300 }),
  rule('gateway-silent', { type: 'gateway-silent', forS: 180 }),
  rule('of-a-field', { type: 'above', ...moisture, value: 50, recover: 45 }, { scope: { fields: ['north'] } }),
  rule('of-a-crop', { type: 'above', ...moisture, value: 50, recover: 45 }, { scope: { crops: ['cotton'] } }),
  rule(
    'of-a-channel',
    { type: 'above', ...moisture, value: 50, recover: 45 },
    { scope: { channels: ['gw-1/soil-1/soil.moisture@d10'] } },
  ),
  rule(
    'at-night',
    { type: 'below', ...moisture, value: 5, recover: 6 },
    { when: { hours: { from: '20:00', to: '06:00' } } },
  ),
];

export interface Mirrored {
  asked: number;
  problems: string[];
  mistakes: number;
  noticed: number;
  /** `gateway/device@place` for which the mirror of the first rule would fire. */
  firing: string[];
}

export async function checkMirrors(url: string, farm: FarmDetail, nowMs: number): Promise<Mirrored> {
  const found: Mirrored = { asked: 0, problems: [], mistakes: 0, noticed: 0, firing: [] };
  const file = alertFile([{ farm, rules: MIRRORED }]);
  for (const one of file.groups.flatMap(({ rules }) => rules)) {
    for (const { datasourceUid, relativeTimeRange, model } of one.data) {
      if (datasourceUid === '__expr__') continue;
      const range = { fromMs: nowMs - relativeTimeRange.from * 1_000, toMs: nowMs };
      const ask = async (query: string) => {
        found.asked++;
        const series = await askInflux(url, expand(query, range, new Map()));
        return series.filter(({ values }) => values.some((row) => typeof row[1] === 'number'));
      };
      const query = String(model.query);
      const series = await ask(query).catch((error: Error) => error);
      if (series instanceof Error || series.length === 0) {
        found.problems.push(`${one.title}: ${series instanceof Error ? series.message : `no rows: ${query}`}`);
        continue;
      }
      const labels = JSON.stringify(series.map(({ tags }) => tags));
      if (new Set(series.map(({ tags }) => JSON.stringify(tags))).size < series.length)
        found.problems.push(`${one.title}: two series have the same labels`);
      if (one.labels.karez_rule === 'always')
        found.firing = series
          .filter(({ values }) => Number(values.at(-1)?.[1]) < 99)
          .map(({ tags }) => `${tags.gateway}/${tags.device}@${tags.place}`);
      for (const { what, query: wrong } of mutationsOf(query)) {
        found.mistakes++;
        const answer = await ask(wrong).catch(() => []);
        if (JSON.stringify(answer.map(({ tags }) => tags)) !== labels) found.noticed++;
        else found.problems.push(`${one.title}: ${what} goes unnoticed: ${wrong}`);
      }
    }
  }
  return found;
}
