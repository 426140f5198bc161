/** How many readings of gateways an InfluxDB holds: a point has its value, or, where the sensor is absent, a field that ends in .absent. */

import { holdsReadings } from '@karez/cloud';

/** Counts them field by field, `url` as the cloud's --store has it. */
export async function countPoints(url: string, gateways: readonly string[]): Promise<number> {
  const { origin, pathname } = new URL(url);
  const ask = async (q: string) => {
    const response = await fetch(`${origin}/query?${new URLSearchParams({ db: pathname.slice(1), q })}`);
    const { results } = (await response.json()) as {
      results: [{ series?: { name: string; values: (string | number)[][] }[]; error?: string }];
    };
    if (results[0].error !== undefined) throw new Error(`InfluxDB: ${q}: ${results[0].error}`);
    return results[0].series ?? [];
  };
  const where = gateways.map((gateway) => `gateway = '${gateway}'`).join(' OR ');
  let count = 0;
  for (const { name, values: fields } of await ask('SHOW FIELD KEYS')) {
    for (const [field] of fields) {
      if (!holdsReadings(name, String(field))) continue;
      const [series] = await ask(`SELECT count("${field}") FROM autogen."${name}" WHERE ${where}`);
      count += Number(series?.values[0]?.[1] ?? 0);
    }
  }
  return count;
}
