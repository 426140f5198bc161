/** Small mistakes in a query, each of which the check must notice: another field, tag, measurement, condition. */
export interface Mutation {
  what: string;
  query: string;
}

export function mutationsOf(query: string): Mutation[] {
  const mutations: Mutation[] = [];
  const add = (what: string, changed: string) => {
    if (changed !== query) mutations.push({ what, query: changed });
  };
  // Names in quotes: fields in functions, measurements and policies behind FROM, tags in conditions and groups.
  for (const [whole, field] of query.matchAll(/\((?:distinct\()?"([^"]+)"(?:, 1s)?\)/g))
    add(`field ${field}`, query.replace(whole, whole.replace(field as string, `${field}x`)));
  for (const [whole, field] of query.matchAll(/(?:SELECT |, )"([^"]+)"(?=,| FROM)/g))
    add(`column ${field}`, query.replace(whole, whole.replace(field as string, `${field}x`)));
  for (const [whole, field] of query.matchAll(/"(\w+)" (?:=|>=) (?:'[^']*'|true|false|-?\d+)/g))
    add(`comparison of ${field}`, query.replace(whole, whole.replace(`"${field}"`, `"${field}x"`)));
  for (const [whole, text] of query.matchAll(/ = '([^']+)'/g))
    add(`comparison with ${text}`, query.replace(whole, ` = '${text}x'`));
  const from = /FROM ("[^"]+"\.)?"([^"]+)"/.exec(query);
  if (from !== null)
    add(`measurement ${from[2]}`, query.replace(from[0], from[0].replace(`"${from[2]}"`, `"${from[2]}x"`)));
  for (const [whole, tag] of query.matchAll(/"(\w+)" =~ /g)) {
    // A tag that nothing has matches All by the empty text; so what is asked for is changed instead.
    add(
      `condition on ${tag}`,
      query.replace(new RegExp(`${whole.replace('~', '~')}/\\^\\$${tag}\\$/`), `"${tag}" =~ /^not-$${tag}-there$/`),
    );
  }
  for (const tag of groupTags(query))
    add(`group by ${tag}`, query.replace(new RegExp(`(GROUP BY .*)"${tag}"`), `$1"${tag}x"`));
  return mutations;
}

function groupTags(query: string): string[] {
  const groups = / GROUP BY (.*?)(?: fill\(none\))?$/.exec(query)?.[1] ?? '';
  return [...groups.matchAll(/"(\w+)"/g)].map((m) => m[1] as string);
}
