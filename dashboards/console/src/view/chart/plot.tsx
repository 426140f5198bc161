/** The drawn chart: uPlot with its lines, bands, days and crosshair. Loaded only when a chart is opened. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Times } from '../../show/time.ts';
import type { Size } from '../part/use-size.ts';
import type { ChartData } from './chart-data.ts';
import { plotOptions } from './plot-options.ts';
import type { Range } from './range.ts';
import type { Marks } from './use-marks.ts';

export interface PlotLine {
  id: string;
  name: string;
  colour: number;
}

export interface PlotProps {
  data: ChartData;
  lines: readonly PlotLine[];
  range: Range;
  marks: Marks;
  /** The words at each threshold. */
  thresholdNames: readonly string[];
  quantity: string;
  decimals: number;
  times: Times;
  /** North, east, south and west, for directions. */
  compass: readonly string[];
  locale: string;
  size: Size;
  /** Changes with the colours of the page. */
  theme: string;
  /** Where the crosshair stands; null where it does not show. */
  cursorMs: number | null;
  onCursor(atMs: number | null): void;
  onSelect(fromMs: number, toMs: number): void;
}

export default function Plot(props: PlotProps) {
  const { data, lines, range, quantity, times, locale, size, theme, cursorMs } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  /** While we move the crosshair ourselves its moves are no news. */
  const quiet = useRef(false);
  const shape = JSON.stringify([
    lines,
    data.banded,
    quantity,
    theme,
    locale,
    times.zone,
    props.marks,
    props.thresholdNames,
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another shape is another chart; everything else is brought up to date below.
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const made = new uPlot(
      plotOptions(latest.current, getComputedStyle(element), {
        onCursor(atMs) {
          if (!quiet.current) latest.current.onCursor(atMs);
        },
        onSelect: (fromMs, toMs) => latest.current.onSelect(fromMs, toMs),
      }),
      columnsOf(latest.current.data),
      element,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useLayoutEffect(() => {
    plot.current?.setSize({ width: size.width, height: size.height });
  }, [size.width, size.height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart of another shape needs its data too.
  useEffect(() => {
    const made = plot.current;
    if (made === undefined) return;
    quiet.current = true;
    made.batch(() => {
      made.setData(columnsOf(data), false);
      made.setScale('x', { min: range.fromMs, max: range.toMs });
    });
    const inside = cursorMs !== null && cursorMs >= range.fromMs && cursorMs <= range.toMs;
    made.setCursor(inside ? { left: made.valToPos(cursorMs, 'x'), top: 0 } : { left: -10, top: -10 });
    quiet.current = false;
  }, [data, range.fromMs, range.toMs, cursorMs, shape]);

  return <div ref={frame} className="plot" />;
}

function columnsOf(data: ChartData): uPlot.AlignedData {
  return [data.timeMs, ...data.columns] as uPlot.AlignedData;
}
