/** What stands under the reading line: the moment and each line's exact value. Read aloud as the line is moved by keys. */
import { qualityNames, SUSPECT } from '@karez/model/reading';
import type { GroupChannel } from '../../judge/groups.ts';
import { showValue, unitOf } from '../../show/number.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';
import { type Line, type Reading, readingAt } from './chart-data.ts';
import type { Range } from './range.ts';

interface ReadoutProps {
  shown: readonly GroupChannel[];
  colour: ReadonlyMap<string, number>;
  lines: readonly Line[];
  cursorMs: number | null;
  range: Range;
}

export function Readout({ shown, colour, lines, cursorMs, range }: ReadoutProps) {
  const { times, nowMs } = useLoadedFarm();
  const { say, locale } = useWords();
  const room = `readout${shown.length > 4 ? ' readout-many' : shown.length > 1 ? ' readout-several' : ''}`;
  if (cursorMs === null) {
    const shownTime = { from: times.moment(range.fromMs, nowMs), to: times.moment(Math.min(range.toMs, nowMs), nowMs) };
    return <p className={`${room} quiet`}>{say('chart.shown', shownTime)}</p>;
  }
  const found = shown.map((channel, i) => ({ channel, reading: lines[i] && readingAt(lines[i], cursorMs) }));
  const only = shown.length === 1 ? found[0]?.reading : undefined;
  return (
    <p className={room} role="status">
      <time>{times.exact(only?.timeMs ?? cursorMs)}</time>{' '}
      {found.map(({ channel, reading }) => (
        <span key={channel.id} className="readout-value">
          {shown.length > 1 ? (
            <span className={`swatch-small line-${(colour.get(channel.id) ?? 0) + 1}`} title={channel.device.title} />
          ) : null}
          {shown.length > 1 ? <span className="unseen">{channel.device.title} </span> : null}
          {words(channel, reading)}
        </span>
      ))}
    </p>
  );

  function words(channel: GroupChannel, reading: Reading | undefined): string {
    if (reading === undefined || reading.value === null) return say('chart.gap');
    const show = (n: number) => showValue(channel.quantity, n, channel.decimals, locale);
    const { value, lo, hi } = reading;
    const unit = unitOf(channel.quantity);
    const range =
      lo !== null && hi !== null && lo !== hi ? ` (${say('group.range', { lo: show(lo), hi: show(hi) })})` : '';
    const why = qualityNames(reading.quality & SUSPECT)[0];
    return `${show(value)}${unit === '' ? '' : ` ${unit}`}${shown.length === 1 ? range : ''}${why === undefined ? '' : ` · ${say(`why.${why}`)}`}`;
  }
}
