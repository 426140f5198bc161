/** How many readings of gateways an InfluxDB holds: a point has its value, or, where the sensor is absent, a field that ends in .absent. */

/** What the cloud writes beside the readings. */
const NOTES = ['gateway', 'flow', 'derived', 'rollup_policy', 'alert'];

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
    if (NOTES.includes(name)) continue;
    for (const [field] of fields) {
      // Quantities have a dot in their names; what the cloud notes of a device beside its readings has none.
      if (!String(field).includes('.') || String(field).endsWith('.q')) continue;
      const [series] = await ask(`SELECT count("${field}") FROM autogen."${name}" WHERE ${where}`);
      count += Number(series?.values[0]?.[1] ?? 0);
    }
  }
  return count;
}
