/** A query to InfluxDB (InfluxQL) as Grafana's data source takes it; the Foundation SDK has no builder for it. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** Grafana replaces this by the data source that the reader chose. */
export const DATASOURCE = { type: 'influxdb', uid: '$datasource' } as const;

export type ResultFormat = 'time_series' | 'table';

export interface InfluxTarget {
  refId: string;
  datasource: typeof DATASOURCE;
  rawQuery: true;
  query: string;
  resultFormat: ResultFormat;
  /** Name of each series, e.g. `$tag_device $tag_place`. */
  alias?: string;
  _implementsDataqueryVariant(): void;
}

export interface InfluxQuery {
  refId?: string;
  query: string;
  format?: ResultFormat;
  alias?: string;
}

/** A builder for the SDK's `withTarget`. */
export function influxTarget({ refId = 'A', query, format = 'time_series', alias }: InfluxQuery): Builder<Dataquery> {
  const target: InfluxTarget = {
    ...{ refId, datasource: DATASOURCE, rawQuery: true, query, resultFormat: format },
    ...(alias === undefined ? {} : { alias }),
    _implementsDataqueryVariant() {},
  };
  return { build: () => target as unknown as Dataquery };
}
