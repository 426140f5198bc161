/** How the chart looks and behaves, as uPlot wants to be told. */
import { quantityOf } from '@karez/model/quantities';
import uPlot from 'uplot';
import { showNumber } from '../../show/number.ts';
import { drawAlerts, drawThresholds, type MarkLook } from './draw-marks.ts';
import type { PlotProps } from './plot.tsx';

interface Handlers {
  onCursor(atMs: number | null): void;
  onSelect(fromMs: number, toMs: number): void;
}

const DAY_MS = 86_400_000;

export function plotOptions(props: PlotProps, style: CSSStyleDeclaration, handlers: Handlers): uPlot.Options {
  const { data, lines, quantity, times, locale, size } = props;
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: colour('--ink-quiet'),
    font,
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
  };
  const circular = quantityOf(quantity)?.aggregate === 'circular';
  const width = Number.parseFloat(colour('--line-width')) || 2;
  const look: MarkLook = {
    ...{ stroke: colour('--alert'), soft: colour('--alert-soft'), ink: colour('--alert-ink'), font },
    label: (i) => props.thresholdNames[i] ?? '',
  };
  const near = props.marks.thresholds.map((t) => t.value);
  const bands: uPlot.Band[] = [];
  const series: uPlot.Series[] = [{}];
  for (const line of lines) {
    const stroke = colour(`--line-${line.colour + 1}`);
    const points = { show: circular ? true : undefined, size: circular ? 4 : width + 3, fill: stroke, stroke };
    // A direction from 350° to 10° has not gone round by the south: points, no line.
    series.push({ stroke, width, points, ...(circular ? { paths: () => null } : {}) } as uPlot.Series);
    if (!data.banded) continue;
    const at = series.length;
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    series.push(edge, edge);
    if (!circular && lines.length <= 3) bands.push({ series: [at + 1, at], fill: transparent(stroke) });
  }
  return {
    ...{ width: size.width, height: size.height, ms: 1, series, bands },
    padding: [12, 12, 0, 0],
    legend: { show: false },
    tzDate: (ms) => (times.zone === undefined ? new Date(ms) : uPlot.tzDate(new Date(ms), times.zone)),
    scales: {
      x: { time: true, auto: false, min: props.range.fromMs, max: props.range.toMs },
      y: circular ? { range: [0, 360] } : { range: (_u, lo, hi) => roomy(lo, hi, near) },
    },
    axes: [
      {
        ...axis,
        size: 32,
        space: 64,
        values: (_u, splits, _i, _space, incr) => splits.map((ms) => timeLabel(ms, incr)),
      },
      {
        ...axis,
        size: (_u, values) => 14 + Math.max(2, ...(values ?? []).map((v) => v.length)) * 7,
        values: (_u, splits, _i, _space, incr) =>
          circular
            ? splits.map((v) => props.compass[Math.round(v / 90) % 4] ?? '')
            : splits.map((v) => showNumber(v, decimalsFor(incr), locale)),
        ...(circular ? { splits: () => [0, 90, 180, 270, 360] } : {}),
      },
    ],
    cursor: {
      y: false,
      points: { size: 9, width: 2, show: true },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => () => null },
    },
    hooks: {
      drawClear: [(u) => drawAlerts(u, props.marks, look)],
      draw: [
        (u) => drawDays(u, colour('--day-line'), colour('--ink-quiet'), font, props),
        (u) => drawThresholds(u, props.marks, look),
      ],
      setCursor: [
        (u) => handlers.onCursor((u.cursor.left ?? -1) < 0 ? null : u.posToVal(u.cursor.left as number, 'x')),
      ],
      setSelect: [
        (u) => {
          const { left, width: wide } = u.select;
          if (wide < 8) return;
          handlers.onSelect(u.posToVal(left, 'x'), u.posToVal(left + wide, 'x'));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };

  function timeLabel(ms: number, incr: number): string {
    if (incr >= DAY_MS || ms === times.dayStart(ms)) return times.day(ms);
    return incr < 60_000 ? times.exactClock(ms) : times.clock(ms);
  }
}

/**
 * Room above and below, and a scale of its own for what never moves. A threshold that is no further away than the values
 * reach is drawn too; one that is far would flatten them.
 */
function roomy(lowest: number | null, highest: number | null, near: readonly number[]): [number, number] {
  if (lowest === null || highest === null) return [0, 1];
  const reach = Math.max(highest - lowest, Math.abs(highest) * 0.1, 0.5);
  const seen = near.filter((v) => v >= lowest - reach && v <= highest + reach);
  const [lo, hi] = [Math.min(lowest, ...seen), Math.max(highest, ...seen)];
  const room = hi === lo ? Math.max(Math.abs(hi) * 0.05, 0.5) : (hi - lo) * 0.08;
  // Amounts that cannot be negative do not get a floor below zero.
  return [lo >= 0 && lo - room < 0 ? 0 : lo - room, hi + room];
}

/** As many decimals as it takes to tell multiples of a step apart: two for 0.25. */
function decimalsFor(step: number): number {
  let decimals = 0;
  for (let n = step; decimals < 6 && Math.abs(n - Math.round(n)) > 1e-6; n *= 10) decimals++;
  return decimals;
}

function transparent(stroke: string): string {
  return /^#[0-9a-f]{6}$/i.test(stroke) ? `${stroke}33` : stroke;
}

/** A line at each midnight of the farm, with the day beside it. */
function drawDays(u: uPlot, stroke: string, ink: string, font: string, { times }: PlotProps): void {
  const [from, to] = [u.scales.x?.min ?? 0, u.scales.x?.max ?? 0];
  if (to - from > 40 * DAY_MS) return;
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.fillStyle = ink;
  ctx.lineWidth = ratio;
  ctx.font = font.replace('12px', `${12 * ratio}px`);
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  // Noon of the day before is never skipped by a change of clocks.
  for (let day = times.dayStart(to); day > from; day = times.dayStart(day - DAY_MS / 2)) {
    const x = Math.round(u.valToPos(day, 'x', true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (to - from <= 8 * DAY_MS) ctx.fillText(times.day(day), x + 4 * ratio, bbox.top + 2 * ratio);
  }
  ctx.restore();
}
