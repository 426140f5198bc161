/** A measured figure: what it is, beside the raw limit of this machine taken in the same run. */

export interface Figure {
  /** Stable name, e.g. `edge.intake`. */
  id: string;
  value: number;
  unit: string;
  /** The raw limit in the same unit, where there is one. */
  limit?: number;
  /** value / limit. */
  ratio?: number;
  /** What was done, in words, for the table. */
  note: string;
}

/** A figure beside its raw limit. */
export function figure(id: string, value: number, unit: string, note: string, limit?: number): Figure {
  const rounded = Number(value.toPrecision(4));
  if (limit === undefined) return { id, value: rounded, unit, note };
  return {
    id,
    value: rounded,
    unit,
    note,
    limit: Number(limit.toPrecision(4)),
    ratio: Number((value / limit).toPrecision(3)),
  };
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/** The figures as lines for people. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((f) => [
    f.id,
    number.format(f.value),
    f.unit,
    f.limit === undefined ? '' : number.format(f.limit),
    f.ratio === undefined ? '' : f.ratio.toFixed(2),
    f.note,
  ]);
  const head = ['figure', 'value', 'unit', 'raw limit', 'ratio', 'what'];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] as string).length)));
  const line = (cells: string[]) =>
    cells
      .map((c, i) => (i === 1 || i === 3 || i === 4 ? c.padStart(widths[i] as number) : c.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

/** The q-quantile of `values` (0 to 1), by the nearest rank; NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
