/** Asks InfluxDB as Grafana's data source does. */

export interface Series {
  name: string;
  tags: Record<string, string>;
  columns: string[];
  values: (string | number | boolean | null)[][];
}

/** @throws Error with InfluxDB's own words. */
export async function askInflux(url: string, query: string): Promise<Series[]> {
  const { origin, pathname } = new URL(url);
  const response = await fetch(`${origin}/query?db=${pathname.slice(1)}&epoch=ms&q=${encodeURIComponent(query)}`);
  const answer = (await response.json()) as {
    error?: string;
    results?: { error?: string; series?: Partial<Series>[] }[];
  };
  const error = answer.error ?? answer.results?.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw new Error(`${error}\n  ${query}`);
  return (answer.results ?? []).flatMap(({ series = [] }) =>
    series.map(({ name = '', tags = {}, columns = [], values = [] }) => ({ name, tags, columns, values })),
  );
}

/** The values of a variable's query: the second column, as Grafana takes it. */
export async function variableValues(url: string, query: string): Promise<string[]> {
  const series = await askInflux(url, query);
  return [...new Set(series.flatMap(({ values }) => values.map((row) => String(row[1] ?? row[0]))))].sort();
}
