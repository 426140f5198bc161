/** What the shown time held, in numbers: for those who want them, and for those who cannot see the chart. */
import type { Aggregate } from '@karez/model/quantities';
import type { GroupChannel } from '../../judge/groups.ts';
import { showNumber, showValue, unitOf } from '../../show/number.ts';
import { spanOf } from '../../show/time.ts';
import { useWords } from '../words-context.tsx';
import { account, type Line } from './chart-data.ts';
import type { Range } from './range.ts';

interface ChartSummaryProps {
  shown: readonly GroupChannel[];
  colour: ReadonlyMap<string, number>;
  lines: readonly Line[];
  range: Range;
  aggregate: Aggregate;
  gaps: number;
}

type Column = 'lowest' | 'mean' | 'total' | 'highest' | 'readings';
/** What can be said of readings that become one in this way: directions have no lowest, amounts no mean. */
const COLUMNS: Record<Aggregate, Column[]> = {
  mean: ['lowest', 'mean', 'highest', 'readings'],
  sum: ['total', 'highest', 'readings'],
  last: ['lowest', 'highest', 'readings'],
  circular: ['readings'],
};

export function ChartSummary({ shown, colour, lines, range, aggregate, gaps }: ChartSummaryProps) {
  const { say, locale } = useWords();
  if (lines.length === 0) return null;
  const stepMs = Math.max(...lines.map((l) => l.series.stepMs));
  const span = spanOf(stepMs);
  const how =
    stepMs === 0
      ? say('chart.raw')
      : say(aggregate === 'circular' ? 'chart.points' : 'chart.band', {
          middle: say(`chart.middle.${aggregate}`),
          span: say(`span.${span.unit}`, { n: span.count }),
        });
  const columns = COLUMNS[aggregate];
  const rows = shown.flatMap((channel, i) => {
    const line = lines[i];
    if (line === undefined) return [];
    const found = account(line.series, range.fromMs, range.toMs);
    const show = (value: number | null) => (value === null ? '–' : withUnit(channel, value));
    const figures = columns.map((column) =>
      column === 'readings'
        ? showNumber(found.n, 0, locale)
        : show({ lowest: found.lo, highest: found.hi, mean: found.mean, total: found.sum }[column]),
    );
    return [{ channel, figures }];
  });
  const only = rows.length === 1 ? rows[0] : undefined;
  return (
    <div className="chart-summary">
      {only === undefined ? (
        <table>
          <thead>
            <tr>
              <th scope="col">{say('gateway.device')}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {say(`chart.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ channel, figures }) => (
              <tr key={channel.id}>
                <th scope="row">
                  <span className={`swatch-small line-${(colour.get(channel.id) ?? 0) + 1}`} aria-hidden="true" />
                  {channel.device.title}
                </th>
                {columns.map((column, i) => (
                  <td key={column}>{figures[i]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <dl className="figures">
          {columns.map((column, i) => (
            <div key={column}>
              <dt>{say(`chart.${column}`)}</dt>
              <dd>{only.figures[i]}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className="quiet">
        {how} {gaps === 0 ? null : say('chart.gaps', { n: gaps })}
      </p>
    </div>
  );

  function withUnit({ quantity, decimals }: GroupChannel, value: number): string {
    const unit = lines.length > 1 ? '' : unitOf(quantity);
    return `${showValue(quantity, value, decimals, locale)}${unit === '' ? '' : ` ${unit}`}`;
  }
}
