/** Answers of InfluxDB as CSV (`application/csv`, epoch=ns): `name,tags,time,…` lines, tags escaped as in line protocol. */

export interface CsvRow {
  tags: Map<string, string>;
  timeMs: number;
  /** The time as it stands there, nanoseconds. */
  timeNs: string;
  /** The columns behind the time; empty where there is nothing. */
  cells: string[];
}

/** The rows of all series of an answer; headings are left out. */
export function csvRows(csv: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let tagsText: string | undefined;
  let tags = new Map<string, string>();
  for (const line of csv.split('\n')) {
    const match = /^[^,]*,(?:"((?:[^"]|"")*)"|([^,"]*)),(-?\d+),(.*)$/.exec(line);
    if (match === null) continue;
    const text = match[1]?.replaceAll('""', '"') ?? match[2] ?? '';
    if (text !== tagsText) [tagsText, tags] = [text, tagsOf(text)];
    const timeNs = match[3] as string;
    rows.push({ tags, timeNs, timeMs: Number(timeNs.slice(0, -6)), cells: (match[4] as string).split(',') });
  }
  return rows;
}

/** `device=a\\,b,place=d30` as the line protocol escapes it. */
function tagsOf(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const tag of text.match(/(?:\\.|[^,\\])+/g) ?? []) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(tag) ?? [];
    if (key !== undefined && value !== undefined) tags.set(key, value.replace(/\\(.)/g, '$1'));
  }
  return tags;
}
