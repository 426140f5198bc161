/** What is needed of a data frame (@grafana/data DataFrame); so the reading of frames is tried without Grafana. */
export interface FrameColumn {
  name: string;
  values: ArrayLike<unknown>;
  labels?: Record<string, string> | undefined;
}

export interface Frame {
  refId?: string | undefined;
  name?: string | undefined;
  length: number;
  fields: readonly FrameColumn[];
}

/** A column by one of its names, whatever their case. */
export function columnOf({ fields }: Frame, ...names: readonly string[]): FrameColumn | undefined {
  for (const name of names) {
    const found = fields.find((field) => field.name.toLowerCase() === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function numberAt(column: FrameColumn | undefined, row: number): number | undefined {
  const value = column?.values[row];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function textAt(column: FrameColumn | undefined, row: number): string | undefined {
  const value = column?.values[row];
  return value === null || value === undefined || value === '' ? undefined : String(value);
}
