/**
 * Rules of grafana/dashboard-linter that apply here: a data source variable, titles and descriptions, units, no empty
 * target, not editable, variables that reload with the time range, ids and places that do not collide.
 */
interface Board {
  uid?: string;
  editable?: boolean;
  templating: { list: { name: string; type: string; query?: unknown; refresh?: number; label?: string }[] };
  panels: {
    id?: number;
    title?: string;
    description?: string;
    datasource?: { uid?: string };
    gridPos?: { x: number; y: number; w: number; h: number };
    fieldConfig?: { defaults?: { unit?: string } };
    targets?: { query?: string; datasource?: { uid?: string } }[];
  }[];
}

const ON_TIME_RANGE = 2;
const SOURCE = '$datasource';

/** What is wrong, in words. */
export function lintBoard(board: Board): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, otherwise: string) => {
    if (!holds) wrong.push(otherwise);
  };
  must(/^karez-[a-z]+$/.test(board.uid ?? ''), 'the uid is to be karez-…');
  must(board.editable === false, 'a board is not to be edited in place');
  const { list } = board.templating;
  must(list[0]?.type === 'datasource' && list[0].query === 'influxdb', 'the first variable is to be the data source');
  for (const { name, type, refresh, label } of list) {
    must((label ?? '') !== '', `the variable ${name} needs a label`);
    if (type === 'query') must(refresh === ON_TIME_RANGE, `the variable ${name} is to reload with the time range`);
  }
  must(board.panels.length > 0, 'there are no panels');
  const ids = board.panels.map(({ id }) => id);
  must(new Set(ids).size === ids.length && !ids.includes(undefined), 'panel ids are to be given, each once');
  board.panels.forEach((panel, i) => {
    const name = panel.title ?? `panel ${i}`;
    must((panel.title ?? '') !== '', `panel ${i} needs a title`);
    must((panel.description ?? '').length > 10, `${name} needs a description`);
    must((panel.fieldConfig?.defaults?.unit ?? '') !== '', `${name} needs a unit`);
    must(panel.datasource?.uid === SOURCE, `${name} is to ask the chosen data source`);
    must((panel.targets ?? []).length > 0, `${name} asks nothing`);
    for (const target of panel.targets ?? []) {
      must((target.query ?? '').trim() !== '', `${name} has an empty target`);
      must(target.datasource?.uid === SOURCE, `${name} has a target that asks another data source`);
    }
    for (const other of board.panels.slice(0, i))
      must(!overlap(panel.gridPos, other.gridPos), `${name} lies over ${other.title}`);
  });
  return wrong;
}

type Place = Board['panels'][number]['gridPos'];

function overlap(a: Place, b: Place): boolean {
  if (a === undefined || b === undefined) return true;
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
