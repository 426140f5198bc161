/** Thresholds as thin labelled lines, recovery values dashed; the time of alerts as a tint behind the lines. */
import type uPlot from 'uplot';
import type { Marks } from './use-marks.ts';

export interface MarkLook {
  /** Of the theme. */
  stroke: string;
  soft: string;
  ink: string;
  font: string;
  /** The text at a threshold. */
  label(index: number): string;
}

export function drawAlerts(u: uPlot, { alerts }: Marks, { soft, stroke }: MarkLook): void {
  const { ctx, bbox } = u;
  const [from, to] = [u.scales.x?.min ?? 0, u.scales.x?.max ?? 0];
  ctx.save();
  for (const { fromMs, toMs } of alerts) {
    if (fromMs > to || (toMs ?? to) < from) continue;
    const x = u.valToPos(Math.max(from, fromMs), 'x', true);
    const end = u.valToPos(Math.min(to, toMs ?? to), 'x', true);
    ctx.fillStyle = soft;
    ctx.fillRect(x, bbox.top, Math.max(devicePixelRatio, end - x), bbox.height);
    // Told by its shape too: a mark along the lower edge.
    ctx.fillStyle = stroke;
    ctx.fillRect(
      x,
      bbox.top + bbox.height - 3 * devicePixelRatio,
      Math.max(devicePixelRatio, end - x),
      3 * devicePixelRatio,
    );
  }
  ctx.restore();
}

export function drawThresholds(u: uPlot, { thresholds }: Marks, look: MarkLook): void {
  const { ctx, bbox } = u;
  const [low, high] = [u.scales.y?.min ?? 0, u.scales.y?.max ?? 0];
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = look.stroke;
  ctx.fillStyle = look.ink;
  ctx.lineWidth = ratio;
  ctx.font = look.font.replace('12px', `${12 * ratio}px`);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  const line = (value: number, dash: number[]): number | undefined => {
    if (value < low || value > high) return undefined;
    const y = Math.round(u.valToPos(value, 'y', true));
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    return y;
  };
  thresholds.forEach(({ value, recover }, i) => {
    if (recover !== value) line(recover, [4 * ratio, 4 * ratio]);
    const y = line(value, []);
    if (y !== undefined) ctx.fillText(look.label(i), bbox.left + bbox.width - 4 * ratio, y - 2 * ratio);
  });
  ctx.restore();
}
