/**
 * What Grafana does to a query before it sends it to InfluxDB (grafana.com/docs, "Global variables" and "Add variables",
 * InfluxDB data source): variables in their order, a regular expression for several values, time filter and interval.
 */

export interface Range {
  fromMs: number;
  toMs: number;
}

/** A variable's chosen values; the text of All where everything is chosen. */
export type Chosen = { all: string } | { values: readonly string[] };

/** Points that a panel of usual width asks for. */
const MAX_DATA_POINTS = 1_000;
const MIN_INTERVAL_MS = 1_000;
/** As Grafana rounds intervals (packages/grafana-data, rangeutil). */
const STEPS_MS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map((s) => s * 1_000);

export function intervalMs({ fromMs, toMs }: Range, maxDataPoints = MAX_DATA_POINTS): number {
  const wanted = Math.max(MIN_INTERVAL_MS, (toMs - fromMs) / maxDataPoints);
  return STEPS_MS.find((ms) => ms >= wanted) ?? (STEPS_MS.at(-1) as number);
}

/** @throws Error where a `$` is left that nothing stands for. */
export function expand(
  query: string,
  range: Range,
  chosen: ReadonlyMap<string, Chosen>,
  maxDataPoints?: number,
): string {
  const step = intervalMs(range, maxDataPoints);
  const known: Record<string, string> = {
    timeFilter: `time >= ${range.fromMs}ms and time <= ${range.toMs}ms`,
    __interval_ms: String(step),
    __interval: `${step / 1_000}s`,
    __from: String(range.fromMs),
    __to: String(range.toMs),
  };
  const text = query.replace(/\$(\w+)|\$\{(\w+)\}/g, (whole, bare: string | undefined, braced: string | undefined) => {
    const name = (bare ?? braced) as string;
    if (Object.hasOwn(known, name)) return known[name] as string;
    const value = chosen.get(name);
    return value === undefined ? whole : textOf(value);
  });
  const left = /\$[\w{]+/.exec(text);
  if (left !== null) throw new Error(`nothing stands for ${left[0]} in: ${query}`);
  return text;
}

function textOf(chosen: Chosen): string {
  if ('all' in chosen) return chosen.all;
  const escaped = chosen.values.map((value) => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&'));
  return escaped.length === 1 ? (escaped[0] as string) : `(${escaped.join('|')})`;
}
