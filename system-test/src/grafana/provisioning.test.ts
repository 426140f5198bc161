/**
 * Provisioning files by the keys that Grafana's server reads (pkg/services/provisioning of grafana/grafana: alerting/rules_types.go,
 * contact_point_types.go, notification_policy_types.go, mute_times_types.go, datasources and dashboards), and the shipped mirrors as they are generated.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { activeTimes, alertFile, defaultsFile } from '@karez/grafana';
import Type, { type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { MIRRORED } from './alert-mirrors.ts';

const folder = new URL('../../../dashboards/grafana/provisioning/', import.meta.url);
const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });
const maybe = Type.Optional;
const duration = Type.String({ pattern: '^[0-9]+(ms|s|m|h|d|w)$' });
const texts = Type.Record(Type.String(), Type.String());
const org = maybe(Type.Integer({ minimum: 1 }));
const Query = Type.Object(
  {
    ...{ refId: text, queryType: maybe(text), datasourceUid: text, model: Type.Record(Type.String(), Type.Unknown()) },
    relativeTimeRange: Type.Object({ from: Type.Integer({ minimum: 0 }), to: Type.Integer({ minimum: 0 }) }, closed),
  },
  closed,
);
const AlertRule = Type.Object(
  {
    ...{ uid: Type.String({ pattern: '^[a-zA-Z0-9_-]{1,40}$' }), title: Type.String({ minLength: 1, maxLength: 190 }) },
    ...{
      condition: text,
      data: Type.Array(Query, { minItems: 1 }),
      dashboardUid: maybe(text),
      panelId: maybe(Type.Integer()),
    },
    noDataState: Type.Enum(['NoData', 'Alerting', 'OK', 'KeepLast']),
    execErrState: Type.Enum(['Error', 'Alerting', 'OK', 'KeepLast']),
    ...{
      for: duration,
      keepFiringFor: maybe(duration),
      annotations: texts,
      labels: texts,
      isPaused: maybe(Type.Boolean()),
    },
    notification_settings: maybe(
      Type.Object({ receiver: text, active_time_intervals: maybe(Type.Array(text)) }, closed),
    ),
  },
  closed,
);
const Receiver = Type.Object({ uid: text, type: text, settings: Type.Record(Type.String(), Type.Unknown()) }, closed);
const route = {
  ...{ receiver: text, group_by: maybe(Type.Array(text)), object_matchers: maybe(Type.Array(Type.Array(text))) },
  ...{ group_wait: maybe(duration), group_interval: maybe(duration), repeat_interval: maybe(duration) },
};
const Interval = Type.Object(
  {
    times: maybe(Type.Array(Type.Object({ start_time: text, end_time: text }, closed))),
    ...{ months: maybe(Type.Array(text)), days_of_month: maybe(Type.Array(text)), location: maybe(text) },
  },
  closed,
);
const Alerting = Type.Object(
  {
    apiVersion: Type.Literal(1),
    groups: maybe(
      Type.Array(
        Type.Object({ orgId: org, name: text, folder: text, interval: duration, rules: Type.Array(AlertRule) }, closed),
      ),
    ),
    contactPoints: maybe(Type.Array(Type.Object({ orgId: org, name: text, receivers: Type.Array(Receiver) }, closed))),
    policies: maybe(
      Type.Array(Type.Object({ orgId: org, ...route, routes: maybe(Type.Array(Type.Object(route, closed))) }, closed)),
    ),
    muteTimes: maybe(Type.Array(Type.Object({ orgId: org, name: text, time_intervals: Type.Array(Interval) }, closed))),
    deleteRules: maybe(Type.Array(Type.Object({ orgId: org, uid: text }, closed))),
  },
  closed,
);
const wrongIn = (schema: TSchema, value: unknown) => [...Value.Errors(schema, value)].map((e) => JSON.stringify(e));
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

test.each(readdirSync(new URL('alerting/', folder)))('alerting/%s has only keys that Grafana reads', (name) => {
  expect(wrongIn(Alerting, parse(read(`alerting/${name}`)))).toEqual([]);
});

const farm = { id: 'f', title: 'F', timeZone: 'Asia/Urumqi', fields: [], devices: [], gateways: [] };
const unscoped = MIRRORED.filter(({ scope }) => Object.keys(scope).length === 0);

test('mirrors of every kind of condition do, and a wrong key is noticed', () => {
  const file = alertFile([{ farm, rules: unscoped }], ['karez-old']);
  expect(wrongIn(Alerting, file)).toEqual([]);
  expect(file.groups[0]?.rules).toHaveLength(unscoped.length);
  expect(file.deleteRules).toEqual([{ orgId: 1, uid: 'karez-old' }]);
  expect(file.muteTimes?.[0]?.name).toBe('karez-f-at-night');
  expect(wrongIn(Alerting, { ...file, group: [] })).not.toEqual([]);
  const uids = file.groups.flatMap(({ rules }) => rules.map(({ uid }) => uid));
  expect(new Set(uids).size).toBe(uids.length);
});

test('a rule that watches nothing, or is switched off, has no mirror', () => {
  const off = MIRRORED.map((rule) => ({ ...rule, enabled: false }));
  expect(alertFile([{ farm, rules: off }]).groups).toEqual([]);
  expect(
    alertFile([{ farm, rules: [{ ...(MIRRORED[0] as (typeof MIRRORED)[number]), scope: { fields: ['no'] } }] }]).groups,
  ).toEqual([]);
});

test('the shipped mirrors are what is generated, and nobody is let in by a known password', () => {
  expect(read('alerting/rules.yaml')).toBe(defaultsFile());
  expect(readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')).not.toMatch(
    /admin:admin|ANONYMOUS_ENABLED: "true"/,
  );
});

test.each([
  [
    { hours: { from: '08:00', to: '18:00' } },
    [{ times: [{ start_time: '08:00', end_time: '18:00' }], location: 'UTC' }],
  ],
  [
    { hours: { from: '20:00', to: '06:00' } },
    [
      {
        times: [
          { start_time: '20:00', end_time: '24:00' },
          { start_time: '00:00', end_time: '06:00' },
        ],
        location: 'UTC',
      },
    ],
  ],
  [
    { season: { from: '11-15', to: '02-10' } },
    [
      { months: ['11'], days_of_month: ['15:-1'], location: 'UTC' },
      { months: ['12', '1'], location: 'UTC' },
      { months: ['2'], days_of_month: ['1:10'], location: 'UTC' },
    ],
  ],
  [{ season: { from: '04-05', to: '04-20' } }, [{ months: ['4'], days_of_month: ['5:20'], location: 'UTC' }]],
])('hours and seasons %o', (when, intervals) => {
  expect(activeTimes(when, null)).toEqual(intervals);
});
