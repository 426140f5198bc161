/**
 * `npm run grafana:alerts -- --cloud URL --token-file FILE [--farm ID …]`: writes provisioning/alerting/rules.yaml from the rules
 * of the farms that the token may see, or of those named. Rules that were in the file and are no more, Grafana is told to delete.
 * `--defaults` needs no cloud: it writes what every farm begins with.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ApiRules, FarmDetail, FarmSummary, Rule } from '@karez/model';
import { parseRule } from '@karez/model/schemas';
import { parse, stringify } from 'yaml';
import { type AlertFile, alertFile } from './alerts/alert-file.ts';
import { defaultsFile } from './alerts/defaults-file.ts';

const { values } = parseArgs({
  options: {
    cloud: { type: 'string', default: 'http://127.0.0.1:8080' },
    'token-file': { type: 'string' },
    farm: { type: 'string', multiple: true },
    out: { type: 'string', default: fileURLToPath(new URL('../provisioning/alerting/rules.yaml', import.meta.url)) },
    defaults: { type: 'boolean', default: false },
  },
});
const HEAD = '# Mirrors of the rules of farms, written by `npm run grafana:alerts`: not to be edited.\n';

if (values.defaults) writeFileSync(values.out, defaultsFile());
else {
  const file = alertFile(await farmsOf(), uidsBefore());
  writeFileSync(values.out, HEAD + stringify(file, { lineWidth: 0 }));
  for (const { name, rules } of file.groups) console.log(`${name}: ${rules.length} rules`);
}
console.log(values.out);

async function farmsOf(): Promise<{ farm: FarmDetail; rules: Rule[] }[]> {
  if (values['token-file'] === undefined)
    throw new Error('--token-file: the file of an API token with the right "view"');
  const token = readFileSync(values['token-file'], 'utf8').trim();
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${values.cloud}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${values.cloud}/api/v1${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const ids = values.farm ?? (await get<FarmSummary[]>('/farms')).map(({ id }) => id);
  return await Promise.all(
    ids.map(async (id) => {
      const [farm, { rules }] = await Promise.all([
        get<FarmDetail>(`/farms/${id}`),
        get<ApiRules>(`/farms/${id}/rules`),
      ]);
      return { farm, rules: rules.map(({ rule }) => parseRule(rule, `rule ${rule.id} of ${id}`)) };
    }),
  );
}

function uidsBefore(): string[] {
  if (!existsSync(values.out)) return [];
  const before = parse(readFileSync(values.out, 'utf8')) as Partial<AlertFile> | null;
  return [
    ...(before?.groups ?? []).flatMap(({ rules }) => rules.map(({ uid }) => uid)),
    ...(before?.deleteRules ?? []).map(({ uid }) => uid),
  ];
}
