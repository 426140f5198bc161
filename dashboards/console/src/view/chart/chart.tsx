/** The chart with what belongs around it: range, reading line, keys and fingers, and what the time held in words. */
import type { Aggregate } from '@karez/model/quantities';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { GroupChannel } from '../../judge/groups.ts';
import { decimalsOf } from '../../show/number.ts';
import { conditionWords } from '../../show/rule.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { ProblemNote, problemWords } from '../part/problem.tsx';
import { useGestures } from '../part/use-gestures.ts';
import { useSize } from '../part/use-size.ts';
import { useThemeName } from '../part/use-theme-name.ts';
import { useWords } from '../words-context.tsx';
import { chartData, gapsWithin, type Line } from './chart-data.ts';
import { ChartSummary } from './chart-summary.tsx';
import { chartKey } from './keys.ts';
import { FOLLOWING, type Following, follow, moveRange, nearestFollowing, type Range, zoomRange } from './range.ts';
import { Readout } from './readout.tsx';
import { useHistory } from './use-history.ts';
import { useMarks } from './use-marks.ts';

const Plot = lazy(() => import('./plot.tsx'));

const COMPASS = ['north', 'east', 'south', 'west'] as const;

interface ChartProps {
  name: string;
  shown: readonly GroupChannel[];
  colour: ReadonlyMap<string, number>;
  range: Range;
  aggregate: Aggregate;
  onRange(range: Range): void;
  onBack(): void;
}

export function Chart({ name, shown, colour, range, aggregate, onRange, onBack }: ChartProps) {
  const { nowMs, times, feed } = useLoadedFarm();
  const words = useWords();
  const { say, locale, language } = words;
  const theme = useThemeName();
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const [cursorMs, setCursorMs] = useState<number | null>(null);
  const points = Math.round(Math.min(1_000, Math.max(240, size?.width ?? 400)));
  const ids = useMemo(() => shown.map((c) => c.id), [shown]);
  const history = useHistory(ids, range, points);
  const marks = useMarks(ids);
  const lines = useMemo(
    (): Line[] => (history.series ?? []).map((series, i) => ({ series, intervalMs: shown[i]?.device.intervalMs ?? 0 })),
    [history.series, shown],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the running step ends at the time of the drawing; nothing else depends on it.
  const data = useMemo(() => chartData(lines, feed.snapshot().nowMs), [lines]);
  const first = shown[0] as GroupChannel;
  const gaps = gapsWithin(lines, range.fromMs, Math.min(range.toMs, nowMs));
  const decimals = decimalsOf(first.quantity, first.decimals);

  const span = range.toMs - range.fromMs;
  const timeAt = (x: number) => range.fromMs + (x / Math.max(1, size?.width ?? 1)) * span;
  const zoom = (factor: number) =>
    onRange(zoomRange(range, factor, cursorMs ?? (range.fromMs + range.toMs) / 2, nowMs));
  useGestures(frame, {
    drag(_dx, _dy, event) {
      if (event.pointerType === 'mouse' || frame.current === null) return;
      const plot = frame.current.querySelector('.u-over')?.getBoundingClientRect();
      if (plot === undefined) return;
      const share = Math.min(1, Math.max(0, (event.clientX - plot.left) / plot.width));
      setCursorMs(range.fromMs + share * span);
    },
    pinch(factor, x, _y, dx) {
      const zoomed = zoomRange(range, factor, timeAt(x), nowMs);
      onRange(dx === 0 ? zoomed : moveRange(zoomed, -dx / Math.max(1, size?.width ?? 1), nowMs));
    },
  });
  useEffect(() => {
    if (cursorMs !== null && (cursorMs < range.fromMs || cursorMs > range.toMs)) setCursorMs(null);
  }, [cursorMs, range.fromMs, range.toMs]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = chartKey(event.key, event.shiftKey, { range, cursorMs, times: data.timeMs, nowMs });
    if (done === undefined) return;
    event.preventDefault();
    if (done === 'back') onBack();
    else if ('range' in done) onRange(done.range);
    else setCursorMs(done.cursorMs);
  };
  const compass = COMPASS.map((point) => say(`compass.${point}`));
  const empty = history.series?.every((s) => s.timeMs.length === 0);
  return (
    <section className="chart" aria-label={name}>
      <div className="chart-bar">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend. */}
        <div className="chart-ranges" role="group" aria-label={say('chart.range')}>
          {(Object.keys(FOLLOWING) as Following[]).map((id) => (
            <button
              key={id}
              type="button"
              aria-pressed={range.following === id}
              onClick={() => onRange(follow(id, nowMs))}
            >
              {say(`chart.${id}`)}
            </button>
          ))}
        </div>
        <div className="chart-zoom">
          <button
            type="button"
            className="button button-icon"
            aria-label={say('chart.live')}
            disabled={range.following !== null}
            onClick={() => onRange(follow(nearestFollowing(range), nowMs))}
          >
            <Icon name="now" />
          </button>
          <button type="button" className="button button-icon" aria-label={say('chart.closer')} onClick={() => zoom(2)}>
            <Icon name="plus" />
          </button>
          <button
            type="button"
            className="button button-icon"
            aria-label={say('chart.further')}
            onClick={() => zoom(1 / 2)}
          >
            <Icon name="minus" />
          </button>
        </div>
      </div>
      <Readout shown={shown} colour={colour} lines={lines} cursorMs={cursorMs} range={range} />
      <div
        ref={frame}
        className="chart-frame"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys of the chart need the focus.
        tabIndex={0}
        aria-label={say('chart.label', { name })}
        aria-describedby="chart-keys"
        data-gaps={gaps}
        onKeyDown={onKeyDown}
      >
        {size === undefined || history.series === undefined ? (
          <p className="chart-wait quiet">
            {history.problem === undefined ? say('chart.loading') : problemWords(history.problem, say)}
          </p>
        ) : (
          <Suspense fallback={<p className="chart-wait quiet">{say('chart.loading')}</p>}>
            <Plot
              {...{ data, range, decimals, times, locale, size, theme, cursorMs }}
              quantity={first.quantity}
              marks={marks}
              thresholdNames={marks.thresholds.map((t) => t.rule.title[language])}
              compass={compass}
              lines={shown.map((c) => ({ id: c.id, name: c.device.title, colour: colour.get(c.id) ?? 0 }))}
              onCursor={setCursorMs}
              onSelect={(fromMs, toMs) => onRange({ fromMs, toMs, following: null })}
            />
          </Suspense>
        )}
        {empty ? <p className="chart-wait">{say('chart.empty')}</p> : null}
      </div>
      {history.problem === undefined || history.series === undefined ? null : <ProblemNote problem={history.problem} />}
      <p id="chart-keys" className="chart-keys quiet">
        {say('chart.keys')}
      </p>
      {marks.thresholds.length === 0 ? null : (
        <p className="quiet">
          {say('chart.thresholds', {
            list: marks.thresholds
              .map(({ rule }) => `${rule.title[language]} (${conditionWords(rule.condition, words)})`)
              .join('; '),
          })}
        </p>
      )}
      <ChartSummary shown={shown} colour={colour} lines={lines} range={range} aggregate={aggregate} gaps={gaps} />
    </section>
  );
}
