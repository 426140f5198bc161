/**
 * The farm's rules as Grafana's alert rules, for those who alert from Grafana: a provisioning file of the form that Grafana's
 * documentation gives ("Use configuration files to provision alerting resources") and its server reads
 * (pkg/services/provisioning/alerting/rules_types.go). README says where a mirror differs from the rule.
 */
import { createHash } from 'node:crypto';
import { type FarmDetail, quantityOf, type Rule } from '@karez/model';
import { activeTimes, type TimeInterval } from './active-times.ts';
import { type AlertQuestion, questionOf } from './alert-query.ts';
import { whereOf } from './subjects.ts';

export const FOLDER = 'Karez';
export const RECEIVER = 'karez';
const DATASOURCE_UID = 'karez';
const EXPRESSION = '__expr__';

export interface AlertData {
  refId: string;
  datasourceUid: string;
  relativeTimeRange: { from: number; to: number };
  model: Record<string, unknown>;
}

export interface GrafanaRule {
  uid: string;
  title: string;
  condition: string;
  data: AlertData[];
  noDataState: 'NoData' | 'Alerting' | 'OK';
  execErrState: 'Error';
  for: string;
  keepFiringFor?: string;
  annotations: Record<string, string>;
  labels: Record<string, string>;
  notification_settings?: { receiver: string; active_time_intervals: string[] };
}

export interface AlertFile {
  apiVersion: 1;
  groups: { orgId: 1; name: string; folder: string; interval: string; rules: GrafanaRule[] }[];
  muteTimes?: { orgId: 1; name: string; time_intervals: TimeInterval[] }[];
  deleteRules?: { orgId: 1; uid: string }[];
}

/** @param before uids of the file that this one replaces: those that are gone are deleted. */
export function alertFile(
  farms: readonly { farm: FarmDetail; rules: readonly Rule[] }[],
  before: readonly string[] = [],
): AlertFile {
  const muteTimes: NonNullable<AlertFile['muteTimes']> = [];
  const groups = farms.map(({ farm, rules }) => {
    const titles = new Map<string, number>();
    for (const { title } of rules) titles.set(title.en, (titles.get(title.en) ?? 0) + 1);
    const mirrored = rules.flatMap((rule) => {
      const where = rule.enabled ? whereOf(rule, farm) : undefined;
      if (where === undefined) return [];
      const name = `karez-${farm.id}-${rule.id}`;
      if (rule.when !== undefined)
        muteTimes.push({ orgId: 1, name, time_intervals: activeTimes(rule.when, farm.timeZone) });
      const isTwice = (titles.get(rule.title.en) ?? 0) > 1;
      return [grafanaRule(rule, farm.id, where, isTwice, rule.when === undefined ? undefined : name)];
    });
    return { orgId: 1 as const, name: `karez-${farm.id}`, folder: FOLDER, interval: '1m', rules: mirrored };
  });
  const uids = new Set(groups.flatMap(({ rules }) => rules.map(({ uid }) => uid)));
  const gone = before.filter((uid) => !uids.has(uid)).map((uid) => ({ orgId: 1 as const, uid }));
  return {
    apiVersion: 1,
    groups: groups.filter(({ rules }) => rules.length > 0),
    ...(muteTimes.length === 0 ? {} : { muteTimes }),
    ...(gone.length === 0 ? {} : { deleteRules: gone }),
  };
}

function grafanaRule(
  rule: Rule,
  farm: string,
  where: readonly string[],
  isTwice: boolean,
  active?: string,
): GrafanaRule {
  const { condition, id, title, severity } = rule;
  const question = questionOf(rule, where);
  const forS =
    condition.type === 'gateway-silent'
      ? condition.forS
      : condition.type === 'silent'
        ? (condition.leastS ?? 0)
        : 'forS' in condition
          ? (condition.forS ?? 0)
          : 0;
  const recoverForS = 'recoverForS' in condition ? (condition.recoverForS ?? 0) : 0;
  return {
    uid: uidOf(farm, id),
    title: `${title.en} (${farm}${isTwice ? `, ${id}` : ''})`,
    condition: 'C',
    data: dataOf(question),
    // Who is silent has a rule of its own; but where nothing is noted any more, the cloud itself is silent.
    noDataState: condition.type === 'gateway-silent' ? 'Alerting' : 'OK',
    execErrState: 'Error',
    for: `${forS}s`,
    ...(recoverForS === 0 ? {} : { keepFiringFor: `${recoverForS}s` }),
    annotations: { summary: wordsOf(rule, rule.message.en), summary_zh: wordsOf(rule, rule.message.zh) },
    labels: { severity, karez_farm: farm, karez_rule: id },
    ...(active === undefined ? {} : { notification_settings: { receiver: RECEIVER, active_time_intervals: [active] } }),
  };
}

/** Grafana's limit is 40 characters; farm and rule may be longer, so a hash of both names it. */
function uidOf(farm: string, rule: string): string {
  return `karez-${createHash('sha256').update(`${farm}/${rule}`).digest('hex').slice(0, 16)}`;
}

function dataOf({ queries, windowS, math, compare }: AlertQuestion): AlertData[] {
  const expression = (refId: string, model: Record<string, unknown>): AlertData => ({
    ...{ refId, datasourceUid: EXPRESSION, relativeTimeRange: { from: 0, to: 0 } },
    model: { refId, datasource: { type: EXPRESSION, uid: EXPRESSION }, ...model },
  });
  const asked = queries.map(({ refId, query }) => ({
    ...{ refId, datasourceUid: DATASOURCE_UID, relativeTimeRange: { from: windowS, to: 0 } },
    model: {
      ...{ refId, rawQuery: true, query, resultFormat: 'time_series' },
      datasource: { type: 'influxdb', uid: DATASOURCE_UID },
    },
  }));
  const reduced = queries.map(({ refId }) =>
    expression(`R${refId}`, { type: 'reduce', expression: refId, reducer: 'last', settings: { mode: 'dropNN' } }),
  );
  const isMath = math !== undefined;
  const computed = isMath ? [expression('M', { type: 'math', expression: math.replace(/\$(\w)/g, '$R$1') })] : [];
  const evaluator = { type: compare.type, params: [compare.value] };
  const { recover } = compare;
  return [
    ...[...asked, ...reduced, ...computed],
    expression('C', {
      ...{ type: 'threshold', expression: isMath ? 'M' : 'RA' },
      conditions: [
        {
          ...{ type: 'query', evaluator },
          ...(recover === undefined ? {} : { unloadEvaluator: { type: recover.type, params: [recover.value] } }),
        },
      ],
    }),
  ];
}

/** The rule's own words, with Grafana's templates where it has its placeholders. */
function wordsOf({ condition }: Rule, message: string): string {
  const isMath = condition.type === 'difference';
  const unit = 'input' in condition ? (quantityOf(condition.input.quantity)?.label ?? '') : 's';
  const limit = 'value' in condition ? condition.value : condition.type === 'gateway-silent' ? condition.forS : '';
  const words: Record<string, string> = {
    value: `{{ printf "%.2f" $values.${isMath ? 'M' : 'RA'}.Value }}`,
    unit: condition.type === 'rate' ? `${unit}/h` : unit,
    limit: String(limit),
    device:
      condition.type === 'gateway-silent' ? '{{ $labels.gateway }}' : '{{ $labels.gateway }}/{{ $labels.device }}',
    field: '{{ $labels.field }}',
    channel: '{{ $labels.device }} {{ $labels.place }}',
  };
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
}
