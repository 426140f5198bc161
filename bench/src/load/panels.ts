/**
 * What somebody who looks at the last month asks: a board's panel of fifty soil channels, as Grafana asks InfluxDB for it,
 * and the console's chart of the same channels, as it asks the cloud.
 */

import { FARM } from '../farm.ts';
import type { LoadFarm } from './load-farm.ts';
import { PAST, PAST_NODES } from './load-farm.ts';
import { DAY_MS } from './times.ts';

/** Points across a wide panel. */
const WIDTH = 1_000;
const CONSOLE_POINTS = 600;

export interface PanelAnswer {
  ms: number;
  series: number;
  points: number;
}

/** A panel of `days` days until `toMs`: which retention policy suits, then the query, as the boards have it (dashboards/grafana). */
export async function boardPanel(influxUrl: string, days: number, toMs: number): Promise<PanelAnswer> {
  const { origin, pathname } = new URL(influxUrl);
  const ask = async (q: string) => {
    const response = await fetch(`${origin}/query?${new URLSearchParams({ db: pathname.slice(1), epoch: 'ms', q })}`);
    const { results } = (await response.json()) as {
      results: [{ series?: { values: unknown[][] }[]; error?: string }];
    };
    if (results[0].error !== undefined) throw new Error(`InfluxDB: ${q}: ${results[0].error}`);
    return results[0].series ?? [];
  };
  const fromMs = toMs - days * DAY_MS;
  const span = toMs - fromMs;
  const began = performance.now();
  const [policy] = await ask(
    `SELECT last("rp") AS "rp" FROM "rollup_policy" WHERE ${span} >= "from_ms" AND ${span} < "to_ms" GROUP BY "level"`,
  );
  const rp = policy?.values[0]?.[1] ?? 'autogen';
  const stepS = Math.ceil(span / WIDTH / 60_000) * 60;
  const series = await ask(
    `SELECT mean("soil.moisture") AS "v" FROM "${rp}"."soil" WHERE "farm" =~ /^(${FARM})$/ AND "field" =~ /^.*$/ AND "device" =~ /^(${deviceNames().join('|')})$/ AND time >= ${fromMs}ms AND time <= ${toMs}ms GROUP BY time(${stepS}s), "device", "place" fill(none)`,
  );
  return answerOf(
    began,
    series.map(({ values }) => values.length),
  );
}

/** The console's chart: one request for all channels. */
export async function consoleChart({ api }: LoadFarm, days: number, toMs: number): Promise<PanelAnswer> {
  const query = new URLSearchParams({
    ...{ from: `${toMs - days * DAY_MS}`, to: `${toMs}`, points: `${CONSOLE_POINTS}` },
  });
  for (const device of deviceNames())
    for (const place of ['d10', 'd30']) query.append('channel', `${PAST}/${device}/soil.moisture@${place}`);
  const began = performance.now();
  const response = await fetch(`${api.url}/farms/${FARM}/history?${query}`, { headers: api.headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`the cloud answered ${response.status}: ${text.slice(0, 300)}`);
  const { series } = JSON.parse(text) as { series: { timeMs: number[] }[] };
  return answerOf(
    began,
    series.map(({ timeMs }) => timeMs.length),
  );
}

const deviceNames = () => Array.from({ length: PAST_NODES }, (_, i) => `${PAST}-n${String(i + 1).padStart(3, '0')}`);

function answerOf(began: number, lengths: readonly number[]): PanelAnswer {
  return { ms: performance.now() - began, series: lengths.length, points: lengths.reduce((a, b) => a + b, 0) };
}
