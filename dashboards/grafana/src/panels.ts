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
import { MappingType, type Panel, PanelBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Heatmap, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import type { QuantityId } from '@karez/model';
import { quantityOf } from '@karez/model';
import { limitQuery } from './influx-query.ts';
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

/** The query of the thresholds, drawn as dashes. */
const LIMITS_REF = 'Z';

/** Lines over time. A gap stays a gap. Where `limits` is given, thresholds of rules about that quantity stand in it. */
export function lines(
  words: PanelWords,
  measure: Measure,
  queries: readonly InfluxQuery[],
  draw: 'line' | 'bars' | 'steps' = 'line',
  limits?: QuantityId,
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
  if (limits !== undefined) {
    withTargets(panel, [{ refId: LIMITS_REF, query: limitQuery(limits), alias: 'threshold: $tag_rule' }]);
    panel.overrideByQuery(LIMITS_REF, [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
      { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
      { id: 'custom.showPoints', value: 'never' },
      { id: 'custom.spanNulls', value: true },
    ]);
  }
  return panel;
}

/** What was the case when, a row for each series. */
export function states(
  words: PanelWords,
  queries: readonly InfluxQuery[],
  looks: Record<string, { text: string; color: string }>,
): Builder<Panel> {
  const [width, height] = words.size ?? [24, 8];
  const panel = new StateTimeline()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit('none')
    .mappings([valuesShown(looks)])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .spanNulls(true);
  withTargets(panel, queries);
  return panel;
}

const valuesShown = (looks: Record<string, { text: string; color: string }>) => ({
  type: MappingType.ValueToText as const,
  options: Object.fromEntries(Object.entries(looks).map(([value, look], index) => [value, { ...look, index }])),
});

/** The panel of dashboards/karez-field-panel. Where Grafana does not have it, it says so in its place and shows the rest. */
export function fieldPanel(words: PanelWords, queries: readonly InfluxQuery[], options: object): Builder<Panel> {
  const [width, height] = words.size ?? [12, 12];
  const panel = new PanelBuilder()
    .type('karez-field-panel')
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .unit('none')
    // Swaths need every fix of a job; 20,000 are five and a half hours of one each second.
    .maxDataPoints(20_000)
    .interval('1s')
    .options(options);
  withTargets(
    panel,
    queries.map((query) => ({ format: 'table' as const, ...query })),
  );
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

/** Rows; `columns` have units of their own. */
export function table(
  words: PanelWords,
  measure: Measure,
  queries: readonly InfluxQuery[],
  columns: Record<
    string,
    { unit?: string; title?: string; looks?: Record<string, { text: string; color: string }> }
  > = {},
): Builder<Panel> {
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
  for (const [name, { unit: own, title, looks }] of Object.entries(columns)) {
    panel.overrideByName(name, [
      ...(own === undefined ? [] : [{ id: 'unit', value: own }]),
      ...(title === undefined ? [] : [{ id: 'displayName', value: title }]),
      ...(looks === undefined ? [] : [{ id: 'mappings', value: [valuesShown(looks)] }]),
    ]);
  }
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
