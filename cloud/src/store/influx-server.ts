/**
 * What the server at an address can do, beside taking line protocol. VictoriaMetrics answers every InfluxQL question with success
 * and the same list of databases, so that policies seem to be made and histories seem to be empty: whoever does not
 * answer the question for its retention policies with retention policies is written to and asked nothing.
 */
import { messageOf } from '@karez/model';
import type { InfluxHttp } from './influx-http.ts';

export interface InfluxServer {
  /** Whether it answers InfluxQL. */
  answers: boolean;
  /** Retention policies of the database. */
  policies: ReadonlySet<string>;
}

/** @throws KarezError STORE_UNAVAILABLE where it does not say. */
export async function serverAt(http: InfluxHttp, database: string): Promise<InfluxServer> {
  const asked = http.series(`SHOW RETENTION POLICIES ON "${database}"`).catch((error) => {
    if (/database not found/i.test(messageOf(error))) return [];
    throw error;
  });
  const [series] = (await asked) ?? [];
  return {
    answers: series === undefined || series.columns.includes('duration'),
    policies: new Set(series?.values.map(([name]) => String(name))),
  };
}
