/** Panels as all boards have them: title, why it is there, unit, query, size. Ids count up in the order of a board. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Heatmap, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import type { QuantityId } from '@karez/model';
import { quantityOf } from '@karez/model';
import { DATASOURCE, type InfluxQuery, influxTarget } from './influx-target.ts';
import { unitOf } from './units.ts';

export interface PanelWords {
  title: string;
  /** Shown behind the title: what it says and what to do with it. */
  description: string;
  /** Columns of 24, rows of about 30 pixels. */
  size?: [width: number, height: number];
}

/** What a value is: a quantity of the table, or a unit and decimals where it is none. */
export type Measure = { quantity: QuantityId } | { unit: string; decimals: number };

const measureOf = (measure: Measure) =>
  'quantity' in measure
    ? { unit: unitOf(measure.quantity), decimals: quantityOf(measure.quantity)?.decimals ?? 1 }
    : measure;

/** Lines over time. A gap stays a gap. */
export function lines(
  words: PanelWords,
  measure: Measure,
  queries: readonly InfluxQuery[],
  draw: 'line' | 'bars' | 'steps' = 'line',
): Builder<Panel> {
  const { unit, decimals } = measureOf(measure);
  const [width, height] = words.size ?? [12, 8];
  const panel = new TimeSeries()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit(unit)
    .decimals(decimals)
    .spanNulls(false)
    .showPoints(VisibilityMode.Auto)
    .drawStyle(draw === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineInterpolation(draw === 'steps' ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .lineWidth(1)
    .fillOpacity(draw === 'bars' ? 60 : 0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  withTargets(panel, queries);
  return panel;
}

/** One big number for each series: its last, or its sum over the range. */
export function stat(
  words: PanelWords,
  measure: Measure,
  queries: readonly InfluxQuery[],
  reduce: 'lastNotNull' | 'sum' | 'max' = 'lastNotNull',
): Builder<Panel> {
  const { unit, decimals } = measureOf(measure);
  const [width, height] = words.size ?? [6, 4];
  const panel = new Stat()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit(unit)
    .decimals(decimals)
    .colorMode(BigValueColorMode.None)
    .graphMode(BigValueGraphMode.Area)
    .noValue('–')
    .reduceOptions(new ReduceDataOptionsBuilder().calcs([reduce]).values(false));
  withTargets(panel, queries);
  return panel;
}

/** A value by depth and time, the deepest at the bottom: each depth is a series, its name the row. */
export function depthMap(words: PanelWords, measure: Measure, queries: readonly InfluxQuery[]): Builder<Panel> {
  const { unit, decimals } = measureOf(measure);
  const [width, height] = words.size ?? [24, 9];
  const panel = new Heatmap()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit(unit)
    .decimals(decimals)
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().reverse(true));
  withTargets(panel, queries);
  return panel;
}

export function table(words: PanelWords, measure: Measure, queries: readonly InfluxQuery[]): Builder<Panel> {
  const { unit, decimals } = measureOf(measure);
  const [width, height] = words.size ?? [24, 8];
  const panel = new Table()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit(unit)
    .decimals(decimals)
    .noValue('–');
  withTargets(
    panel,
    queries.map((query) => ({ format: 'table' as const, ...query })),
  );
  return panel;
}

function withTargets(
  panel: { withTarget(target: ReturnType<typeof influxTarget>): unknown },
  queries: readonly InfluxQuery[],
): void {
  queries.forEach((query, i) => {
    panel.withTarget(influxTarget({ refId: String.fromCharCode(65 + i), ...query }));
  });
}
