/** The map: coverage as an image of its cells, and over it outlines, tracks, sensors, a scale and north. North is up. */
import type { GrafanaTheme2 } from '@grafana/data';
import { useMemo } from 'react';
import { AGAIN, type DoseScale, doseColour, ONCE, type Rgba, SKIPPED } from '../frames/colours.ts';
import type { FieldDrawing } from '../frames/job.ts';
import { doseIn } from '../geometry/dose.ts';
import type { Coverage } from '../geometry/raster.ts';
import type { FieldOptions } from '../options.ts';

interface Props {
  drawing: FieldDrawing;
  options: FieldOptions;
  scale: DoseScale;
  theme: GrafanaTheme2;
  width: number;
  height: number;
  colourOf(sensor: FieldDrawing['sensors'][number]): string;
}

const MARGIN_PX = 22;
const SENSOR_PX = 6;
/** Names are left out on a smaller map: they would lie over each other. */
const LEAST_FOR_NAMES_PX = 360;

export function FieldMap({ drawing, options, scale, theme, width, height, colourOf }: Props) {
  const { box, outlines, sensors, tracks, job } = drawing;
  const [wide, high] = [Math.max(1, box.east - box.west), Math.max(1, box.north - box.south)];
  const perM = Math.max(0.0001, Math.min((width - 2 * MARGIN_PX) / wide, (height - 2 * MARGIN_PX) / high));
  const left = (width - wide * perM) / 2;
  const top = (height - high * perM) / 2;
  const x = (east: number) => left + (east - box.west) * perM;
  const y = (north: number) => top + (box.north - north) * perM;
  const points = (ring: readonly (readonly [number, number])[]) =>
    ring.map(([e, n]) => `${x(e).toFixed(1)},${y(n).toFixed(1)}`).join(' ');
  const image = useMemo(() => job && imageOf(job.coverage, options, scale), [job, options, scale]);
  const bar = barOf(width / 5 / perM);
  const { text, background } = theme.colors;
  return (
    <svg width={width} height={height} role="img" aria-label={labelOf(drawing)} style={{ display: 'block' }}>
      {outlines.map(({ name, ring }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two fields may have one name
        <polygon key={`${name} ${i}`} points={points(ring)} fill={background.secondary} />
      ))}
      {job && image && (
        <image
          href={image}
          x={x(job.coverage.west)}
          y={y(job.coverage.south + job.coverage.rows * job.coverage.cellM)}
          width={job.coverage.columns * job.coverage.cellM * perM}
          height={job.coverage.rows * job.coverage.cellM * perM}
          preserveAspectRatio="none"
          style={{ imageRendering: perM * job.coverage.cellM > 3 ? 'pixelated' : 'auto' }}
        />
      )}
      {options.showTrack &&
        tracks.map(({ name, points: track }) => (
          <polyline
            key={name}
            points={points(track)}
            fill="none"
            stroke={text.primary}
            strokeOpacity={0.45}
            strokeWidth={0.8}
          >
            <title>{name}</title>
          </polyline>
        ))}
      {outlines.map(({ name, ring }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two fields may have one name
        <polygon key={`${name} ${i}`} points={points(ring)} fill="none" stroke={text.primary} strokeWidth={1.5}>
          <title>{name}</title>
        </polygon>
      ))}
      {sensors.map((sensor) => (
        <g key={sensor.name} transform={`translate(${x(sensor.at[0])} ${y(sensor.at[1])})`}>
          <title>{`${sensor.name}: ${sensor.state}`}</title>
          <circle r={SENSOR_PX} fill={colourOf(sensor)} stroke={background.primary} strokeWidth={2} />
          {options.showNames && width >= LEAST_FOR_NAMES_PX && (
            <text
              x={SENSOR_PX + 4}
              y={4}
              fontSize={12}
              fill={text.primary}
              stroke={background.primary}
              strokeWidth={3}
              paintOrder="stroke"
            >
              {sensor.name}
            </text>
          )}
        </g>
      ))}
      <g transform={`translate(${MARGIN_PX / 2} ${height - 8})`} fill={text.secondary} stroke="none">
        <rect width={bar * perM} height={3} />
        <text y={-4} fontSize={11}>{`${bar} m`}</text>
      </g>
      <text x={width - 14} y={16} fontSize={12} textAnchor="middle" fill={text.secondary}>
        N↑
      </text>
    </svg>
  );
}

function labelOf({ outlines, sensors, tracks, job }: FieldDrawing): string {
  const names = outlines.map(({ name }) => name).join(', ');
  const sprayed = job === undefined ? '' : `, ${(job.sums.sprayedM2 / 10_000).toFixed(2)} ha sprayed`;
  return `Field ${names}: ${sensors.length} sensors, ${tracks.length} tracks${sprayed}`;
}

/** A round length of about so many metres: 1, 2 or 5 times a power of ten. */
export function barOf(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(metres, 1e-6)));
  return ([5, 2].find((n) => n * power <= metres) ?? 1) * power;
}

/** The cells as a picture, one pixel each; undefined where there is no canvas. */
function imageOf(coverage: Coverage, options: FieldOptions, scale: DoseScale): string | undefined {
  const { columns, rows } = coverage;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  canvas.width = columns;
  canvas.height = rows;
  const pixels = context.createImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const colour = cellColour(coverage, row * columns + column, options, scale);
      if (colour !== undefined) pixels.data.set(colour, ((rows - 1 - row) * columns + column) * 4);
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

function cellColour(coverage: Coverage, cell: number, options: FieldOptions, scale: DoseScale): Rgba | undefined {
  const passes = coverage.passes[cell] as number;
  if (passes === 0) return coverage.within[cell] === 1 ? SKIPPED : undefined;
  const litresPerM2 = coverage.litresPerM2[cell] as number;
  // Where no flow is measured there is no dose to show.
  if (options.colour === 'passes' || scale.most === 0) return passes > 1 ? AGAIN : ONCE;
  return doseColour(doseIn(options.doseUnit, litresPerM2), scale);
}
