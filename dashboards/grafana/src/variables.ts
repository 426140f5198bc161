/** The variables of every board, in the order in which each needs those before it. */
import {
  ConstantVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './influx-target.ts';

/** All is a condition that every series fulfils, also one without the tag. */
const ALL = '.*';

/** Which retention policy suits the range: a table that the cloud keeps in InfluxDB, looked up by length. */
export const POLICY_QUERY =
  'SELECT last("rp") AS "rp" FROM "rollup_policy" WHERE $__to - $__from >= "from_ms" AND $__to - $__from < "to_ms" GROUP BY "level"';

const DEFINITIONS = {
  farm: { label: 'Farm', query: 'SHOW TAG VALUES WITH KEY = "farm"' },
  field: { label: 'Field', query: 'SHOW TAG VALUES WITH KEY = "field" WHERE "farm" =~ /^$farm$/' },
  device: {
    label: 'Device',
    query: 'SHOW TAG VALUES WITH KEY = "device" WHERE "farm" =~ /^$farm$/ AND "field" =~ /^$field$/',
  },
  place: {
    label: 'Depth',
    query: 'SHOW TAG VALUES FROM "soil" WITH KEY = "place" WHERE "farm" =~ /^$farm$/ AND "field" =~ /^$field$/',
  },
} as const;
export type VariableName = keyof typeof DEFINITIONS;

export function datasourceVariable() {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('influxdb');
}

/** Where links to the console lead; one value, so nothing is shown to choose. */
export function consoleVariable(url: string) {
  return new ConstantVariableBuilder('console').label('Console').description('Address of the console.').value(url);
}

export function policyVariable() {
  return new QueryVariableBuilder('rp')
    .label('Retention policy')
    .description('Follows from the length of the range: single readings for hours, sums for days and months.')
    .hide(VariableHide.HideVariable)
    .datasource(DATASOURCE)
    .query(POLICY_QUERY)
    .refresh(VariableRefresh.OnTimeRangeChanged);
}

export function scopeVariable(name: VariableName) {
  const { label, query } = DEFINITIONS[name];
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(ALL);
}
