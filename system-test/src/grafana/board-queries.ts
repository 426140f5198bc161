/** Every query of a generated board with what its panel makes of the answer. */
import { boardFiles } from '@karez/grafana';

export interface BoardQuery {
  board: string;
  panel: string;
  type: string;
  unit: string;
  refId: string;
  query: string;
  format: 'time_series' | 'table';
  alias: string | undefined;
  /** Points that the panel asks for, where it says so. */
  maxDataPoints: number | undefined;
}

export interface BoardVariable {
  name: string;
  query: string;
  allValue: string | undefined;
}

export interface ReadBoard {
  uid: string;
  variables: BoardVariable[];
  queries: BoardQuery[];
}

interface Json {
  uid: string;
  templating: { list: { name: string; type: string; query: unknown; allValue?: string }[] };
  panels: {
    title: string;
    type: string;
    maxDataPoints?: number;
    fieldConfig: { defaults: { unit?: string } };
    targets: { refId: string; query: string; resultFormat: 'time_series' | 'table'; alias?: string }[];
  }[];
}

/** Reads the boards from the text that Grafana would be given. */
export function readBoards(): ReadBoard[] {
  return boardFiles().map(([, text]) => {
    const board = JSON.parse(text) as Json;
    return {
      uid: board.uid,
      variables: board.templating.list
        .filter(({ type }) => type === 'query')
        .map(({ name, query, allValue }) => ({ name, query: String(query), allValue })),
      queries: board.panels.flatMap(({ title, type, fieldConfig, targets, maxDataPoints }) =>
        targets.map(({ refId, query, resultFormat, alias }) => ({
          ...{ board: board.uid, panel: title, type, unit: fieldConfig.defaults.unit ?? '', refId, query },
          ...{ format: resultFormat, alias, maxDataPoints },
        })),
      ),
    };
  });
}
