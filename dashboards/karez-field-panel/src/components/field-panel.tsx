/** The panel: what the frames say, drawn; sums and legend beneath; what could not be read in words. */
import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import { mostOf } from '../frames/colours.ts';
import type { Frame } from '../frames/frame.ts';
import { drawingOf } from '../frames/job.ts';
import { readFrames } from '../frames/read-frames.ts';
import { doseIn } from '../geometry/dose.ts';
import { DEFAULTS, type FieldOptions, jobOptionsOf } from '../options.ts';
import { FieldMap } from './field-map.tsx';
import { Legend } from './legend.tsx';
import { colourOfState } from './state-colour.ts';

/** Height that the legend takes, more where its rows wrap; where there is no room for it the map has all of it. */
const LEGEND_PX = 64;
const NARROW_LEGEND_PX = 112;
const NARROW_PX = 600;
const LEAST_FOR_LEGEND_PX = 220;

export function FieldPanel({ data, width, height, options: given }: PanelProps<FieldOptions>) {
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const options = useMemo(() => ({ ...DEFAULTS, ...given }), [given]);
  const read = useMemo(() => readFrames(data.series as unknown as Frame[]), [data.series]);
  const drawing = useMemo(() => drawingOf(read, jobOptionsOf(options)), [read, options]);
  const scale = useMemo(() => {
    const most = doseIn(options.doseUnit, mostOf(drawing?.job?.coverage.litresPerM2 ?? []));
    return { target: options.targetDose, most };
  }, [drawing, options]);
  if (drawing === undefined)
    return (
      <div className={styles.empty} style={{ width, height }}>
        <p>Nothing here has a place. The panel needs an outline, sensors or a track.</p>
        {read.troubles.slice(0, 5).map((trouble) => (
          <p key={trouble}>{trouble}</p>
        ))}
      </div>
    );
  const legendPx = width < NARROW_PX ? NARROW_LEGEND_PX : LEGEND_PX;
  const hasLegend = height >= LEAST_FOR_LEGEND_PX;
  const states = new Map(drawing.sensors.map((sensor) => [sensor.state, colourOfState(sensor, theme)]));
  return (
    <div className={styles.whole} style={{ width, height }}>
      <FieldMap
        {...{ drawing, options, scale, theme, width }}
        height={Math.max(20, hasLegend ? height - legendPx : height)}
        colourOf={(sensor) => colourOfState(sensor, theme)}
      />
      {hasLegend && <Legend sums={drawing.job?.sums} {...{ options, scale, states }} troubles={read.troubles} />}
    </div>
  );
}

const stylesOf = (theme: GrafanaTheme2) => ({
  whole: css({ position: 'relative', overflow: 'hidden', color: theme.colors.text.primary }),
  empty: css({ padding: theme.spacing(2), color: theme.colors.text.secondary, overflow: 'auto' }),
});
