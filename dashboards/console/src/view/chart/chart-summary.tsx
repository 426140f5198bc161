/** What the shown time held, in numbers: for those who want them, and for those who cannot see the chart. */
import type { Aggregate } from '@karez/model/quantities';
import type { GroupChannel } from '../../judge/groups.ts';
import { decimalsOf, showNumber, unitOf } from '../../show/number.ts';
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

export function ChartSummary({ shown, colour, lines, range, aggregate, gaps }: ChartSummaryProps) {
  const { say, locale } = useWords();
  if (lines.length === 0) return null;
  const stepMs = Math.max(...lines.map((l) => l.series.stepMs));
  const span = spanOf(stepMs);
  const how =
    stepMs === 0
      ? say('chart.raw')
      : say('chart.band', {
          middle: say(`chart.middle.${aggregate}`),
          span: say(`span.${span.unit}`, { n: span.count }),
        });
  const ordered = aggregate === 'mean';
  return (
    <div className="chart-summary">
      <table>
        <thead>
          <tr>
            {shown.length > 1 ? <th scope="col">{say('gateway.device')}</th> : null}
            {aggregate === 'circular' ? null : <th scope="col">{say('chart.lowest')}</th>}
            {ordered ? <th scope="col">{say('chart.mean')}</th> : null}
            {aggregate === 'sum' ? <th scope="col">{say('chart.total')}</th> : null}
            {aggregate === 'circular' ? null : <th scope="col">{say('chart.highest')}</th>}
            <th scope="col">{say('chart.readings')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((channel, i) => {
            const line = lines[i];
            if (line === undefined) return null;
            const { lo, hi, mean, sum, n } = account(line.series, range.fromMs, range.toMs);
            const show = (value: number | null) => (value === null ? '–' : withUnit(channel, value));
            return (
              <tr key={channel.id}>
                {shown.length > 1 ? (
                  <th scope="row">
                    <span className={`swatch-small line-${(colour.get(channel.id) ?? 0) + 1}`} aria-hidden="true" />
                    {channel.device.title}
                  </th>
                ) : null}
                {aggregate === 'circular' ? null : <td>{show(lo)}</td>}
                {ordered ? <td>{show(mean)}</td> : null}
                {aggregate === 'sum' ? <td>{show(sum)}</td> : null}
                {aggregate === 'circular' ? null : <td>{show(hi)}</td>}
                <td>{showNumber(n, 0, locale)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="quiet">
        {how} {gaps === 0 ? null : say('chart.gaps', { n: gaps })}
      </p>
    </div>
  );

  function withUnit({ quantity, decimals }: GroupChannel, value: number): string {
    const unit = shown.length > 1 ? '' : unitOf(quantity);
    return `${showNumber(value, decimalsOf(quantity, decimals), locale)}${unit === '' ? '' : ` ${unit}`}`;
  }
}
